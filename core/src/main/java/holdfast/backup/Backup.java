package holdfast.backup;

import holdfast.model.Attributes;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import holdfast.repository.BlobWriter;
import holdfast.repository.Lock;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.repository.SnapshotFilter;
import holdfast.repository.WriterOptions;
import holdfast.source.Capture;
import holdfast.source.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Takes one snapshot of one consistency set. The order is the safety: sources fixed, content and
/// trees durable, index written, lock still held, and only then the snapshot's file. Whatever fails
/// before leaves nothing that is listed. Used by one thread, for one backup at a time.
public final class Backup {
    private final Repository repository;
    private final int compression;
    private final Origin origin;
    private final InstantSource clock;
    private final Progress progress;
    private final Function<String, Node> folders;

    /// @param compression zstd level as [WriterOptions] has it
    /// @param folders name and attributes of a real folder by absolute path, for the folders above
    ///     the sources
    public Backup(
            Repository repository,
            int compression,
            Origin origin,
            InstantSource clock,
            Progress progress,
            Function<String, Node> folders) {
        this.repository = repository;
        this.compression = compression;
        this.origin = origin;
        this.clock = clock;
        this.progress = progress;
        this.folders = folders;
    }

    /// @param lock held by the caller, shared
    /// @throws IOException when a source as a whole cannot be read or the repository cannot be
    ///     written
    /// @throws HoldfastException when a person must act, for instance because the repository is
    ///     locked
    public BackupResult run(BackupRequest request, Lock lock) throws IOException {
        Instant start = clock.instant();
        try {
            progress.step("preparing");
            repository.reloadIndexOfWholePacks();
            Optional<Snapshot> parent = parent(request);
            List<Capture> captures = new ArrayList<>();
            try {
                progress.step("fixing");
                for (Source source : request.sources()) {
                    captures.add(source.capture());
                }
                return new Run(request, start, clock.instant(), parent, lock).store(captures);
            } finally {
                closeAll(captures);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("backup interrupted", "nothing was listed; run it again");
        }
    }

    private Optional<Snapshot> parent(BackupRequest request) throws IOException {
        return switch (request.parent()) {
            case BackupRequest.Parent.None() -> Optional.empty();
            case BackupRequest.Parent.Named(String reference) ->
                Optional.of(repository.find(reference, SnapshotFilter.ALL));
            case BackupRequest.Parent.Latest() -> {
                List<Snapshot> same = repository.readableSnapshots().stream()
                        .filter(snapshot -> snapshot.host().equals(origin.host())
                                && snapshot.paths().equals(request.paths()))
                        .toList();
                yield same.isEmpty() ? Optional.empty() : Optional.of(same.getLast());
            }
        };
    }

    private static void closeAll(List<Capture> captures) throws IOException {
        IOException first = null;
        for (Capture capture : captures) {
            try {
                capture.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /// One backup on its way.
    private final class Run {
        private final BackupRequest request;
        private final Instant start;
        private final Instant takenAt;
        private final @Nullable Snapshot parent;
        private final Lock lock;
        private final Counts counts = new Counts();

        Run(BackupRequest request, Instant start, Instant takenAt, Optional<Snapshot> parent, Lock lock) {
            this.request = request;
            this.start = start;
            this.takenAt = takenAt;
            this.parent = parent.orElse(null);
            this.lock = lock;
        }

        BackupResult store(List<Capture> captures) throws IOException, InterruptedException {
            for (Capture capture : captures) {
                progress.expect(capture.expectedBytes(), capture.expectedFiles());
            }
            ParentSnapshot before = new ParentSnapshot(repository, parent);
            try (BlobWriter writer = repository.writer(
                            WriterOptions.standard(lock::check, progress).withCompression(compression));
                    SnapshotTree tree = new SnapshotTree(
                            writer,
                            new ContentStore(writer, repository.config().chunkerPolynomial(), progress),
                            counts,
                            progress,
                            before,
                            folders)) {
                progress.step("reading");
                List<SourceRecord> records = new ArrayList<>();
                for (Capture capture : captures) {
                    records.add(capture.writeTo(tree));
                    lock.check();
                }
                progress.step("writing");
                Manifest manifest = manifest(records, tree.settle());
                byte[] json = Manifests.toJson(manifest);
                ObjectId root = tree.seal(document(), json);
                writer.finish();
                lock.confirm();
                return commit(manifest, root, writer);
            }
        }

        private BackupResult commit(Manifest manifest, ObjectId root, BlobWriter writer) throws IOException {
            boolean unchanged = sameAs(manifest);
            Snapshot.Summary summary = summary(writer);
            Snapshot saved = repository.save(snapshot(manifest, root, summary));
            Duration took = Duration.between(start, clock.instant());
            return new BackupResult(saved, manifest, summary, counts.readBytes.sum(), unchanged, took);
        }

        /// Whether every file is the parent's and none is missing.
        private boolean sameAs(Manifest manifest) throws IOException {
            if (parent == null || counts.filesNew.sum() + counts.filesChanged.sum() > 0) {
                return false;
            }
            try {
                return Manifests.read(repository, parent)
                        .filter(before -> before.nodes() == manifest.nodes())
                        .isPresent();
            } catch (HoldfastException.Damaged e) {
                return false; // nobody can tell
            }
        }

        private Manifest manifest(List<SourceRecord> records, long nodes) {
            return new Manifest(
                    Manifest.VERSION,
                    takenAt,
                    origin.program(),
                    origin.host(),
                    origin.operator(),
                    origin.environment(),
                    request.label(),
                    request.reason(),
                    records,
                    nodes);
        }

        private Node document() {
            Attributes attributes = new Attributes(
                    0600, takenAt, takenAt, takenAt, origin.uid(), origin.gid(), "", "", 0, 0, List.of());
            return new Node(Manifest.NAME, NodeType.FILE, attributes, 0, 1, "", 0, List.of(), null);
        }

        private Snapshot.Summary summary(BlobWriter writer) {
            return new Snapshot.Summary(
                    start,
                    clock.instant(),
                    counts.filesNew.sum(),
                    counts.filesChanged.sum(),
                    counts.filesUnmodified.sum(),
                    counts.dirsNew.sum(),
                    counts.dirsChanged.sum(),
                    counts.dirsUnmodified.sum(),
                    writer.dataBlobs(),
                    writer.treeBlobs(),
                    writer.addedBytes(),
                    writer.storedBytes(),
                    counts.files(),
                    counts.logicalBytes.sum());
        }

        /// What is wrong with a snapshot is marked where every list shows it, restic's too.
        private List<String> tags(Manifest manifest) {
            Set<String> tags = new LinkedHashSet<>(request.tags());
            if (manifest.damaged()) {
                tags.add(Manifest.DAMAGED);
            }
            if (!manifest.complete()) {
                tags.add(Manifest.INCOMPLETE);
            }
            return List.copyOf(tags);
        }

        private Snapshot snapshot(Manifest manifest, ObjectId root, Snapshot.Summary summary) {
            return new Snapshot(
                    new ObjectId(0, 0, 0, 0),
                    takenAt,
                    root,
                    request.paths(),
                    origin.host(),
                    origin.operator(),
                    origin.uid(),
                    origin.gid(),
                    request.excludes(),
                    tags(manifest),
                    parent == null ? null : parent.id(),
                    null,
                    origin.program(),
                    summary);
        }
    }
}
