package holdfast.verify;

import holdfast.crypto.Seal;
import holdfast.io.Parallel;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.pack.PackHeader;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// Holds the packs in the storage against the index, and reads those that are chosen. In memory are at
/// any time the packs being read, up to a fixed sum of bytes, and a few numbers for each pack there is.
final class PacksCheck {
    private static final int BUDGET_BYTES = 128 << 20;
    private static final int BATCH = 32;
    private static final int FAILURES_MAX = 50;

    private final Repository repository;
    private final BlobIndex index;
    private final Set<ObjectId> marked;
    private final Findings findings;
    private final Progress progress;
    private final PackCheck check;
    private final Map<ObjectId, StoredFile> files = new HashMap<>();
    private final Set<ObjectId> chosen = new HashSet<>();
    private final Semaphore budget = new Semaphore(BUDGET_BYTES);
    private final AtomicInteger failures = new AtomicInteger();
    private final LongAdder packsRead = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private long orphans;
    private long orphanBytes;

    /// @param marked packs that a prune may be removing
    PacksCheck(Repository repository, BlobIndex index, Set<ObjectId> marked, Findings findings, Progress progress) {
        this.repository = repository;
        this.index = index;
        this.marked = marked;
        this.findings = findings;
        this.progress = progress;
        this.check = new PackCheck(repository.storage(), repository.packReader(), findings);
    }

    /// @throws IOException when packs cannot be listed, or so many cannot be read that the storage must
    ///     be down
    void run(CheckOptions options) throws IOException {
        list();
        List<StoredFile> known = files.values().stream()
                .filter(file -> index.hasPack(pack(file)))
                .toList();
        options.subset().select(known, new Random(options.seed())).forEach(file -> {
            chosen.add(pack(file));
            progress.expect(file.bytes(), 1);
        });
        List<Chosen> batch = new ArrayList<>();
        try {
            index.forEachPack((pack, entries) -> {
                checkFile(pack, entries);
                StoredFile file = files.get(pack);
                if (file != null && chosen.contains(pack)) {
                    batch.add(new Chosen(file, entries));
                }
                if (batch.size() == BATCH) {
                    readAll(batch);
                }
            });
            readAll(batch);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// A pack to be read, and what the index says is in it.
    private record Chosen(StoredFile file, List<IndexEntry> entries) {}

    private void list() throws IOException {
        repository.storage().listAll("data/").forEach(file -> files.put(pack(file), file));
        for (StoredFile file : files.values()) {
            if (!index.hasPack(pack(file))) {
                orphans++;
                orphanBytes += file.bytes();
                findings.warning(
                        file.name(),
                        marked.contains(pack(file))
                                ? "is left over by a prune that is at work or was cut off: the next one removes it"
                                : "is in no index file that can be read: left behind by an interrupted run, or part of a"
                                        + " backup that is running, or of what a damaged or lost index file knew");
            }
        }
    }

    private static ObjectId pack(StoredFile file) {
        return ObjectId.parse(file.name().substring(file.name().indexOf('/') + 1));
    }

    private void checkFile(ObjectId pack, List<IndexEntry> entries) {
        StoredFile file = files.get(pack);
        String name = "data/" + pack;
        if (file == null) {
            missing(pack, entries);
            return;
        }
        long blobBytes = 0;
        long headerBytes = Seal.OVERHEAD + PackHeader.LENGTH_BYTES;
        long end = 0;
        List<IndexEntry> beyond = new ArrayList<>();
        for (IndexEntry entry : entries) {
            if (entry.offset() < end) {
                findings.error(name, "the index has blobs overlap in it");
            }
            end = (long) entry.offset() + entry.length();
            blobBytes += entry.length();
            headerBytes += PackHeader.entryBytes(entry.compressed());
            if (end > file.bytes()) {
                beyond.add(entry);
            }
        }
        if (file.bytes() != blobBytes + headerBytes) {
            findings.damagedCopies(
                    beyond, findings.error(name, "has " + file.bytes() + " bytes, not " + (blobBytes + headerBytes)));
        }
    }

    /// What a prune had marked may go while the check runs. Should anything need it, that makes it an error after all.
    private void missing(ObjectId pack, List<IndexEntry> entries) {
        String name = "data/" + pack;
        Findings.Draft draft = marked.contains(pack)
                ? findings.warning(name, "is gone: a prune had marked it, and is at work or was cut off")
                : findings.error(name, "is missing");
        findings.damagedCopies(entries, draft);
    }

    private void readAll(List<Chosen> batch) {
        try {
            Parallel.each(batch, Runtime.getRuntime().availableProcessors(), this::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        batch.clear();
    }

    private void read(Chosen pack) throws IOException {
        StoredFile file = pack.file();
        int permits = (int) Math.min(file.bytes(), BUDGET_BYTES);
        budget.acquireUninterruptibly(permits);
        try {
            check.run(pack(file), pack.entries());
            packsRead.increment();
            bytesRead.add(file.bytes());
        } catch (NoSuchFileException _) {
            missing(pack(file), pack.entries());
        } catch (IOException e) {
            Findings.Draft draft = findings.error(file.name(), "cannot be read: " + e.getMessage());
            findings.damagedCopies(pack.entries(), draft);
            if (failures.incrementAndGet() > FAILURES_MAX) {
                throw new IOException("check stopped: " + failures + " packs could not be read", e);
            }
        } finally {
            budget.release(permits);
            progress.bytes(file.bytes());
            progress.items(1);
        }
    }

    long files() {
        return files.size();
    }

    long fileBytes() {
        return files.values().stream().mapToLong(StoredFile::bytes).sum();
    }

    long orphans() {
        return orphans;
    }

    long orphanBytes() {
        return orphanBytes;
    }

    long marked() {
        return files.keySet().stream().filter(marked::contains).count();
    }

    long markedBytes() {
        return files.values().stream()
                .filter(file -> marked.contains(pack(file)))
                .mapToLong(StoredFile::bytes)
                .sum();
    }

    long packsRead() {
        return packsRead.sum();
    }

    long bytesRead() {
        return bytesRead.sum();
    }
}
