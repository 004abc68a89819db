package holdfast.rewrite;

import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.PathPatterns;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.BlobWriter;
import holdfast.repository.Lock;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes snapshots anew without what fits some patterns, as restic does it. New trees are stored
/// and read again, then the new snapshots are saved, and last, if that is wanted, the old ones go.
/// A new one is not proven: what is known of the old one was not seen of it. Used by one thread.
public final class Rewrite {
    /// Marks a snapshot beside which the one it was made from is kept.
    public static final String TAG = "rewrite";

    private final Repository repository;
    private final TreeFilter filter;
    private final Progress progress;

    /// @param exclude matched against the paths in the snapshots
    public Rewrite(Repository repository, PathPatterns exclude, Progress progress) {
        this.repository = repository;
        this.progress = progress;
        filter = new TreeFilter(repository, exclude);
    }

    /// One snapshot and what becomes of it.
    ///
    /// @param after as it will be, with the id of `before`; once saved, with its own
    /// @param there whether an earlier run has saved it
    public record Change(Snapshot before, Snapshot after, Removed removed, boolean there) {}

    /// The snapshots in which something fits. Changes nothing.
    ///
    /// @param forget whether the old ones shall go
    /// @throws HoldfastException.PreCheckFailed when one cannot be rewritten: nothing would be
    ///     left, or part of a database
    public List<Change> plan(List<Snapshot> snapshots, boolean forget) throws IOException {
        repository.requireWritable();
        progress.step("looking");
        progress.expect(0, snapshots.size());
        List<Snapshot> all = repository.readableSnapshots();
        List<Change> changes = new ArrayList<>();
        for (Snapshot snapshot : snapshots) {
            progress.item(snapshot.id().brief());
            plan(snapshot, forget, all).ifPresent(changes::add);
            progress.items(1);
        }
        return changes;
    }

    private Optional<Change> plan(Snapshot snapshot, boolean forget, List<Snapshot> all) throws IOException {
        Removal removal = removal(snapshot);
        ObjectId tree = filter.filter(snapshot.tree(), removal, (_, content) -> ObjectId.hash(content));
        if (removal.isEmpty()) {
            return Optional.empty();
        }
        Manifest before = manifest(snapshot);
        Manifest after = removal.manifest();
        if (removal.leavesNothing()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot rewrite snapshot " + snapshot.id().brief() + ": nothing would be left of it",
                    "if that is meant, 'holdfast forget " + snapshot.id().brief() + "' removes it");
        }
        Snapshot planned = changed(snapshot, tree, tags(snapshot, before, after, forget), removal.removed());
        return Optional.of(all.stream()
                .filter(other -> tree.equals(other.tree())
                        && Objects.equals(other.original(), snapshot.id())
                        && snapshot.time().equals(other.time()))
                .findFirst()
                .map(other -> new Change(snapshot, other, removal.removed(), true))
                .orElseGet(() -> new Change(snapshot, planned, removal.removed(), false)));
    }

    private Removal removal(Snapshot snapshot) throws IOException {
        return new Removal(manifest(snapshot), repository.loadTree(snapshot.tree()));
    }

    private @Nullable Manifest manifest(Snapshot snapshot) throws IOException {
        return Manifests.read(repository, snapshot).orElse(null);
    }

    /// What was wrong with a source is not wrong with a snapshot that lacks it.
    private static List<String> tags(
            Snapshot snapshot, @Nullable Manifest before, @Nullable Manifest after, boolean forget) {
        Set<String> tags = new LinkedHashSet<>(snapshot.tags());
        if (before != null && after != null) {
            if (before.damaged() && !after.damaged()) {
                tags.remove(Manifest.DAMAGED);
            }
            if (!before.complete() && after.complete()) {
                tags.remove(Manifest.INCOMPLETE);
            }
        }
        if (!forget) {
            tags.add(TAG);
        }
        return List.copyOf(tags);
    }

    private static Snapshot changed(Snapshot snapshot, ObjectId tree, List<String> tags, Removed removed) {
        Snapshot.Summary summary = snapshot.summary();
        return snapshot.with(
                tree, tags, snapshot.parent(), snapshot.id(), summary == null ? null : without(summary, removed));
    }

    private static Snapshot.Summary without(Snapshot.Summary summary, Removed removed) {
        return new Snapshot.Summary(
                summary.backupStart(),
                summary.backupEnd(),
                summary.filesNew(),
                summary.filesChanged(),
                summary.filesUnmodified(),
                summary.dirsNew(),
                summary.dirsChanged(),
                summary.dirsUnmodified(),
                summary.dataBlobs(),
                summary.treeBlobs(),
                summary.dataAdded(),
                summary.dataAddedPacked(),
                Math.max(0, summary.totalFilesProcessed() - removed.files()),
                Math.max(0, summary.totalBytesProcessed() - removed.bytes()));
    }

    /// Does what is planned.
    ///
    /// @param forget as for the plan
    /// @param lock held by the caller to forget, even if no old snapshots shall go: what the new ones share
    ///     with them is not looked at, and must not be removed because those go meanwhile
    /// @return with the ids that they have now
    public List<Change> apply(List<Change> plan, boolean forget, Lock lock) throws IOException {
        progress.step("writing");
        write(plan.stream().filter(change -> !change.there()).toList(), lock);
        lock.confirm();
        List<Change> done = new ArrayList<>();
        for (Change change : plan) {
            lock.check();
            Snapshot saved = change.there() ? change.after() : repository.save(change.after());
            done.add(new Change(change.before(), saved, change.removed(), change.there()));
        }
        if (forget) {
            for (Change change : done) {
                lock.check();
                repository.delete(change.before());
            }
        }
        return done;
    }

    private void write(List<Change> changes, Lock lock) throws IOException {
        if (changes.isEmpty()) {
            return;
        }
        repository.reloadIndexOfWholePacks();
        WriterOptions options = WriterOptions.standard(lock::check, progress).withReadBack(true);
        try (BlobWriter writer = repository.writer(options)) {
            for (Change change : changes) {
                ObjectId tree = filter.filter(change.before().tree(), removal(change.before()), (type, content) -> {
                    var _ = writer.write(type, content); // finish() throws what it would throw
                    return ObjectId.hash(content);
                });
                if (!tree.equals(change.after().tree())) {
                    throw new IllegalStateException(
                            "snapshot " + change.before().id().brief() + " came out otherwise than planned");
                }
            }
            writer.finish();
        }
    }
}
