package holdfast.prune;

import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How much of every pack is used, and which copy of each used blob is the one to keep: bits over the
/// index and a few numbers for each pack.
final class PackUses {
    private final BlobIndex index;
    private final BitSet used;
    private final List<ObjectId> packs;
    private final Map<ObjectId, Integer> numbers = new HashMap<>();
    private final Set<ObjectId> present;
    private final Set<ObjectId> marked;
    /// first positions of the blobs that have several
    private final BitSet repeated = new BitSet();
    private final BitSet kept = new BitSet();
    private long duplicateBlobs;
    private long duplicateBytes;
    /// for each pack, bytes of the used blobs that lie nowhere else
    private final long[] ownBytes;

    /// @param used first positions of the used blobs
    /// @param present the packs that the storage has
    /// @param marked packs that shall go: they are kept only for what lies nowhere else
    PackUses(BlobIndex index, BitSet used, Set<ObjectId> present, Set<ObjectId> marked) {
        this.index = index;
        this.used = used;
        this.present = present;
        this.marked = marked;
        packs = index.packs();
        for (ObjectId pack : packs) {
            numbers.put(pack, numbers.size());
        }
        ownBytes = new long[packs.size()];
        findRepeated();
        keepSingles();
        keepOneOfEach();
    }

    /// Positions of the entries to keep: of each used blob exactly one.
    BitSet kept() {
        return kept;
    }

    /// How many entries repeat a blob that an earlier entry has.
    long duplicateBlobs() {
        return duplicateBlobs;
    }

    long duplicateBytes() {
        return duplicateBytes;
    }

    /// @param fileBytes length of each pack's file in the storage
    List<PackUse> packs(Map<ObjectId, Long> fileBytes) {
        int[] usedBlobs = new int[packs.size()];
        int[] unusedBlobs = new int[packs.size()];
        long[] usedBytes = new long[packs.size()];
        long[] unusedBytes = new long[packs.size()];
        BitSet trees = new BitSet();
        for (int position = 0; position < index.size(); position++) {
            IndexEntry entry = index.at(position);
            int pack = number(entry);
            if (kept.get(position)) {
                usedBlobs[pack]++;
                usedBytes[pack] += entry.length();
            } else {
                unusedBlobs[pack]++;
                unusedBytes[pack] += entry.length();
            }
            if (entry.type() == BlobType.TREE) {
                trees.set(pack);
            }
        }
        List<PackUse> uses = new ArrayList<>(packs.size());
        for (int i = 0; i < packs.size(); i++) {
            uses.add(new PackUse(
                    packs.get(i),
                    trees.get(i),
                    usedBlobs[i],
                    unusedBlobs[i],
                    usedBytes[i],
                    unusedBytes[i],
                    fileBytes.getOrDefault(packs.get(i), PackUse.MISSING)));
        }
        return uses;
    }

    private void findRepeated() {
        for (int position = 0; position < index.size(); position++) {
            IndexEntry entry = index.at(position);
            int first = index.position(entry.type(), entry.id());
            if (first != position) {
                repeated.set(first);
                duplicateBlobs++;
                duplicateBytes += entry.length();
            }
        }
    }

    private void keepSingles() {
        for (int position = used.nextSetBit(0); position >= 0; position = used.nextSetBit(position + 1)) {
            if (!repeated.get(position)) {
                IndexEntry entry = index.at(position);
                kept.set(position);
                ownBytes[number(entry)] += entry.length();
            }
        }
    }

    /// Of several copies the best is the one whose pack must be kept most anyway.
    private void keepOneOfEach() {
        if (repeated.isEmpty()) {
            return;
        }
        Comparator<IndexEntry> best = Comparator.<IndexEntry, Boolean>comparing(entry -> present.contains(entry.pack()))
                .thenComparing(entry -> !marked.contains(entry.pack()))
                .thenComparingLong(entry -> ownBytes[number(entry)])
                .thenComparing(Comparator.<IndexEntry>comparingInt(this::number).reversed())
                .thenComparing(Comparator.comparingInt(IndexEntry::offset).reversed());
        for (int position = 0; position < index.size(); position++) {
            IndexEntry entry = index.at(position);
            int first = index.position(entry.type(), entry.id());
            if (used.get(first)
                    && repeated.get(first)
                    && index.findAll(entry.type(), entry.id()).stream()
                            .allMatch(other -> best.compare(entry, other) >= 0)) {
                kept.set(position);
            }
        }
    }

    private int number(IndexEntry entry) {
        Integer number = numbers.get(entry.pack());
        if (number == null) {
            throw new IllegalStateException("the index changed while it was examined");
        }
        return number;
    }
}
