package holdfast.verify;

import holdfast.extract.ExtractPlan;
import holdfast.extract.ExtractPlan.PlannedFile;
import holdfast.io.Parallel;
import holdfast.model.BlobType;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.repository.BlobConsumer;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Whether the blobs of a snapshot are where the index says, and what they should be.
final class BlobCheck {
    private final Repository repository;
    private final Progress progress;

    BlobCheck(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// Every blob is in the index, every pack in the storage and long enough.
    List<CheckResult> written(ExtractPlan tree) throws IOException {
        Map<ObjectId, Long> sizes = new HashMap<>();
        try (Stream<StoredFile> packs = repository.storage().list("data/")) {
            packs.forEach(pack ->
                    sizes.put(ObjectId.parse(pack.name().substring(pack.name().lastIndexOf('/') + 1)), pack.bytes()));
        }
        List<CheckResult> checks = new ArrayList<>();
        Set<ObjectId> seen = new HashSet<>();
        for (PlannedFile file : tree.files()) {
            for (ObjectId id : file.node().content()) {
                if (seen.add(id)) {
                    String wrong = wrong(id, sizes);
                    if (!wrong.isEmpty()) {
                        checks.add(CheckResult.fail(file.path(), wrong));
                    }
                }
            }
        }
        if (checks.isEmpty()) {
            checks.add(CheckResult.pass(
                    "blobs", Count.of(seen.size(), "data blob") + " in the index, their packs in the storage"));
        }
        return checks;
    }

    /// What is wrong with the last copy of a blob; empty when there is one that seems good.
    private String wrong(ObjectId id, Map<ObjectId, Long> sizes) throws IOException {
        String wrong = "blob " + id.brief() + " is not in the index";
        for (IndexEntry copy : repository.index().findAll(BlobType.DATA, id)) {
            wrong = wrong(copy, sizes);
            if (wrong.isEmpty()) {
                break;
            }
        }
        return wrong;
    }

    private static String wrong(IndexEntry entry, Map<ObjectId, Long> sizes) {
        Long bytes = sizes.get(entry.pack());
        if (bytes == null) {
            return "pack " + entry.pack().brief() + " is missing from the storage";
        }
        if (bytes < (long) entry.offset() + entry.length()) {
            return "pack " + entry.pack().brief() + " has only " + bytes + " bytes";
        }
        return "";
    }

    /// Reads and hashes every blob.
    ///
    /// @param except sources whose files are read elsewhere
    List<CheckResult> stored(ExtractPlan tree, List<SourceRecord> except) throws IOException {
        Map<ObjectId, Set<IndexEntry>> packs = new HashMap<>();
        Map<ObjectId, String> usedBy = new HashMap<>();
        for (PlannedFile file : tree.files()) {
            if (except.stream().anyMatch(source -> ManifestCheck.below(file.path(), source.path()))) {
                continue;
            }
            for (ObjectId id : file.node().content()) {
                IndexEntry entry = repository.index().find(BlobType.DATA, id);
                if (entry != null && usedBy.putIfAbsent(id, file.path()) == null) {
                    packs.computeIfAbsent(entry.pack(), _ -> new HashSet<>()).add(entry);
                    progress.expect(entry.plainBytes(), 0);
                }
            }
        }
        List<CheckResult> checks = new ArrayList<>();
        Parallel.each(packs.entrySet(), Runtime.getRuntime().availableProcessors(), pack -> {
            repository.packReader().read(pack.getKey(), List.copyOf(pack.getValue()), new BlobConsumer() {
                @Override
                public void blob(IndexEntry entry, ByteBuffer plain) {
                    progress.bytes(plain.remaining());
                    progress.stored(entry.length());
                }

                @Override
                public void damaged(IndexEntry entry, HoldfastException.Damaged why) throws IOException {
                    try {
                        repository.loadBlob(BlobType.DATA, entry.id());
                    } catch (HoldfastException.Damaged noOtherCopy) {
                        synchronized (checks) {
                            checks.add(CheckResult.fail(
                                    usedBy.getOrDefault(entry.id(), "blob"), String.valueOf(why.getMessage())));
                        }
                    }
                }
            });
        });
        if (checks.isEmpty()) {
            checks.add(CheckResult.pass(
                    "packs",
                    Count.of(usedBy.size(), "blob") + " of " + Count.of(packs.size(), "pack") + " read and hashed"));
        }
        return checks;
    }
}
