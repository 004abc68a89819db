package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.pack.BlobForms;
import holdfast.pack.BlobOpener;
import holdfast.pack.BrokenPackException;
import holdfast.pack.PackHeader;
import holdfast.pack.PackedBlob;
import holdfast.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Reads blobs pack by pack. Safe for use by many threads.
public final class PackReader {
    /// Blobs that are no further apart are fetched together.
    private static final int GAP_BYTES_MAX = 64 << 10;
    /// At most so much is fetched at once, unless a single blob is larger.
    private static final int FETCH_BYTES_MAX = 8 << 20;

    static final String MORE_HEAP =
            "if it is not hostile, allow more: HOLDFAST_JAVA_OPTS='-Xmx4g" + " -XX:MaxDirectMemorySize=2g'";

    private static final int HEADER_GUESS_BYTES = 32 << 10;
    private static final int HEADER_BYTES_MAX = 64 << 20;

    private final Storage storage;
    private final Openers openers;

    PackReader(Storage storage, Openers openers) {
        this.storage = storage;
        this.openers = openers;
    }

    /// The same for packs that another storage holds: for whoever has fetched one already.
    public PackReader over(Storage other) {
        return new PackReader(other, openers);
    }

    /// Reads blobs of one pack: what lies together is fetched together. Every blob is given to the
    /// consumer exactly once, whole or as damaged, in order of offset, by the calling thread.
    ///
    /// @throws IOException when the storage failed (a missing pack is damage, not failure), or the
    ///     consumer did
    public void read(ObjectId pack, List<IndexEntry> wanted, BlobConsumer each) throws IOException {
        for (IndexEntry entry : wanted) {
            checkLength(entry);
        }
        List<IndexEntry> sorted = wanted.stream()
                .sorted(Comparator.comparingInt(IndexEntry::offset))
                .toList();
        BlobOpener opener = openers.borrow();
        try {
            for (int from = 0; from < sorted.size(); ) {
                int to = runEnd(sorted, from);
                readRun(pack, sorted.subList(from, to), opener, each);
                from = to;
            }
        } finally {
            openers.giveBack(opener);
        }
    }

    /// @throws HoldfastException.Failed when there is no room for the blob, which need not be damaged
    private void checkLength(IndexEntry entry) {
        long bytes = Math.max(entry.length(), entry.plainBytes());
        if (bytes > HeapShare.BLOB_MAX) {
            throw new HoldfastException.Failed(
                    describe(entry) + " has " + (bytes >> 20) + " MiB, too much for " + HeapShare.ofHeap(), MORE_HEAP);
        }
    }

    private static int runEnd(List<IndexEntry> sorted, int from) {
        int start = sorted.get(from).offset();
        int to = from + 1;
        long end = end(sorted.get(from));
        while (to < sorted.size()) {
            IndexEntry next = sorted.get(to);
            if (next.offset() - end > GAP_BYTES_MAX || end(next) - start > FETCH_BYTES_MAX) {
                break;
            }
            end = Math.max(end, end(next));
            to++;
        }
        return to;
    }

    private static long end(IndexEntry entry) {
        return entry.offset() + (long) entry.length();
    }

    private void readRun(ObjectId pack, List<IndexEntry> run, BlobOpener opener, BlobConsumer each) throws IOException {
        int start = run.getFirst().offset();
        long end = run.stream().mapToLong(PackReader::end).max().orElse(start);
        ByteBuffer sealed;
        try {
            sealed = storage.get(name(pack), start, (int) (end - start));
        } catch (NoSuchFileException e) {
            for (IndexEntry entry : run) {
                each.damaged(entry, damaged(entry, "the pack is missing", e));
            }
            return;
        } catch (EOFException e) {
            if (run.size() == 1) {
                each.damaged(run.getFirst(), damaged(run.getFirst(), "the pack ends before it", e));
                return;
            }
            for (IndexEntry entry : run) {
                readRun(pack, List.of(entry), opener, each); // those before the end are still good
            }
            return;
        } catch (IOException e) {
            throw RawFiles.failed(name(pack), "could not be read from", storage, e);
        }
        for (IndexEntry entry : run) {
            open(entry, sealed.slice(sealed.position() + entry.offset() - start, entry.length()), opener, each);
        }
    }

    private void open(IndexEntry entry, ByteBuffer sealed, BlobOpener opener, BlobConsumer each) throws IOException {
        BlobForms forms;
        try {
            forms = opener.open(sealed, entry.plainLength(), entry.id());
        } catch (BrokenPackException e) {
            each.damaged(entry, damaged(entry, RawFiles.reason(e), e));
            return;
        }
        each.blob(entry, forms);
    }

    private HoldfastException.Damaged damaged(IndexEntry entry, String why, IOException cause) {
        return new HoldfastException.Damaged(describe(entry) + " is damaged: " + why, RawFiles.DAMAGE_HINT, cause);
    }

    private String describe(IndexEntry entry) {
        String kind = entry.type().name().toLowerCase(Locale.ROOT);
        return kind + " blob " + entry.id() + " in " + name(entry.pack()) + " in " + storage.location();
    }

    private static String name(ObjectId pack) {
        return Kinds.DATA + pack.hex();
    }

    /// What the pack's own header says it holds, in order of offset.
    ///
    /// @param packBytes length of the pack's file
    /// @throws HoldfastException.Damaged when the header is damaged or does not fit the pack's length
    public List<PackedBlob> header(ObjectId pack, long packBytes) throws IOException {
        BlobOpener opener = openers.borrow();
        try {
            ByteBuffer tail = tail(pack, packBytes, (int) Math.min(packBytes, HEADER_GUESS_BYTES));
            int length = PackHeader.sealedLength(tail, packBytes);
            int whole = length + PackHeader.LENGTH_BYTES;
            if (length > HEADER_BYTES_MAX) {
                throw new BrokenPackException("its header cannot be " + length + " bytes long");
            }
            if (whole > tail.remaining()) {
                tail = tail(pack, packBytes, whole);
            }
            return opener.header(tail.slice(tail.limit() - whole, length), packBytes);
        } catch (BrokenPackException | EOFException | NoSuchFileException e) {
            throw RawFiles.damaged(name(pack), storage, RawFiles.reason(e), e);
        } finally {
            openers.giveBack(opener);
        }
    }

    private ByteBuffer tail(ObjectId pack, long packBytes, int bytes) throws IOException {
        return storage.get(name(pack), packBytes - bytes, bytes).slice();
    }
}
