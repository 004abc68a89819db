package holdfast.repair;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.pack.PackedBlob;
import holdfast.repository.BlobConsumer;
import holdfast.repository.BlobIndex;
import holdfast.repository.BlobWriter;
import holdfast.repository.IndexEntry;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;

/// Stores anew what is intact of some packs. Used by one thread, once.
final class Salvage {
    private record Blob(BlobType type, ObjectId id) {}

    private final Repository repository;
    private final Progress progress;
    private final Lock lock;
    private final Set<Blob> saved = new HashSet<>();
    private final Set<Blob> damaged = new HashSet<>();
    private final Map<ObjectId, String> kept = new TreeMap<>();

    Salvage(Repository repository, Progress progress, Lock lock) {
        this.repository = repository;
        this.progress = progress;
        this.lock = lock;
    }

    /// Ends with everything durable and indexed.
    void run(List<PackPlan.Suspect> suspects) throws IOException {
        progress.step("salvaging");
        progress.expect(0, suspects.size());
        Map<ObjectId, List<IndexEntry>> indexed = indexed(suspects);
        try (BlobWriter writer = repository.writer(WriterOptions.standard(lock::check, progress))) {
            for (PackPlan.Suspect suspect : suspects) {
                List<IndexEntry> entries = entries(suspect, indexed.getOrDefault(suspect.pack(), List.of()));
                save(suspect.pack(), entries, writer);
                progress.items(1);
            }
            writer.finish();
        }
    }

    private Map<ObjectId, List<IndexEntry>> indexed(List<PackPlan.Suspect> suspects) throws IOException {
        Map<ObjectId, List<IndexEntry>> indexed = new HashMap<>();
        suspects.forEach(suspect -> indexed.put(suspect.pack(), List.of()));
        repository.index().forEachPack((pack, entries) -> indexed.computeIfPresent(pack, (_, _) -> entries));
        return indexed;
    }

    /// What index or header say is in the pack.
    private List<IndexEntry> entries(PackPlan.Suspect suspect, List<IndexEntry> indexed) {
        Set<IndexEntry> entries = new LinkedHashSet<>(indexed);
        try {
            for (PackedBlob blob : repository.packReader().header(suspect.pack(), suspect.bytes())) {
                entries.add(new IndexEntry(
                        blob.type(), blob.id(), suspect.pack(), blob.offset(), blob.length(), blob.plainLength()));
            }
        } catch (HoldfastException.Damaged | IOException e) {
            // what the index says is all that is known
        }
        return new ArrayList<>(entries);
    }

    private void save(ObjectId pack, List<IndexEntry> entries, BlobWriter writer) throws IOException {
        Carrier carrier = new Carrier(writer);
        try {
            repository.packReader().read(pack, entries, carrier);
            damaged.addAll(carrier.broken);
        } catch (IOException e) {
            if (carrier.writing) {
                throw e;
            }
            kept.put(pack, String.valueOf(e.getMessage()));
        }
    }

    private final class Carrier implements BlobConsumer {
        private final BlobWriter writer;
        private final List<Blob> broken = new ArrayList<>();
        private boolean writing;

        Carrier(BlobWriter writer) {
            this.writer = writer;
        }

        @Override
        public void blob(IndexEntry entry, ByteBuffer plain) throws IOException {
            writing = true;
            Future<ObjectId> _ = writer.rewrite(entry.type(), plain); // finish() throws what it would throw
            writing = false;
            saved.add(new Blob(entry.type(), entry.id()));
        }

        @Override
        public void damaged(IndexEntry entry, HoldfastException.Damaged why) {
            broken.add(new Blob(entry.type(), entry.id()));
        }
    }

    long saved() {
        return saved.size();
    }

    /// Blobs that were damaged and of which that index has no other copy.
    long lost(BlobIndex index) {
        return damaged.stream()
                .filter(blob -> index.find(blob.type(), blob.id()) == null)
                .count();
    }

    /// Packs that the storage did not give, and why.
    Map<ObjectId, String> kept() {
        return kept;
    }
}
