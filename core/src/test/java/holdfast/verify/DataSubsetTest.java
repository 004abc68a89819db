package holdfast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import holdfast.model.ObjectId;
import holdfast.storage.StoredFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DataSubsetTest {
    private static final List<StoredFile> PACKS = packs(500);

    /// Packs of 1000 to 1499 bytes, their first bytes evenly spread.
    private static List<StoredFile> packs(int count) {
        List<StoredFile> packs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long a = ((long) (i * 37 & 0xff) << 56) + i;
            packs.add(new StoredFile("data/" + new ObjectId(a, i, i, i), 1000 + i));
        }
        return packs;
    }

    private static List<StoredFile> select(DataSubset subset, long seed) {
        return subset.select(PACKS, new Random(seed));
    }

    @Test
    void partsOfAnyNumberTogetherAreAllPacksOnce() {
        for (int of = 1; of <= DataSubset.Part.MOST; of++) {
            List<StoredFile> together = new ArrayList<>();
            for (int number = 1; number <= of; number++) {
                together.addAll(select(new DataSubset.Part(number, of), 0));
            }
            assertThat(together).as("%d parts", of).containsExactlyInAnyOrderElementsOf(PACKS);
        }
    }

    @Test
    void aPartIsTakenByTheFirstByteAsInRestic() {
        assertThat(select(new DataSubset.Part(3, 256), 0))
                .isNotEmpty()
                .allSatisfy(pack -> assertThat(pack.name()).startsWith("data/02"));
    }

    @Test
    void allAndNoneAreWhatTheySay() {
        assertThat(select(new DataSubset.All(), 0)).containsExactlyInAnyOrderElementsOf(PACKS);
        assertThat(select(new DataSubset.None(), 0)).isEmpty();
    }

    @Test
    void aPercentageChoosesThatShareByChanceAndEachPackOnce() {
        List<StoredFile> chosen = select(new DataSubset.Percent(10), 1);
        assertThat(chosen).hasSize(50).doesNotHaveDuplicates().isSubsetOf(PACKS);
        assertThat(select(new DataSubset.Percent(10), 2)).hasSize(50).isNotEqualTo(chosen);
        assertThat(select(new DataSubset.Percent(100), 3)).containsExactlyInAnyOrderElementsOf(PACKS);
        assertThat(select(new DataSubset.Percent(0.0001), 4)).hasSize(1);
        assertThat(new DataSubset.Percent(50).select(List.of(), new Random(5))).isEmpty();
    }

    @Test
    void aSizeChoosesPacksUntilItIsReached() {
        for (int seed = 0; seed < 50; seed++) {
            List<StoredFile> chosen = select(new DataSubset.Bytes(20_000), seed);
            long sum = chosen.stream().mapToLong(StoredFile::bytes).sum();
            assertThat(sum).as("seed %d", seed).isBetween(20_000L, 21_500L);
            assertThat(chosen).doesNotHaveDuplicates().isSubsetOf(PACKS);
        }
        assertThat(select(new DataSubset.Bytes(1), 0)).hasSize(1);
        assertThat(select(new DataSubset.Bytes(Long.MAX_VALUE), 0)).containsExactlyInAnyOrderElementsOf(PACKS);
    }

    @Test
    void chanceIsFair() {
        int[] chosen = new int[PACKS.size()];
        for (int seed = 0; seed < 400; seed++) {
            for (StoredFile pack : select(new DataSubset.Percent(50), seed)) {
                chosen[PACKS.indexOf(pack)]++;
            }
        }
        assertThat(Arrays.stream(chosen).boxed())
                .allSatisfy(times -> assertThat(times).isBetween(130, 270));
    }

    @Test
    void theOrderOfTheListDoesNotMatter() {
        List<StoredFile> shuffled = new ArrayList<>(PACKS);
        Collections.shuffle(shuffled, new Random(7));
        DataSubset subset = new DataSubset.Percent(10);
        assertThat(subset.select(shuffled, new Random(1))).isEqualTo(subset.select(PACKS, new Random(1)));
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new DataSubset.Part(0, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new DataSubset.Part(4, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new DataSubset.Part(1, 257));
        assertThatIllegalArgumentException().isThrownBy(() -> new DataSubset.Percent(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new DataSubset.Percent(100.1));
        assertThatIllegalArgumentException().isThrownBy(() -> new DataSubset.Percent(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> new DataSubset.Bytes(0));
    }
}
