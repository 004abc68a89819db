package holdfast.prune;

import holdfast.io.Parallel;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.BlobConsumer;
import holdfast.repository.BlobWriter;
import holdfast.repository.IndexEntry;
import holdfast.repository.Lock;
import holdfast.repository.PackReader;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;

/// Writes what is still needed of some packs anew, and indexes it: afterwards it is there twice. Adds only, so that
/// whatever becomes of it nothing is lost.
final class Repack {
    private static final int PACKS_AT_ONCE = 3;

    private final Repository repository;
    private final Progress progress;
    private final PrunePlan plan;
    private final Lock lock;
    /// packs that could not be read whole, and why
    private final Map<ObjectId, String> damaged = new TreeMap<>();

    private final Set<ObjectId> carried = new HashSet<>();
    private long writtenBytes;

    Repack(Repository repository, Progress progress, PrunePlan plan, Lock lock) {
        this.repository = repository;
        this.progress = progress;
        this.plan = plan;
        this.lock = lock;
    }

    /// Packs of which everything needed is durable elsewhere: none before [#run] is through.
    Set<ObjectId> carried() {
        return carried;
    }

    /// What was wrong with the packs that could not be read whole.
    List<String> damaged() {
        return List.copyOf(damaged.values());
    }

    long writtenBytes() {
        return writtenBytes;
    }

    void run() throws IOException {
        List<PrunePlan.Carry> carries = plan.carries();
        if (carries.isEmpty()) {
            return;
        }
        progress.step("repacking");
        progress.expect(carries.stream().mapToLong(PrunePlan.Carry::fileBytes).sum(), carries.size());
        PackReader reader = repository.packReader();
        try (BlobWriter writer = repository.writer(WriterOptions.standard(lock::check, progress))) {
            Parallel.each(carries, PACKS_AT_ONCE, carry -> {
                carryOver(carry, reader, new Carrier(writer));
                progress.bytes(carry.fileBytes());
                progress.items(1);
            });
            writer.finish();
            writtenBytes = writer.storedBytes();
        }
        carries.stream().map(PrunePlan.Carry::pack).forEach(carried::add);
        carried.removeAll(damaged.keySet());
    }

    /// A pack that the storage does not give counts as damaged: the others are still carried over.
    private void carryOver(PrunePlan.Carry carry, PackReader reader, Carrier carrier) throws IOException {
        try {
            reader.read(carry.pack(), carry.entries(plan.look().index()), carrier);
        } catch (IOException e) {
            if (carrier.failed) {
                throw e;
            }
            damaged(carry.pack(), String.valueOf(e.getMessage()));
        }
    }

    private void damaged(ObjectId pack, String why) {
        synchronized (damaged) {
            damaged.putIfAbsent(pack, why);
        }
    }

    /// Takes verified blobs to the new packs.
    private final class Carrier implements BlobConsumer {
        private final BlobWriter writer;
        private boolean failed;

        Carrier(BlobWriter writer) {
            this.writer = writer;
        }

        @Override
        public void blob(IndexEntry entry, ByteBuffer plain) throws IOException {
            try {
                Future<ObjectId> _ = writer.rewrite(entry.type(), plain); // finish() throws what it would throw
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }

        @Override
        public void damaged(IndexEntry entry, HoldfastException.Damaged why) {
            Repack.this.damaged(entry.pack(), String.valueOf(why.getMessage()));
        }
    }
}
