package holdfast.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import holdfast.model.ObjectId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Goal: whatever the packs and the options, nothing used is dropped and the limits hold. Method: every
/// combination of up to four packs out of nine kinds with every combination of limits; then some cases
/// by name.
class PackChoiceTest {
    private static final List<MaxUnused> LIMITS = List.of(
            new MaxUnused.Percent(0),
            new MaxUnused.Percent(5),
            new MaxUnused.Percent(50),
            new MaxUnused.Bytes(0),
            new MaxUnused.Bytes(30),
            new MaxUnused.Unlimited());
    private static final List<Long> REPACKS = List.of(0L, 100L, 150L, Long.MAX_VALUE);
    private static final List<PackUse> KINDS = List.of(
            pack(false, 100, 0),
            pack(false, 90, 10),
            pack(false, 50, 50),
            pack(false, 10, 90),
            pack(false, 0, 100),
            pack(true, 100, 0),
            pack(true, 95, 5),
            pack(true, 0, 100),
            new PackUse(new ObjectId(0, 0, 0, 0), false, 0, 1, 0, 100, PackUse.MISSING));

    private static PackUse pack(boolean trees, long used, long unused) {
        return new PackUse(
                new ObjectId(0, 0, 0, 0), trees, used > 0 ? 1 : 0, unused > 0 ? 1 : 0, used, unused, used + unused);
    }

    private static PackUse numbered(PackUse pack, int number) {
        return new PackUse(
                new ObjectId(number, 0, 0, 0),
                pack.trees(),
                pack.usedBlobs(),
                pack.unusedBlobs(),
                pack.usedBytes(),
                pack.unusedBytes(),
                pack.fileBytes());
    }

    @Test
    void everySmallCaseKeepsWhatIsUsedAndObeysTheLimits() {
        for (int packs = 0; packs <= 4; packs++) {
            int cases = (int) Math.pow(KINDS.size(), packs);
            for (int which = 0; which < cases; which++) {
                List<PackUse> all = new ArrayList<>();
                for (int i = 0, rest = which; i < packs; i++, rest /= KINDS.size()) {
                    all.add(numbered(KINDS.get(rest % KINDS.size()), i));
                }
                for (MaxUnused maxUnused : LIMITS) {
                    for (long maxRepack : REPACKS) {
                        holds(all, new PruneOptions(maxUnused, maxRepack));
                    }
                }
            }
        }
    }

    private static void holds(List<PackUse> all, PruneOptions options) {
        PackChoice choice = PackChoice.of(all, options);
        List<PackUse> together = Stream.of(choice.keep(), choice.remove(), choice.repack(), choice.missing())
                .flatMap(List::stream)
                .toList();
        boolean sound = together.size() == all.size()
                && together.containsAll(all)
                && choice.remove().stream().noneMatch(PackUse::used)
                && choice.missing().stream().noneMatch(PackUse::used)
                && choice.keep().stream().allMatch(PackUse::used)
                && choice.repack().stream().allMatch(pack -> pack.used() && pack.unusedBlobs() > 0);
        long repacked = choice.repack().stream().mapToLong(PackUse::fileBytes).sum();
        long used = all.stream().mapToLong(PackUse::usedBytes).sum();
        long left = choice.keep().stream().mapToLong(PackUse::unusedBytes).sum();
        boolean enough = options.maxRepackBytes() < Long.MAX_VALUE
                || left <= options.maxUnused().limit(used);
        boolean trees = options.maxRepackBytes() < Long.MAX_VALUE
                || options.maxUnused() instanceof MaxUnused.Unlimited
                || choice.keep().stream().noneMatch(pack -> pack.trees() && pack.unusedBlobs() > 0);
        if (!sound || !enough || !trees || repacked > options.maxRepackBytes()) {
            throw new AssertionError(options + " of " + all + " gives " + choice);
        }
    }

    @Test
    void noMoreIsRepackedThanTheLimitAsksFor() {
        PackUse bad = numbered(pack(false, 10, 90), 1);
        PackUse good = numbered(pack(false, 990, 10), 2);
        PackChoice choice =
                PackChoice.of(List.of(good, bad), new PruneOptions(new MaxUnused.Bytes(10), Long.MAX_VALUE));
        assertThat(choice.repack()).containsExactly(bad);
        assertThat(choice.keep()).containsExactly(good);
    }

    @Test
    void theMostWastefulGoFirstWhenNotAllMay() {
        PackUse bad = numbered(pack(false, 40, 60), 1);
        PackUse worse = numbered(pack(false, 10, 90), 2);
        PackChoice choice = PackChoice.of(List.of(bad, worse), new PruneOptions(new MaxUnused.Bytes(0), 100));
        assertThat(choice.repack()).containsExactly(worse);
    }

    @Test
    void unlimitedRepacksNothing() {
        PackUse tree = numbered(pack(true, 95, 5), 1);
        PackUse data = numbered(pack(false, 1, 99), 2);
        PackChoice choice =
                PackChoice.of(List.of(tree, data), new PruneOptions(new MaxUnused.Unlimited(), Long.MAX_VALUE));
        assertThat(choice.repack()).isEmpty();
        assertThat(choice.keep()).containsExactly(tree, data);
    }

    @Test
    void percentIsAShareOfTheWhole() {
        assertThat(new MaxUnused.Percent(5).limit(950)).isEqualTo(50);
        assertThat(new MaxUnused.Percent(50).limit(100)).isEqualTo(100);
        assertThat(new MaxUnused.Percent(0).limit(100)).isZero();
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MaxUnused.Percent(100));
        assertThatIllegalArgumentException().isThrownBy(() -> new MaxUnused.Percent(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new MaxUnused.Bytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PruneOptions(MaxUnused.DEFAULT, -1));
        PackUse lost = new PackUse(new ObjectId(1, 0, 0, 0), false, 1, 0, 100, 0, PackUse.MISSING);
        assertThatIllegalArgumentException().isThrownBy(() -> PackChoice.of(List.of(lost), PruneOptions.DEFAULT));
    }

    @Test
    void smallPacksArePutTogetherWhenThereAreEnough() {
        PruneOptions together = new PruneOptions(MaxUnused.DEFAULT, Long.MAX_VALUE, true, Duration.ZERO);
        List<PackUse> packs = new ArrayList<>();
        packs.add(numbered(pack(false, 16 << 20, 0), 100));
        for (int i = 1; i < PackChoice.SMALL_PACKS_MIN; i++) {
            packs.add(numbered(pack(i % 3 == 0, 1000L * i, 0), i));
        }
        assertThat(PackChoice.of(packs, together).repack()).isEmpty();
        packs.add(numbered(pack(false, PackChoice.SMALL_BYTES - 1, 0), 50));
        PackChoice choice = PackChoice.of(packs, together);
        assertThat(choice.repack()).hasSize(PackChoice.SMALL_PACKS_MIN);
        assertThat(choice.keep()).containsExactly(packs.getFirst());
        assertThat(PackChoice.of(packs, PruneOptions.DEFAULT).repack()).isEmpty();
        PruneOptions little = new PruneOptions(MaxUnused.DEFAULT, 5000, true, Duration.ZERO);
        assertThat(PackChoice.of(packs, little).repack().stream()
                        .mapToLong(PackUse::fileBytes)
                        .sum())
                .isBetween(1L, 5000L);
    }
}
