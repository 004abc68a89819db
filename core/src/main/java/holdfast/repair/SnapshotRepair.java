package holdfast.repair;

import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import holdfast.repair.SnapshotPlan.Fate;
import holdfast.repair.SnapshotPlan.Repair;
import holdfast.repository.BlobIndex;
import holdfast.repository.BlobWriter;
import holdfast.repository.Lock;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Makes snapshots of what is left of damaged ones. Needs a right index ([IndexRepair]), and takes for lost what it
/// does not name, and trees that cannot be read. All new trees are durable before the first snapshot is saved, and a
/// damaged snapshot goes, if it shall, after the one that replaces it. Used by one thread.
///
/// A new snapshot has no proof: what the old one was proven for is no longer true of it.
public final class SnapshotRepair {
    /// The tag of a snapshot that a repair has made, as restic gives it.
    public static final String TAG = "repaired";

    private final Repository repository;
    private final Progress progress;

    public SnapshotRepair(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// Finds out what is damaged; changes nothing. The caller holds a lock.
    ///
    /// @param wanted the snapshots to look at
    /// @throws HoldfastException.PreCheckFailed when the index is not right
    public SnapshotPlan plan(List<Snapshot> wanted) throws IOException {
        BlobIndex index = RightIndex.require(repository, progress, "snapshots");
        progress.step("reading trees");
        progress.expect(0, wanted.size());
        TreeRepair trees = new TreeRepair(repository, index, TreeRepair.Output.nowhere());
        List<Snapshot> all = repository.readableSnapshots();
        List<Repair> repairs = new ArrayList<>();
        for (Snapshot snapshot : wanted) {
            progress.item(snapshot.id().brief());
            Losses losses = new Losses(List.of());
            ObjectId root = trees.repair(snapshot.tree(), losses::add);
            if (root == null || losses.changes() > 0) {
                Optional<Snapshot> before = root == null ? Optional.empty() : repaired(snapshot, all, trees);
                Fate fate =
                        root == null ? Fate.NOTHING_LEFT : before.isPresent() ? Fate.REPAIRED_BEFORE : Fate.REPAIRED;
                repairs.add(new Repair(snapshot, fate, losses.named(), losses.changes(), losses.lost(), before));
            }
            progress.items(1);
        }
        return new SnapshotPlan(repairs, wanted.size() - repairs.size());
    }

    /// What an earlier repair, perhaps an interrupted one, has made of it.
    private static Optional<Snapshot> repaired(Snapshot damaged, List<Snapshot> all, TreeRepair trees)
            throws IOException {
        for (Snapshot other : all) {
            if (other.tags().contains(TAG)
                    && damaged.firstForm().equals(other.original())
                    && other.time().equals(damaged.time())
                    && !other.id().equals(damaged.id())) {
                Losses losses = new Losses(List.of());
                if (trees.repair(other.tree(), losses::add) != null && losses.changes() == 0) {
                    return Optional.of(other);
                }
            }
        }
        return Optional.empty();
    }

    /// What became of one damaged snapshot.
    ///
    /// @param after empty when nothing was left of it; the same as before when it is whole again
    /// @param forgotten whether the damaged one is gone
    public record Result(Snapshot before, Optional<Snapshot> after, boolean forgotten) {}

    /// Does what is planned.
    ///
    /// @param forget whether the damaged snapshots go
    /// @param lock held by the caller since before the plan was made, exclusive
    /// @throws IOException when the storage fails; every damaged snapshot is still there by then, or the one that
    ///     replaces it is
    public List<Result> apply(SnapshotPlan plan, boolean forget, Lock lock) throws IOException {
        Map<ObjectId, Draft> drafts = drafts(plan, lock);
        progress.step("writing snapshots");
        lock.confirm();
        List<Result> results = new ArrayList<>();
        for (Repair repair : plan.repairs()) {
            lock.check();
            Draft draft = drafts.get(repair.snapshot().id());
            if (draft != null && draft.isHealed()) {
                results.add(new Result(repair.snapshot(), Optional.of(repair.snapshot()), false));
                continue;
            }
            Optional<Snapshot> after = draft == null
                    ? repair.repaired()
                    : Optional.of(repository.save(draft.form.snapshot(draft.snapshot, draft.root)));
            if (forget) {
                repository.delete(repair.snapshot());
            }
            results.add(new Result(repair.snapshot(), after, forget));
        }
        return results;
    }

    /// The trees of the new snapshots, durable: first those below, then the roots with the documents that say what
    /// is left.
    private Map<ObjectId, Draft> drafts(SnapshotPlan plan, Lock lock) throws IOException {
        Map<ObjectId, Draft> drafts = new LinkedHashMap<>();
        for (Repair repair : plan.repairs()) {
            if (repair.fate() == Fate.REPAIRED) {
                drafts.put(repair.snapshot().id(), draft(repair.snapshot()));
            }
        }
        if (drafts.isEmpty()) {
            return drafts;
        }
        progress.step("writing trees");
        WriterOptions options = WriterOptions.standard(lock::check, progress);
        BlobIndex index = repository.reloadIndex();
        try (BlobWriter writer = repository.writer(options)) {
            TreeRepair trees = new TreeRepair(repository, index, TreeRepair.Output.to(writer));
            for (Draft draft : drafts.values()) {
                draft.root = Objects.requireNonNull(
                        trees.repair(draft.root, draft.losses::add), "the plan has found a root");
            }
            writer.finish();
        }
        repository.reloadIndex();
        try (BlobWriter writer = repository.writer(options)) {
            for (Draft draft : drafts.values()) {
                if (!draft.isHealed()) {
                    draft.root = draft.form.seal(draft.root, draft.losses, writer);
                }
            }
            writer.finish();
        }
        return drafts;
    }

    /// A snapshot on its way.
    private static final class Draft {
        private final Snapshot snapshot;
        private final RepairedForm form;
        private final Losses losses;
        private ObjectId root;

        Draft(Snapshot snapshot, RepairedForm form, Losses losses) {
            this.snapshot = snapshot;
            this.form = form;
            this.losses = losses;
            this.root = snapshot.tree();
        }

        /// Whether what was lost was nothing but empty folders, whose tree is stored again now.
        private boolean isHealed() {
            return root.equals(snapshot.tree());
        }
    }

    private Draft draft(Snapshot snapshot) throws IOException {
        Optional<Manifest> manifest;
        try {
            manifest = Manifests.read(repository, snapshot);
        } catch (HoldfastException.Damaged lost) {
            manifest = Optional.empty();
        }
        List<SourceRecord> sources = manifest.map(Manifest::sources).orElse(List.of());
        return new Draft(snapshot, new RepairedForm(repository, manifest), new Losses(sources));
    }
}
