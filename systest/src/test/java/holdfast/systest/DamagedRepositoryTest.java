package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.TreeRemoval;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: one damaged file among those that hold what was backed up is named by a check; every snapshot restores
/// exactly or says which file is why not; what does not need that file is not hindered; and the next backup works by
/// itself, or refuses and says what to do.
/// Method: each kind of file and of damage, in a copy of one repository; what is damaged is newer than the first
/// snapshot. Restoring all and backing up costs a run each, so that is done for three kinds of damage, one of which
/// is drawn.
@Timeout(120)
final class DamagedRepositoryTest {
    private static final long SEED = Seed.choose();

    private static Specimen specimen;

    private final Random random = new Random(SEED);
    /// the backup whose file is damaged, and the one whose file it is swapped with
    private final int one = 1 + random.nextInt(2);

    private final int other = 3 - one;
    private final Set<Damage> inDepth = EnumSet.of(
            Damage.FLIPPED,
            Damage.MISSING,
            List.of(Damage.HALVED, Damage.EMPTIED, Damage.SWAPPED).get(random.nextInt(3)));

    @BeforeAll
    static void make() throws IOException {
        specimen = new Specimen(new Random(SEED));
    }

    @AfterAll
    static void remove() throws IOException {
        specimen.close();
    }

    @ParameterizedTest
    @EnumSource
    void aDataPack(Damage damage) throws IOException {
        pack(damage, specimen.dataPack(one), specimen.dataPack(other));
    }

    @ParameterizedTest
    @EnumSource
    void aPackOfTrees(Damage damage) throws IOException {
        pack(damage, specimen.treePack(one), specimen.treePack(other));
    }

    private void pack(Damage damage, String file, String swapped) throws IOException {
        Holdfast holdfast = specimen.damaged(damage, file, swapped);
        String name = Specimen.named(file);
        specimen.assertCheckFinds(holdfast, name, "affects " + brief(one));
        specimen.assertSaysWhyNot(holdfast, one, name);
        if (!inDepth.contains(damage)) {
            return;
        }
        specimen.assertRestores(holdfast, 0);
        if (damage == Damage.FLIPPED) {
            assertBackupIsWholeOrFailsItsProof(holdfast, name);
        } else {
            specimen.assertBacksUp(holdfast, name);
        }
    }

    /// Nobody sees a flipped bit before the proof reads it.
    private static void assertBackupIsWholeOrFailsItsProof(Holdfast holdfast, String damaged) throws IOException {
        Result result = specimen.backUpAgain(holdfast);
        if (result.exitCode() == 0) {
            specimen.assertLatestIsWhatIsThere(holdfast);
            return;
        }
        assertThat(result.exitCode()).as(result.all()).isEqualTo(9);
        assertThat(result.err()).contains("the proof at level 2 sound failed", damaged, "\nhint: ");
        List<Holdfast.Listed> listed = holdfast.snapshots();
        assertThat(listed).hasSize(4);
        assertThat(listed.getLast().damaged()).isTrue();
        // as the hint says
        Path pack = holdfast.repository().resolve("data/" + damaged.substring(5, 7) + damaged.substring(4));
        Damage.MISSING.apply(pack, pack, new Random(0));
        specimen.assertBacksUp(holdfast, damaged);
    }

    @ParameterizedTest
    @EnumSource
    void anIndexFile(Damage damage) throws IOException {
        String file = specimen.taken(one).file("index");
        Holdfast holdfast = specimen.damaged(damage, file, specimen.taken(other).file("index"));
        boolean missing = damage == Damage.MISSING;
        specimen.assertCheckFinds(
                holdfast, missing ? "no index file" : file, "affects " + brief(one), "holdfast repair index");
        if (inDepth.contains(damage)) {
            specimen.assertSaysWhyNot(holdfast, one, missing ? "no index file" : file);
            specimen.assertRestores(holdfast, 0);
        }
        if (missing) {
            specimen.assertBacksUp(holdfast, "");
            return;
        }
        List<String> before = Specimen.files(holdfast.repository());
        Result refused = specimen.backUpAgain(holdfast);
        assertThat(refused.exitCode()).as(refused.all()).isEqualTo(9);
        assertThat(refused.err()).contains("holdfast: index/", "\nhint: nothing is lost", "`holdfast repair index`");
        assertThat(Specimen.files(holdfast.repository())).isEqualTo(before);
    }

    /// What the hint promises.
    @Test
    void resticMakesADamagedIndexAnewAndNothingWasLost() throws IOException {
        String file = specimen.taken(one).file("index");
        Holdfast holdfast = specimen.damaged(Damage.HALVED, file, file);
        new Restic(holdfast.repository(), Holdfast.PASSWORD).run("rebuild-index");
        specimen.assertRestores(holdfast, one);
        specimen.assertBacksUp(holdfast, "");
        holdfast.run("check", "--read-data");
    }

    /// Two kinds of damage at once, repaired as the documentation says; restic agrees with what is left.
    @Test
    void repairsLeaveWhatIsIntact() throws IOException {
        String index = specimen.taken(other).file("index");
        Holdfast holdfast = specimen.damaged(Damage.HALVED, index, index);
        Path pack = holdfast.repository().resolve(specimen.dataPack(one));
        Damage.FLIPPED.apply(pack, pack, random);
        holdfast.run("repair", "index");
        assertThat(holdfast.run("repair", "packs", "--read-data")).contains("lost 1 blob");
        assertThat(holdfast.run("repair", "snapshots", "--forget")).contains("snapshot " + brief(one));
        holdfast.run("check", "--read-data");
        Restic restic = new Restic(holdfast.repository(), Holdfast.PASSWORD);
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
        assertThat(holdfast.snapshots()).hasSize(3);
        specimen.assertRestores(holdfast, 0);
        for (Holdfast.Listed left : holdfast.snapshots()) {
            boolean whole = !left.tags().contains("repaired");
            assertThat(whole).as(left.toString()).isEqualTo(!left.proof().isEmpty());
            Path target = Files.createTempDirectory("holdfast-restored");
            restic.run("restore", left.id(), "--target", target.toString());
            TreeRemoval.empty(target);
            Files.delete(target);
        }
        specimen.assertBacksUp(holdfast, "");
    }

    @ParameterizedTest
    @EnumSource
    void aSnapshot(Damage damage) throws IOException {
        String file = specimen.taken(one).file("snapshots");
        Holdfast holdfast = specimen.damaged(damage, file, specimen.taken(other).file("snapshots"));
        List<String> left = new ArrayList<>(List.of(specimen.taken(0).id()));
        if (damage != Damage.SWAPPED) {
            left.add(specimen.taken(other).id());
        }
        if (damage == Damage.MISSING) {
            // as if it had been forgotten
            holdfast.run("check", "--read-data");
            assertThat(holdfast.ids()).containsExactlyElementsOf(left);
            specimen.assertBacksUp(holdfast, "");
            return;
        }
        specimen.assertCheckFinds(holdfast, file);
        if (!inDepth.contains(damage)) {
            return;
        }
        Result listed = holdfast.attempt(9, "snapshots", "--json");
        assertThat(listed.err()).contains("warning: " + file);
        assertThat(Holdfast.listed(Holdfast.last(listed.out())).stream().map(Holdfast.Listed::id))
                .containsExactlyElementsOf(left);
        specimen.assertSaysWhyNot(holdfast, one, file);
        specimen.assertBacksUp(holdfast, "warning: " + file);
        // expiring has to know all snapshots; the backup before it is done all the same
        Result expiring = holdfast.with("DATABASE_URL", "file:./shop.db").attempt(9, "backup");
        assertThat(expiring.out()).contains(" saved\n", "proven: ");
        assertThat(expiring.err()).contains("warning: no old snapshot was removed: snapshots/", "\nhint: ");
    }

    private static String brief(int number) {
        return specimen.taken(number).id().substring(0, 8);
    }
}
