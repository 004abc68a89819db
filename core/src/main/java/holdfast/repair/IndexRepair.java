package holdfast.repair;

import holdfast.io.Parallel;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.pack.PackedBlob;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.repository.IndexRewrite;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes the index say what the packs hold, as their headers tell it. What the index says of a pack is believed
/// when the pack is just as long as that makes it; of all other packs the headers are read. Memory: some tens of
/// bytes for each blob, as any index. Used by one thread.
public final class IndexRepair {
    private static final int READS_AT_ONCE = 8;
    /// Beyond so many packs that the storage does not give, the storage itself must be the cause.
    private static final int FAILURES_MAX = 50;

    private final Repository repository;
    private final Progress progress;

    public IndexRepair(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// Finds out what is wrong; changes nothing. The caller holds a lock.
    ///
    /// @param readAllPacks believe headers only
    /// @throws IOException when the storage fails as such
    public IndexPlan plan(boolean readAllPacks) throws IOException {
        return new Planning().run(readAllPacks);
    }

    /// Does what is planned.
    ///
    /// @param lock held by the caller since before the plan was made, exclusive
    /// @throws IOException when the storage fails; by then the old index is there, or the new one, or both
    public void apply(IndexPlan plan, Lock lock) throws IOException {
        if (plan.isEmpty()) {
            return;
        }
        progress.step("writing index");
        if (!plan.isIndexRight()) {
            write(plan.contents(), lock);
        }
        lock.check();
        repository.removeMarks(plan.damagedMarks());
        repository.reloadIndex();
    }

    private void write(IndexPlan.Contents contents, Lock lock) throws IOException {
        IndexRewrite rewrite = repository.rewriteIndex(contents.files(), lock::check);
        rewrite.addAll(contents.known(), pack -> !contents.replaced().contains(pack));
        rewrite.addAll(contents.fresh(), _ -> true);
        rewrite.commit();
    }

    /// A plan that is being made. What threads share is guarded by this object.
    private final class Planning {
        private final List<String> damagedFiles = new ArrayList<>();
        private final List<ObjectId> missing = new ArrayList<>();
        private final List<ObjectId> added = new ArrayList<>();
        private final List<ObjectId> corrected = new ArrayList<>();
        private final Map<ObjectId, String> broken = new HashMap<>();
        private final Set<ObjectId> replaced = new HashSet<>();
        private final BlobIndex fresh = new BlobIndex();
        private int failures;

        IndexPlan run(boolean readAllPacks) throws IOException {
            progress.step("reading index");
            List<ObjectId> indexFiles = repository.indexFiles();
            BlobIndex known = repository.reloadIndexPassingOverMarks(
                    damaged -> damagedFiles.add(String.valueOf(damaged.getMessage())));
            progress.step("listing packs");
            Map<ObjectId, Long> files = StoredPacks.list(repository);
            Map<ObjectId, Integer> blobs = new HashMap<>();
            Set<ObjectId> toRead = new HashSet<>(files.keySet());
            known.forEachPack((pack, entries) -> {
                Long bytes = files.get(pack);
                if (bytes == null) {
                    missing.add(pack);
                    replaced.add(pack);
                } else {
                    blobs.put(pack, entries.size());
                    if (!readAllPacks && StoredPacks.fits(packed(entries), bytes)) {
                        toRead.remove(pack);
                    }
                }
            });
            progress.step("reading packs");
            progress.expect(0, toRead.size());
            Parallel.each(toRead, READS_AT_ONCE, pack -> {
                read(known, pack, files.getOrDefault(pack, 0L), blobs.getOrDefault(pack, 0));
                progress.items(1);
            });
            List<IndexPlan.Unreadable> unreadable = unreadable(known, files);
            missing.sort(Comparator.naturalOrder());
            added.sort(Comparator.naturalOrder());
            corrected.sort(Comparator.naturalOrder());
            return new IndexPlan(
                    damagedFiles,
                    repository.damagedMarks().stream().sorted().toList(),
                    missing,
                    added,
                    corrected,
                    unreadable,
                    toRead.size(),
                    new IndexPlan.Contents(indexFiles, known, Set.copyOf(replaced), fresh));
        }

        /// @param blobs how many the index says are in it
        private void read(BlobIndex known, ObjectId pack, long bytes, int blobs) throws IOException {
            try {
                List<PackedBlob> header = repository.packReader().header(pack, bytes);
                if (header.size() != blobs || !header.stream().allMatch(blob -> isKnown(known, pack, blob))) {
                    accept(pack, header, blobs > 0);
                }
            } catch (HoldfastException.Damaged e) {
                breaks(pack, e);
            } catch (IOException e) {
                breaks(pack, e);
                countFailure(e);
            }
        }

        private synchronized void accept(ObjectId pack, List<PackedBlob> header, boolean wasKnown) {
            if (wasKnown) {
                replaced.add(pack);
            }
            (wasKnown ? corrected : added).add(pack);
            fresh.add(pack, header);
        }

        private synchronized void breaks(ObjectId pack, Exception why) {
            broken.put(pack, String.valueOf(why.getMessage()));
        }

        private synchronized void countFailure(IOException why) throws IOException {
            if (++failures > FAILURES_MAX) {
                throw new IOException("repair stopped: " + failures + " packs could not be read", why);
            }
        }

        /// What is still known of packs with a broken header is kept as far as the file reaches: what is intact of
        /// it can still be read.
        private List<IndexPlan.Unreadable> unreadable(BlobIndex known, Map<ObjectId, Long> files) {
            List<IndexPlan.Unreadable> unreadable = new ArrayList<>();
            known.forEachPack((pack, entries) -> {
                String why = broken.remove(pack);
                if (why == null) {
                    return;
                }
                long bytes = files.getOrDefault(pack, 0L);
                List<PackedBlob> within = packed(entries).stream()
                        .filter(blob -> (long) blob.offset() + blob.length() <= bytes)
                        .toList();
                if (within.size() < entries.size()) {
                    replaced.add(pack);
                    if (!within.isEmpty()) {
                        fresh.add(pack, within);
                    }
                }
                unreadable.add(new IndexPlan.Unreadable(pack, why, within.size(), entries.size() - within.size()));
            });
            broken.forEach((pack, why) -> unreadable.add(new IndexPlan.Unreadable(pack, why, 0, 0)));
            unreadable.sort(Comparator.comparing(IndexPlan.Unreadable::pack));
            return unreadable;
        }
    }

    private static boolean isKnown(BlobIndex known, ObjectId pack, PackedBlob blob) {
        return known.findAll(blob.type(), blob.id())
                .contains(
                        new IndexEntry(blob.type(), blob.id(), pack, blob.offset(), blob.length(), blob.plainLength()));
    }

    private static List<PackedBlob> packed(List<IndexEntry> entries) {
        return entries.stream().map(IndexEntry::packed).toList();
    }
}
