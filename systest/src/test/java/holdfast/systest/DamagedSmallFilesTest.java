package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// Goal: a damaged `config`, key, lock or proof is named, loses no snapshot, and hinders nobody who can do without.
/// Method: as [DamagedRepositoryTest]; the repository has two keys and the locks of two killed backups.
@Timeout(120)
final class DamagedSmallFilesTest {
    private static final long SEED = Seed.choose();

    private static Specimen specimen;
    private static List<String> keys;
    private static List<String> locks;

    private final Random random = new Random(SEED);
    private final int one = random.nextInt(2);
    private final int other = 1 - one;

    @BeforeAll
    static void make() throws Exception {
        specimen = new Specimen(new Random(SEED));
        keys = specimen.addOtherPassword();
        locks = specimen.leaveLocks();
    }

    @AfterAll
    static void remove() throws IOException {
        specimen.close();
    }

    @ParameterizedTest
    @EnumSource
    void theConfig(Damage damage) throws IOException {
        String strange = damage == Damage.SWAPPED ? specimen.strangeConfig().toString() : "none";
        Holdfast holdfast = specimen.damaged(damage, "config", strange);
        List<String> before = Specimen.files(holdfast.repository());
        assertThat(holdfast.refused(9, "check").err()).contains("config in " + holdfast.repository() + " is damaged");
        Result refused = specimen.backUpAgain(holdfast);
        assertThat(refused.exitCode()).as(refused.all()).isEqualTo(9);
        assertThat(refused.err()).startsWith("holdfast: config in ").contains("\nhint: put back a good one");
        // neither by hand nor by itself a new repository is made over the old one
        holdfast.refused(4, "init");
        Result fromEnvironment =
                holdfast.with("DATABASE_URL", "file:./shop.db").refused(damage == Damage.MISSING ? 4 : 9, "backup");
        assertThat(fromEnvironment.err()).contains("config");
        assertThat(Specimen.files(holdfast.repository())).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void oneOfTwoKeys(Damage damage) throws IOException {
        Holdfast holdfast = specimen.damaged(damage, keys.get(one), keys.get(other));
        Holdfast barred = holdfast.with("HOLDFAST_PASSWORD", password(one));
        Holdfast open = holdfast.with("HOLDFAST_PASSWORD", password(other));
        switch (damage) {
            case SWAPPED -> {
                // both have names that are not theirs
                assertThat(barred.refused(9, "snapshots").err()).contains("keys/");
                assertThat(open.refused(9, "check").err()).contains("keys/");
            }
            case MISSING -> {
                barred.refused(12, "snapshots");
                open.run("check");
            }
            case FLIPPED, HALVED, EMPTIED -> {
                assertThat(barred.refused(12, "snapshots").err()).contains("damaged are " + keys.get(one));
                specimen.assertCheckFinds(open, keys.get(one));
            }
        }
        if (damage == Damage.FLIPPED) {
            specimen.assertRestores(open, 1);
            specimen.assertBacksUp(open, "");
        }
    }

    private static String password(int key) {
        return key == 0 ? Holdfast.PASSWORD : Specimen.OTHER_PASSWORD;
    }

    @Test
    void staleLocksAreRemovedOnTheWay() throws IOException {
        Holdfast holdfast = specimen.copy();
        assertThat(holdfast.run("ls", "latest", "--verbose")).contains("removed the stale lock");
        assertThat(Await.stored(holdfast.repository().resolve("locks"))).isZero();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MISSING")
    void aLock(Damage damage) throws IOException {
        Holdfast holdfast = specimen.damaged(damage, locks.get(one), locks.get(other));
        if (damage == Damage.EMPTIED) {
            // an upload that broke off: as restic sees it
            specimen.assertBacksUp(holdfast, "");
            return;
        }
        Result refused = holdfast.refused(11, "backup", "tree");
        assertThat(refused.err()).contains("locks/").contains("hint: `holdfast unlock --remove-all`");
        // whoever only reads need not wait
        Result checked = holdfast.attempt(0, "check", "--no-lock");
        assertThat(checked.out()).contains("warning: " + locks.get(one), "no errors");
        holdfast.run("unlock", "--remove-all");
        assertThat(Await.stored(holdfast.repository().resolve("locks"))).isZero();
        if (damage == Damage.FLIPPED) {
            specimen.assertBacksUp(holdfast, "");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProof(Damage damage) throws IOException {
        String file = specimen.taken(one).file("proofs");
        Holdfast holdfast = specimen.damaged(damage, file, specimen.taken(other).file("proofs"));
        String warning = damage == Damage.MISSING ? "" : file;
        assertThat(holdfast.run("check")).contains(warning, "no errors");
        Result listed = holdfast.attempt(0, "snapshots", "--json");
        assertThat(listed.err()).contains(warning);
        List<String> proofs = Holdfast.listed(Holdfast.last(listed.out())).stream()
                .map(Holdfast.Listed::proof)
                .toList();
        assertThat(proofs.get(one)).isEmpty();
        assertThat(proofs.get(other).isEmpty()).isEqualTo(damage == Damage.SWAPPED);
        assertThat(proofs.get(2)).isEqualTo("stored");
        if (damage == Damage.FLIPPED) {
            specimen.assertRestores(holdfast, one);
            specimen.assertBacksUp(holdfast, "");
            holdfast.run("verify", specimen.taken(one).id());
            assertThat(holdfast.snapshots().get(one).proof()).isEqualTo("identical");
        }
    }
}
