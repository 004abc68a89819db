package holdfast.extract;

import holdfast.chunk.Zeros;
import holdfast.extract.ExtractPlan.PlannedFile;
import holdfast.io.Parallel;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.BlobConsumer;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

/// Writes the content of files, pack by pack: every pack is fetched once, its blobs go wherever they
/// belong. A file is written under a temporary name beside its place (with `delta`: in place) and
/// renamed when its last blob is there.
final class FileWriter {
    private static final int OPEN = 256;

    /// Where a blob belongs.
    private record Destination(int file, long offset) {}

    private final Repository repository;
    private final Directories directories;
    private final List<PlannedFile> files;
    private final BitSet missingDirectories;
    private final ExtractOptions options;
    private final Progress progress;
    private final Failures failures;
    private final AttributeWriter attributes;
    private final HandleCache<OpenFile> handles = new HandleCache<>(OPEN, this::open);

    /// Blobs still to be written, per file.
    private final AtomicIntegerArray remaining;

    private final BitSet created = new BitSet();
    private final BitSet inPlace = new BitSet();
    private final BitSet failed = new BitSet();
    private final LongAdder done = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final LongAdder kept = new LongAdder();

    FileWriter(
            Repository repository,
            Directories directories,
            List<PlannedFile> files,
            BitSet missingDirectories,
            ExtractOptions options,
            Progress progress,
            Failures failures,
            AttributeWriter attributes) {
        this.repository = repository;
        this.directories = directories;
        this.files = files;
        this.missingDirectories = missingDirectories;
        this.options = options;
        this.progress = progress;
        this.failures = failures;
        this.attributes = attributes;
        this.remaining = new AtomicIntegerArray(files.size());
    }

    void run() throws IOException {
        try {
            Map<ObjectId, Map<IndexEntry, List<Destination>>> packs = plan();
            Parallel.each(packs.entrySet(), options.readers(), pack -> readPack(pack.getKey(), pack.getValue()));
        } finally {
            handles.close();
        }
    }

    /// Whether the file stands whole under its name.
    boolean done(int file) {
        return !isFailed(file);
    }

    long files() {
        return done.sum();
    }

    long writtenBytes() {
        return written.sum();
    }

    long keptBytes() {
        return kept.sum();
    }

    /// Which blobs are needed, by pack, and where they go. Files that need none are finished here.
    private Map<ObjectId, Map<IndexEntry, List<Destination>>> plan() throws IOException {
        Map<ObjectId, Map<IndexEntry, List<Destination>>> packs = new HashMap<>();
        for (int i = 0; i < files.size(); i++) {
            PlannedFile file = files.get(i);
            if (missingDirectories.get(file.directory())) {
                fail(i, "its directory could not be made");
                continue;
            }
            List<IndexEntry> blobs = entries(i);
            if (blobs.isEmpty() && isFailed(i)) {
                continue;
            }
            BitSet right = options.delta() ? compare(i, blobs) : new BitSet();
            long offset = 0;
            int wanted = 0;
            for (int b = 0; b < blobs.size(); b++) {
                IndexEntry blob = blobs.get(b);
                if (!right.get(b)) {
                    wanted++;
                    packs.computeIfAbsent(blob.pack(), _ -> new HashMap<>())
                            .computeIfAbsent(blob, _ -> new ArrayList<>(1))
                            .add(new Destination(i, offset));
                } else {
                    kept.add(blob.plainBytes());
                    progress.bytes(blob.plainBytes());
                }
                offset += blob.plainBytes();
            }
            remaining.set(i, wanted);
            if (wanted == 0) {
                finish(i);
            }
        }
        return packs;
    }

    /// The index's entries of a file's blobs; empty, and the file failed, when one is unknown or the
    /// sizes do not fit.
    private List<IndexEntry> entries(int index) throws IOException {
        PlannedFile file = files.get(index);
        List<IndexEntry> blobs = new ArrayList<>(file.node().content().size());
        long bytes = 0;
        for (ObjectId id : file.node().content()) {
            IndexEntry blob = repository.index().find(BlobType.DATA, id);
            if (blob == null) {
                fail(index, "blob " + id.brief() + " is not in the repository's index");
                return List.of();
            }
            blobs.add(blob);
            bytes += blob.plainBytes();
        }
        if (bytes != file.node().size()) {
            fail(
                    index,
                    "its blobs hold " + bytes + " bytes where the snapshot says "
                            + file.node().size());
            return List.of();
        }
        return blobs;
    }

    /// With `delta`: which blobs an existing file holds in the right place. Files with several names
    /// are never changed in place, since the other names may not be ours.
    private BitSet compare(int index, List<IndexEntry> blobs) throws IOException {
        PlannedFile file = files.get(index);
        try {
            return directories.in(file.directory(), directory -> {
                var there = directory.status(file.name());
                if (there.type() != NodeType.FILE || there.links() > 1) {
                    return new BitSet();
                }
                inPlace(index);
                try (OpenFile existing = directory.read(file.name())) {
                    return DeltaComparison.matching(existing, blobs);
                }
            });
        } catch (NoSuchFileException e) {
            return new BitSet();
        } catch (IOException e) {
            fail(index, Failures.reason(e));
            return new BitSet();
        }
    }

    private void readPack(ObjectId pack, Map<IndexEntry, List<Destination>> wanted) throws IOException {
        repository.packReader().read(pack, List.copyOf(wanted.keySet()), new BlobConsumer() {
            @Override
            public void blob(IndexEntry entry, ByteBuffer plain) throws IOException {
                progress.stored(entry.length());
                place(plain, destinations(wanted, entry));
            }

            @Override
            public void damaged(IndexEntry entry, HoldfastException.Damaged why) throws IOException {
                try {
                    place(repository.loadBlob(BlobType.DATA, entry.id()), destinations(wanted, entry));
                } catch (HoldfastException.Damaged noOtherCopy) {
                    for (Destination to : destinations(wanted, entry)) {
                        fail(to.file(), String.valueOf(why.getMessage()));
                        oneBlobLess(to.file());
                    }
                }
            }
        });
    }

    private static Collection<Destination> destinations(Map<IndexEntry, List<Destination>> wanted, IndexEntry entry) {
        return wanted.getOrDefault(entry, List.of());
    }

    private void place(ByteBuffer plain, Collection<Destination> destinations) throws IOException {
        for (Destination to : destinations) {
            if (!isFailed(to.file())) {
                try {
                    write(to, plain);
                } catch (IOException e) {
                    fail(to.file(), Failures.reason(e));
                }
            }
            oneBlobLess(to.file());
        }
    }

    /// The last one ends the file, whether it came or not.
    private void oneBlobLess(int file) {
        if (remaining.decrementAndGet(file) == 0) {
            finish(file);
        }
    }

    private void write(Destination to, ByteBuffer plain) throws IOException {
        OpenFile file = handles.acquire(to.file());
        try {
            // a new file is one hole already
            if (isInPlace(to.file()) || !Zeros.allZero(plain, plain.position(), plain.limit())) {
                file.write(plain.duplicate(), to.offset());
            }
            written.add(plain.remaining());
            progress.bytes(plain.remaining());
        } finally {
            handles.release(to.file());
        }
    }

    private OpenFile open(int index) throws IOException {
        PlannedFile file = files.get(index);
        return directories.in(file.directory(), directory -> {
            if (isInPlace(index)) {
                return directory.update(file.name());
            }
            synchronized (created) {
                if (created.get(index)) {
                    return directory.update(temporary(index));
                }
            }
            OpenFile fresh = directory.create(temporary(index));
            synchronized (created) {
                created.set(index);
            }
            fresh.truncate(file.node().size());
            return fresh;
        });
    }

    /// All blobs are there (or the file failed): right length, attributes, name.
    private void finish(int index) {
        PlannedFile file = files.get(index);
        try {
            if (isFailed(index)) {
                abandon(index);
                return;
            }
            OpenFile open = handles.acquire(index);
            try {
                open.truncate(file.node().size());
            } finally {
                handles.release(index);
            }
            handles.drop(index);
            directories.in(file.directory(), directory -> {
                String name = isInPlace(index) ? file.name() : temporary(index);
                attributes.apply(directory, name, file.node(), file.path());
                if (!isInPlace(index)) {
                    directory.rename(
                            name,
                            directory,
                            file.name(),
                            options.replace() ? OpenDirectory.Replacing.REPLACE : OpenDirectory.Replacing.REFUSE);
                }
                return true;
            });
            done.increment();
            progress.items(1);
        } catch (IOException e) {
            fail(index, Failures.reason(e));
            abandonQuietly(index);
        }
    }

    private void abandonQuietly(int index) {
        try {
            abandon(index);
        } catch (IOException e) {
            failures.add(files.get(index).path(), "left a temporary file behind: " + Failures.reason(e));
        }
    }

    private void abandon(int index) throws IOException {
        handles.drop(index);
        boolean exists;
        synchronized (created) {
            exists = created.get(index);
        }
        if (exists) {
            PlannedFile file = files.get(index);
            directories.in(file.directory(), directory -> {
                directory.deleteFile(temporary(index));
                return true;
            });
        }
    }

    private String temporary(int index) {
        return LeftOvers.name(index);
    }

    private void fail(int index, String reason) {
        synchronized (failed) {
            if (failed.get(index)) {
                return;
            }
            failed.set(index);
        }
        failures.add(files.get(index).path(), reason);
    }

    private boolean isFailed(int index) {
        synchronized (failed) {
            return failed.get(index);
        }
    }

    private void inPlace(int index) {
        synchronized (inPlace) {
            inPlace.set(index);
        }
    }

    private boolean isInPlace(int index) {
        synchronized (inPlace) {
            return inPlace.get(index);
        }
    }
}
