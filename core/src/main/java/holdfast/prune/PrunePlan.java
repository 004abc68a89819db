package holdfast.prune;

import holdfast.model.ObjectId;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.storage.StoredFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a prune will do, decided but not done. Good for the repository it was made from as long as
/// nobody adds or removes a snapshot or an index file.
public final class PrunePlan {
    private final PruneSummary summary;
    private final PackChoice choice;
    private final List<StoredFile> orphans;
    private final Basis basis;
    private final BlobIndex index;
    private final BitSet kept;

    /// What the plan was made from.
    ///
    /// @param files names of the snapshot and index files
    record Basis(Set<String> files, Set<ObjectId> snapshots) {}

    /// @param orphans files of packs that no index names
    /// @param kept positions in the index of what must be carried over when its pack is repacked
    PrunePlan(
            PruneSummary summary,
            PackChoice choice,
            List<StoredFile> orphans,
            Basis basis,
            BlobIndex index,
            BitSet kept) {
        this.summary = summary;
        this.choice = choice;
        this.orphans = List.copyOf(orphans);
        this.basis = basis;
        this.index = index;
        this.kept = kept;
    }

    public PruneSummary summary() {
        return summary;
    }

    /// Packs that go because nothing in them is used.
    public List<ObjectId> removes() {
        return ids(choice.remove());
    }

    /// Packs that go after what is used of them was written anew.
    public List<ObjectId> repacks() {
        return ids(choice.repack());
    }

    private static List<ObjectId> ids(List<PackUse> packs) {
        return packs.stream().map(PackUse::pack).toList();
    }

    PackChoice choice() {
        return choice;
    }

    List<StoredFile> orphans() {
        return orphans;
    }

    Basis basis() {
        return basis;
    }

    /// What is to be carried over from one pack.
    ///
    /// @param positions in the index
    record Carry(ObjectId pack, long fileBytes, int[] positions) {
        List<IndexEntry> entries(BlobIndex index) {
            return Arrays.stream(positions).mapToObj(index::at).toList();
        }
    }

    BlobIndex index() {
        return index;
    }

    /// One for each pack to be repacked.
    List<Carry> carries() {
        List<Carry> carries = new ArrayList<>();
        Map<ObjectId, Integer> numbers = new HashMap<>();
        for (PackUse pack : choice.repack()) {
            numbers.put(pack.pack(), carries.size());
            carries.add(new Carry(pack.pack(), pack.fileBytes(), new int[pack.usedBlobs()]));
        }
        int[] filled = new int[carries.size()];
        for (int position = kept.nextSetBit(0); position >= 0; position = kept.nextSetBit(position + 1)) {
            Integer number = numbers.get(index.at(position).pack());
            if (number != null) {
                carries.get(number).positions()[filled[number]++] = position;
            }
        }
        return carries;
    }
}
