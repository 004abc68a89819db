package holdfast.prune;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.repository.Repository;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/// Decides from what the repository holds, and the pack files there are, what is needed and what becomes of the rest.
final class Planning {
    /// What a blob costs in its pack's header.
    private static final int HEADER_ENTRY_BYTES = 41;

    private final Look look;
    private final Set<ObjectId> marked;
    private final Map<ObjectId, Long> fileBytes = new HashMap<>();
    private final List<StoredFile> orphans = new ArrayList<>();
    private final PackUses uses;
    private final List<PackUse> packs;

    /// @throws HoldfastException.Damaged when a pack is missing that is needed
    Planning(Repository repository, Look look) throws IOException {
        this.look = look;
        marked = look.marked();
        Set<ObjectId> indexed = new HashSet<>(look.index().packs());
        for (StoredFile file : repository.storage().listAll("data/")) {
            ObjectId pack = ObjectId.parse(file.name().substring("data/".length()));
            fileBytes.put(pack, file.bytes());
            if (!indexed.contains(pack) && !marked.contains(pack)) {
                orphans.add(file);
            }
        }
        uses = new PackUses(look.index(), look.used(), fileBytes.keySet(), marked);
        packs = uses.packs(fileBytes);
        refuseIfDamaged();
    }

    private void refuseIfDamaged() {
        for (PackUse pack : packs) {
            if (pack.used() && pack.missing()) {
                throw UsedBlobs.cannotPrune(new HoldfastException.Damaged(
                        "pack data/" + pack.pack() + " is missing, and snapshots use it", ""));
            }
        }
    }

    /// Packs with something that snapshots use and that is kept nowhere else.
    Set<ObjectId> needed() {
        Set<ObjectId> needed = new HashSet<>();
        packs.stream().filter(PackUse::used).forEach(pack -> needed.add(pack.pack()));
        return needed;
    }

    PrunePlan plan(PruneOptions options, int proofs, int marks) {
        List<PackUse> open = packs.stream()
                .filter(pack -> pack.used() || !marked.contains(pack.pack()))
                .toList();
        PackChoice choice = PackChoice.of(open, options);
        PruneSummary summary = summary(choice, proofs, marks);
        return new PrunePlan(summary, options, choice, orphans, look, needed(), uses.kept());
    }

    private PruneSummary summary(PackChoice choice, int proofs, int marks) {
        Set<ObjectId> pending = new HashSet<>(marked);
        pending.removeAll(needed());
        pending.retainAll(fileBytes.keySet());
        long pendingBytes = pending.stream()
                .mapToLong(pack -> fileBytes.getOrDefault(pack, 0L))
                .sum();
        long orphanBytes = orphans.stream().mapToLong(StoredFile::bytes).sum();
        long freed = orphanBytes
                + pendingBytes
                + sum(choice.remove(), PackUse::fileBytes)
                + sum(choice.repack(), pack -> pack.unusedBytes() + (long) HEADER_ENTRY_BYTES * pack.unusedBlobs());
        return new PruneSummary(
                look.snapshots().size(),
                sum(packs, PackUse::usedBlobs),
                sum(packs, PackUse::usedBytes),
                sum(packs, PackUse::unusedBlobs),
                sum(packs, PackUse::unusedBytes),
                uses.duplicateBlobs(),
                uses.duplicateBytes(),
                choice.keep().size(),
                choice.remove().size(),
                choice.repack().size(),
                sum(choice.repack(), PackUse::fileBytes),
                choice.missing().size(),
                orphans.size(),
                orphanBytes,
                proofs,
                marks,
                pending.size(),
                pendingBytes,
                freed,
                sum(choice.keep(), PackUse::unusedBytes));
    }

    private static long sum(List<PackUse> packs, ToLongFunction<PackUse> figure) {
        return packs.stream().mapToLong(figure).sum();
    }
}
