package holdfast.verify;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import holdfast.repository.BlobConsumer;
import holdfast.repository.IndexEntry;
import holdfast.repository.PackReader;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads one pack whole: its hash, its header against the index, and every blob in it.
final class PackCheck {
    private final Storage storage;
    private final PackReader reader;
    private final Findings findings;

    PackCheck(Storage storage, PackReader reader, Findings findings) {
        this.storage = storage;
        this.reader = reader;
        this.findings = findings;
    }

    /// @param indexed what the index says the pack holds
    /// @throws IOException when the storage does not give the pack
    void run(ObjectId pack, List<IndexEntry> indexed) throws IOException {
        String name = "data/" + pack;
        ByteBuffer content = storage.get(name);
        List<String> problems = new ArrayList<>();
        if (!ObjectId.hash(content).equals(pack)) {
            problems.add("its content does not have the hash it is named by");
        }
        PackReader memory = reader.over(new PackInMemory(name, content, storage.location()));
        List<IndexEntry> damaged = new ArrayList<>();
        memory.read(pack, indexed, new BlobConsumer() {
            @Override
            public void blob(IndexEntry entry, ByteBuffer plain) {}

            @Override
            public void damaged(IndexEntry entry, HoldfastException.Damaged why) {
                damaged.add(entry);
            }
        });
        if (!damaged.isEmpty()) {
            problems.add(damaged.size() + " of its " + indexed.size() + " blobs are damaged");
        }
        checkHeader(memory, pack, content.remaining(), indexed, problems);
        for (String problem : problems) {
            Findings.Draft draft = findings.error(name, problem);
            findings.damagedCopies(damaged, draft);
        }
    }

    private void checkHeader(
            PackReader memory, ObjectId pack, int bytes, List<IndexEntry> indexed, List<String> problems)
            throws IOException {
        Set<IndexEntry> header = new HashSet<>();
        try {
            for (PackedBlob blob : memory.header(pack, bytes)) {
                header.add(
                        new IndexEntry(blob.type(), blob.id(), pack, blob.offset(), blob.length(), blob.plainLength()));
            }
        } catch (HoldfastException.Damaged _) {
            problems.add("its header cannot be read");
            return;
        }
        long unknown = indexed.stream().filter(entry -> !header.contains(entry)).count();
        if (unknown > 0) {
            problems.add("its header does not have " + unknown + " of the " + indexed.size()
                    + " blobs that the index says are in it");
        }
        if (problems.isEmpty() && header.size() > indexed.size()) {
            findings.warning(
                    "data/" + pack,
                    "its header has " + (header.size() - indexed.size()) + " blobs that are in no index file");
        }
    }
}
