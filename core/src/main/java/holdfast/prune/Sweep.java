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
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;

/// A prune at work. The order is the safety:
/// 1. what is still needed of the repacked packs is written to new packs, and these are indexed;
/// 2. new index files without the packs that go are written, then the old index files are removed;
/// 3. packs no index names any more are removed.
///
/// Before 1 is through nothing is lost that was there; after it everything needed is there twice until
/// 3, which removes only what nobody refers to. What a crash leaves over are packs without index, the
/// orphans of the next prune. When 1 fails, for instance because the disk is full, the packs without
/// any use and the orphans go all the same, to make room for the next try.
final class Sweep {
    private static final int PACKS_AT_ONCE = 3;
    private static final int DELETES_AT_ONCE = 8;

    private final Repository repository;
    private final Progress progress;
    private final PrunePlan plan;
    private final Lock lock;
    /// packs that could not be read whole, and why
    private final Map<ObjectId, String> damaged = new TreeMap<>();

    private long writtenBytes;

    Sweep(Repository repository, Progress progress, PrunePlan plan, Lock lock) {
        this.repository = repository;
        this.progress = progress;
        this.plan = plan;
        this.lock = lock;
    }

    PruneResult run() throws IOException {
        PackChoice choice = plan.choice();
        IOException failure = null;
        List<PackUse> repacked = List.of();
        try {
            repack();
            repacked = choice.repack().stream()
                    .filter(pack -> !damaged.containsKey(pack.pack()))
                    .toList();
        } catch (IOException e) {
            failure = e;
        }
        try {
            PruneResult result = free(repacked);
            if (failure == null) {
                return result;
            }
        } catch (IOException e) {
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        }
        throw failure;
    }

    private PruneResult free(List<PackUse> repacked) throws IOException {
        PackChoice choice = plan.choice();
        List<StoredFile> orphans = damaged.isEmpty() ? plan.orphans() : List.of();
        remove(orphans.stream().map(StoredFile::name).toList());
        List<PackUse> gone = new ArrayList<>(choice.remove());
        gone.addAll(repacked);
        forgetPacks(gone, choice.missing());
        remove(gone.stream().map(pack -> "data/" + pack.pack()).toList());
        int proofs = removeProofs();
        long removedBytes = gone.stream().mapToLong(PackUse::fileBytes).sum()
                + orphans.stream().mapToLong(StoredFile::bytes).sum();
        return new PruneResult(
                choice.remove().size(),
                repacked.size(),
                orphans.size(),
                proofs,
                removedBytes,
                writtenBytes,
                List.copyOf(damaged.values()));
    }

    private void repack() throws IOException {
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
    }

    /// A pack that the storage does not give counts as damaged: the others are still carried over.
    private void carryOver(PrunePlan.Carry carry, PackReader reader, Carrier carrier) throws IOException {
        try {
            reader.read(carry.pack(), carry.entries(plan.index()), carrier);
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
            Sweep.this.damaged(entry.pack(), String.valueOf(why.getMessage()));
        }
    }

    private void forgetPacks(List<PackUse> gone, List<PackUse> missing) throws IOException {
        Set<ObjectId> leaving = new HashSet<>();
        gone.forEach(pack -> leaving.add(pack.pack()));
        missing.forEach(pack -> leaving.add(pack.pack()));
        if (!leaving.isEmpty()) {
            progress.step("writing index");
            lock.confirm();
            repository.forgetPacks(leaving);
        }
    }

    private void remove(List<String> names) throws IOException {
        if (names.isEmpty()) {
            return;
        }
        progress.step("removing packs");
        progress.expect(0, names.size());
        lock.confirm();
        Parallel.each(names, DELETES_AT_ONCE, name -> {
            lock.check();
            repository.storage().delete(name);
            progress.items(1);
        });
    }

    private int removeProofs() throws IOException {
        if (plan.summary().proofs() == 0) {
            return 0;
        }
        lock.check();
        return repository.deleteProofsOfAllBut(plan.basis().snapshots());
    }
}
