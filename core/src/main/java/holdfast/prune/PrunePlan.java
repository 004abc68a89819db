package holdfast.prune;

import holdfast.model.ObjectId;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.storage.StoredFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a prune will do, decided but not done. Others may add to the repository meanwhile: before anything is
/// removed it is looked whether the decision still holds.
public final class PrunePlan {
    private final PruneSummary summary;
    private final PruneOptions options;
    private final PackChoice choice;
    private final List<StoredFile> orphans;
    private final Look look;
    private final Set<ObjectId> needed;
    private final BitSet kept;

    /// @param orphans files of packs that no index names, and no mark
    /// @param look what the plan was made from
    /// @param needed packs with something that lies nowhere else
    /// @param kept positions in the index of what must be carried over when its pack is repacked
    PrunePlan(
            PruneSummary summary,
            PruneOptions options,
            PackChoice choice,
            List<StoredFile> orphans,
            Look look,
            Set<ObjectId> needed,
            BitSet kept) {
        this.summary = summary;
        this.options = options;
        this.choice = choice;
        this.orphans = List.copyOf(orphans);
        this.look = look;
        this.needed = Set.copyOf(needed);
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

    PruneOptions options() {
        return options;
    }

    Look look() {
        return look;
    }

    /// Packs that are to be marked, those without a file too: they leave the index.
    ///
    /// @param carried packs of which what is used was written anew
    /// @param withOrphans whether packs go that no index names
    Set<ObjectId> doomed(Set<ObjectId> carried, boolean withOrphans) {
        Set<ObjectId> doomed = new HashSet<>(carried);
        doomed.addAll(ids(choice.remove()));
        doomed.addAll(ids(choice.missing()));
        if (withOrphans) {
            orphans.forEach(file -> doomed.add(ObjectId.parse(file.name().substring("data/".length()))));
        }
        doomed.removeAll(look.marked());
        return doomed;
    }

    /// Packs that must stay, as far as the plan knows.
    ///
    /// @param carried packs of which what is used was written anew
    Set<ObjectId> needed(Set<ObjectId> carried) {
        Set<ObjectId> still = new HashSet<>(needed);
        still.removeAll(carried);
        return still;
    }

    /// What is to be carried over from one pack.
    ///
    /// @param positions in the index
    record Carry(ObjectId pack, long fileBytes, int[] positions) {
        List<IndexEntry> entries(BlobIndex index) {
            return Arrays.stream(positions).mapToObj(index::at).toList();
        }
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
            Integer number = numbers.get(look.index().at(position).pack());
            if (number != null) {
                carries.get(number).positions()[filled[number]++] = position;
            }
        }
        return carries;
    }
}
