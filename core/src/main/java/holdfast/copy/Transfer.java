package holdfast.copy;

import holdfast.io.Parallel;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.pack.BlobForms;
import holdfast.repository.BlobConsumer;
import holdfast.repository.BlobIndex;
import holdfast.repository.BlobWriter;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Carries blobs, read pack by pack, several packs at a time. Each is opened and its hash compared
/// before it is written; compressed content stays as it is.
final class Transfer {
    /// Enough to keep a storage busy that answers slowly; each costs up to 8 MiB for what it
    /// fetches at once.
    private static final int PACKS_AT_ONCE = 4;

    private final Repository source;
    private final BlobIndex index;
    private final Damage damage;
    private final Progress progress;

    Transfer(Repository source, BlobIndex index, Damage damage, Progress progress) {
        this.source = source;
        this.index = index;
        this.damage = damage;
        this.progress = progress;
    }

    /// Neighbours of one pack.
    ///
    /// @param from first of the positions, to `to`, which is not one of them
    private record Part(ObjectId pack, int from, int to) {}

    /// @param positions in the source's index, ascending
    /// @param sealed whether the two repositories have the same key
    void run(int[] positions, boolean sealed, BlobWriter writer) throws IOException {
        Carrier carrier = new Carrier(sealed, writer);
        Parallel.each(parts(positions), PACKS_AT_ONCE, part -> {
            List<IndexEntry> entries = IntStream.range(part.from(), part.to())
                    .mapToObj(i -> index.at(positions[i]))
                    .toList();
            source.packReader().read(part.pack(), entries, carrier);
        });
        writer.finish();
    }

    /// The index holds the blobs of a pack one behind the other.
    private List<Part> parts(int[] positions) {
        List<Part> parts = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= positions.length; to++) {
            ObjectId pack = index.at(positions[from]).pack();
            if (to == positions.length || !index.at(positions[to]).pack().equals(pack)) {
                parts.add(new Part(pack, from, to));
                from = to;
            }
        }
        return parts;
    }

    private final class Carrier implements BlobConsumer {
        private final boolean sealed;
        private final BlobWriter writer;

        Carrier(boolean sealed, BlobWriter writer) {
            this.sealed = sealed;
            this.writer = writer;
        }

        @Override
        public void blob(IndexEntry entry, BlobForms forms) throws IOException {
            writer.carry(entry, forms, sealed);
            progress.bytes(entry.length());
        }

        @Override
        public void blob(IndexEntry entry, ByteBuffer plain) throws IOException {
            Future<ObjectId> _ = writer.write(entry.type(), plain); // finish() throws what it would throw
            progress.bytes(entry.length());
        }

        /// Another pack may have it.
        @Override
        public void damaged(IndexEntry entry, HoldfastException.Damaged why) throws IOException {
            ByteBuffer plain;
            try {
                plain = source.loadBlob(entry.type(), entry.id());
            } catch (HoldfastException.Damaged e) {
                damage.add(entry.type(), entry.id(), why);
                return;
            }
            blob(entry, plain);
        }
    }
}
