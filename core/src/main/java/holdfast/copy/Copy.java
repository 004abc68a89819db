package holdfast.copy;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.repository.BlobIndex;
import holdfast.repository.BlobWriter;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Copies snapshots from one repository to another, as restic does it. The order is the safety:
/// blobs, then the index that names them, then a look at whether all is there, and only then the
/// snapshots' files. What ends it early leaves blobs that the next copy finds again. Proofs stay
/// behind: a copy is proven where it lies. Used by one thread.
public final class Copy {
    private final Repository source;
    private final Repository target;
    private final Options options;
    private final InstantSource clock;
    private final Progress progress;

    /// How it is done.
    ///
    /// @param compression of what is not compressed in the source, as [WriterOptions] has it
    /// @param readBack whether everything written is read again, which proves a copy that needs
    ///     nothing else to the level `stored`
    /// @param host recorded with the proofs
    public record Options(int compression, boolean readBack, String host) {}

    public Copy(Repository source, Repository target, Options options, InstantSource clock, Progress progress) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.clock = clock;
        this.progress = progress;
    }

    /// What a copy would do now. Reads trees of the source, changes nothing.
    ///
    /// @param snapshots of the source, oldest first
    /// @throws holdfast.model.HoldfastException.PreCheckFailed when the target has format version 1
    /// @throws holdfast.model.HoldfastException.Damaged when an index file of the target is damaged
    public CopyPlan plan(List<Snapshot> snapshots) throws IOException {
        target.requireWritable();
        progress.step("reading indexes");
        BlobIndex known = target.reloadIndexOfWholePacks();
        return new Planning(source, target, source.reloadReadableIndex(), known, progress).plan(snapshots);
    }

    /// Does what is planned; the plan must be the last that was made.
    ///
    /// @param lock of the target, held by the caller, shared
    /// @throws holdfast.model.HoldfastException.Damaged when the target does not hold what it was
    ///     given; nothing of that is listed then
    public CopyResult apply(CopyPlan plan, Lock lock) throws IOException {
        return new Run(plan, lock).apply();
    }

    /// One copy on its way.
    private final class Run {
        private final CopyPlan plan;
        private final Lock lock;
        private final Damage damage = new Damage();
        private final List<CopyResult.Copied> copied = new ArrayList<>();
        private final List<CopyPlan.Lost> lost;
        private long blobs;
        private long storedBytes;

        Run(CopyPlan plan, Lock lock) {
            this.plan = plan;
            this.lock = lock;
            lost = new ArrayList<>(plan.lost());
        }

        CopyResult apply() throws IOException {
            progress.expect(plan.figures().storedBytes(), plan.snapshots().size());
            for (CopyPlan.Batch batch : plan.batches()) {
                Instant start = clock.instant();
                progress.step("copying");
                transfer(batch);
                progress.step("checking");
                List<Snapshot> whole = whole(batch);
                lock.confirm();
                Arrival arrival = new Arrival(target, plan, options.readBack());
                for (Snapshot snapshot : whole) {
                    commit(snapshot, arrival.check(snapshot), start);
                }
            }
            return new CopyResult(copied, lost, blobs, storedBytes);
        }

        private void transfer(CopyPlan.Batch batch) throws IOException {
            if (batch.positions().length == 0) {
                return;
            }
            WriterOptions how = WriterOptions.standard(lock::check, progress)
                    .withCompression(options.compression())
                    .withReadBack(options.readBack());
            try (BlobWriter writer = target.writer(how)) {
                new Transfer(source, plan.index(), damage, progress)
                        .run(batch.positions(), source.sharesKeyWith(target), writer);
                blobs += writer.dataBlobs() + writer.treeBlobs();
                storedBytes += writer.storedBytes();
            }
        }

        private List<Snapshot> whole(CopyPlan.Batch batch) throws IOException {
            List<Snapshot> whole = new ArrayList<>();
            for (Snapshot snapshot : batch.snapshots()) {
                Optional<String> why = damage.of(source, plan.index(), snapshot);
                why.ifPresentOrElse(text -> lost.add(new CopyPlan.Lost(snapshot, text)), () -> whole.add(snapshot));
            }
            return whole;
        }

        private void commit(Snapshot snapshot, ProofLevel level, Instant start) throws IOException {
            lock.check();
            Snapshot saved = target.save(inTarget(snapshot));
            Instant end = clock.instant();
            target.save(new Proof(
                    saved.id(),
                    level,
                    true,
                    end,
                    Duration.between(start, end).truncatedTo(ChronoUnit.MILLIS),
                    options.host(),
                    List.of(CheckResult.pass(
                            "copy",
                            Count.of(blobs, "blob") + " written by this run"
                                    + (options.readBack() ? " and read again" : "")))));
            copied.add(new CopyResult.Copied(snapshot, saved, level));
            progress.items(1);
        }
    }

    /// The parent means nothing there; the first form is remembered.
    private static Snapshot inTarget(Snapshot snapshot) {
        return snapshot.with(snapshot.tree(), snapshot.tags(), null, snapshot.firstForm(), snapshot.summary());
    }
}
