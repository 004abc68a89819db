package holdfast.prune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What becomes of each pack of the index. Every pack is in exactly one of the lists.
///
/// @param keep stays as it is
/// @param remove nothing in it is used
/// @param repack what is used of it is written anew, then it goes
/// @param missing has no file and nothing in it is used: it leaves the index
record PackChoice(List<PackUse> keep, List<PackUse> remove, List<PackUse> repack, List<PackUse> missing) {
    /// As restic has it: 80 % of the size a pack usually has, and not worth it for fewer than ten.
    static final long SMALL_BYTES = (16 << 20) / 5 * 4;

    static final int SMALL_PACKS_MIN = 10;

    /// Decides. Pure; the order of the packs does not matter, but among packs that are equally wasteful
    /// the first is repacked first.
    ///
    /// Packs without use go. Of those partly used the most wasteful are repacked until what stays
    /// unused is within the limit; packs of trees are repacked whatever the limit is (unless there is
    /// none), as restic does, for they are small and every reading verb goes through them. So are small packs, when
    /// they are to be put together. No more than `maxRepackBytes` are repacked.
    static PackChoice of(List<PackUse> packs, PruneOptions options) {
        List<PackUse> keep = new ArrayList<>();
        List<PackUse> remove = new ArrayList<>();
        List<PackUse> missing = new ArrayList<>();
        List<PackUse> partly = new ArrayList<>();
        List<PackUse> small = new ArrayList<>();
        for (PackUse pack : packs) {
            if (!pack.used()) {
                (pack.missing() ? missing : remove).add(pack);
            } else if (pack.missing()) {
                throw new IllegalArgumentException("pack " + pack.pack() + " is used and missing");
            } else if (pack.unusedBlobs() > 0) {
                partly.add(pack);
            } else {
                (options.repackSmall() && small(pack) ? small : keep).add(pack);
            }
        }
        (small.size() < SMALL_PACKS_MIN ? keep : partly).addAll(small);
        Set<PackUse> repack = repack(partly, limit(packs, options), options);
        partly.stream().filter(pack -> !repack.contains(pack)).forEach(keep::add);
        return new PackChoice(keep, remove, List.copyOf(repack), missing);
    }

    private static long limit(List<PackUse> packs, PruneOptions options) {
        return options.maxUnused()
                .limit(packs.stream().mapToLong(PackUse::usedBytes).sum());
    }

    private static boolean small(PackUse pack) {
        return pack.fileBytes() < SMALL_BYTES;
    }

    private static Set<PackUse> repack(List<PackUse> partly, long maxUnusedBytes, PruneOptions options) {
        List<PackUse> ordered = new ArrayList<>(partly);
        ordered.sort(Comparator.comparing(PackUse::trees)
                .thenComparing(pack -> options.repackSmall() && small(pack))
                .thenComparingDouble(PackUse::waste)
                .reversed());
        long unused = partly.stream().mapToLong(PackUse::unusedBytes).sum();
        long read = 0;
        Set<PackUse> repack = new LinkedHashSet<>();
        for (PackUse pack : ordered) {
            boolean wanted = unused > maxUnusedBytes
                    || (pack.trees() && maxUnusedBytes < Long.MAX_VALUE)
                    || (options.repackSmall() && small(pack));
            if (wanted && pack.fileBytes() <= options.maxRepackBytes() - read) {
                repack.add(pack);
                read += pack.fileBytes();
                unused -= pack.unusedBytes();
            }
        }
        return repack;
    }
}
