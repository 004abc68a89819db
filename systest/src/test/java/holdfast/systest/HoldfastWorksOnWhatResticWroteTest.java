package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.Holdfast.Listed;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: who comes from restic keeps the repository: Holdfast lists, checks, verifies, restores,
/// forgets and prunes what restic wrote, and restic goes on with it. Method: two snapshots with tags,
/// hosts and excludes, made once by restic; every test works on a copy.
final class HoldfastWorksOnWhatResticWroteTest {
    private static final Workplace PLACE = new Workplace();
    private static final long SEED = Seed.choose();
    private static final String NO_ERRORS = "no errors were found";

    private Holdfast holdfast;
    private Restic restic;

    @BeforeAll
    static void backUpWithRestic() throws IOException {
        Random random = new Random(2);
        Trees.nastyForRestic(PLACE.path("nasty"));
        Trees.ordinary(PLACE.path("plain"), random);
        Files.writeString(PLACE.path("plain/left out.tmp"), "not stored");
        for (int version : List.of(1, 2)) {
            Restic made = PLACE.restic("version " + version);
            made.run("init", "--repository-version", Integer.toString(version));
            backUp(made, "one,two", "web1", PLACE.path("nasty"));
        }
        Restic made = PLACE.restic("version 2");
        backUp(made, "first", "db7", PLACE.path("plain"));
        PLACE.copy("plain", "plain at first");
        Files.delete(PLACE.path("plain at first/left out.tmp"));
        PLACE.run(
                "touch",
                "-r",
                PLACE.path("plain").toString(),
                PLACE.path("plain at first").toString());
        Trees.change(PLACE.path("plain"), random);
        backUp(made, "second", "db7", PLACE.path("plain"));
        PLACE.copy("plain", "plain at last");
        Files.delete(PLACE.path("plain at last/left out.tmp"));
        PLACE.run(
                "touch",
                "-r",
                PLACE.path("plain").toString(),
                PLACE.path("plain at last").toString());
        Path second = Files.writeString(PLACE.path("second password"), "another one\n");
        made.run("key", "add", "--new-password-file", second.toString());
    }

    private static void backUp(Restic restic, String tags, String host, Path source) {
        restic.run("backup", source.toString(), "--tag", tags, "--host", host, "--exclude", "*.tmp");
    }

    @AfterAll
    static void remove() throws IOException {
        PLACE.close();
    }

    @BeforeEach
    void copyRepository() throws IOException {
        open("version 2");
    }

    private void open(String made) throws IOException {
        String name = Files.createTempDirectory(PLACE.folder(), "repository").getFileName() + "/copy";
        PLACE.copy(made, name);
        holdfast = PLACE.holdfast(name);
        restic = PLACE.restic(name);
    }

    private static Path target(String name) throws IOException {
        return Files.createTempDirectory(PLACE.folder(), name);
    }

    @Test
    void itListsThemWithTagsHostsAndPaths() throws IOException {
        assertThat(holdfast.snapshots())
                .extracting(Listed::tags)
                .containsExactly(List.of("one", "two"), List.of("first"), List.of("second"));
        assertThat(holdfast.snapshots()).extracting(Listed::host).containsExactly("web1", "db7", "db7");
        assertThat(holdfast.snapshots())
                .extracting(Listed::paths)
                .contains(List.of(PLACE.path("nasty").toString()));
        assertThat(Holdfast.listed(holdfast.json("snapshots", "--host", "web1", "--tag", "two")))
                .hasSize(1);
        assertThat(holdfast.run("ls", "latest", "--tag", "one"))
                .contains(PLACE.path("nasty/names/ leading and trailing ").toString())
                .contains(PLACE.path("nasty/hard_links/below/third").toString());
        assertThat(holdfast.run("ls", "latest", "--host", "db7")).doesNotContain("left out.tmp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"version 1", "version 2"})
    void itRestoresEverythingThatResticStored(String made) throws IOException {
        open(made);
        holdfast.run("check", "--read-data");
        Path target = target("nasty");
        holdfast.run("restore", "latest:" + PLACE.path("nasty"), "--host", "web1", "--target", target.toString());
        Trees.assertSameBelow(PLACE.path("nasty"), target);
    }

    @Test
    void itVerifiesAndRestoresEachOfSeveral() throws IOException {
        List<String> ids = holdfast.ids();
        for (String id : ids) {
            holdfast.run("verify", id, "--level", "identical");
        }
        assertThat(holdfast.snapshots()).extracting(Listed::proof).containsOnly("identical");
        Path one = target("one");
        holdfast.run("restore", ids.get(1) + ":" + PLACE.path("plain"), "--target", one.toString());
        Trees.assertSameBelow(PLACE.path("plain at first"), one);
        Path two = target("two");
        holdfast.run("restore", "latest:" + PLACE.path("plain"), "--target", two.toString());
        Trees.assertSameBelow(PLACE.path("plain at last"), two);
    }

    @Test
    void itOpensWithEachPasswordAndWithNoOther() throws IOException {
        assertThat(holdfast.with("HOLDFAST_PASSWORD", "another one").snapshots())
                .hasSize(3);
        Holdfast asResticIsRun = holdfast.with("HOLDFAST_PASSWORD", "")
                .with("HOLDFAST_REPOSITORY", "")
                .with("RESTIC_PASSWORD_FILE", PLACE.path("second password").toString())
                .with("RESTIC_REPOSITORY", holdfast.repository().toString());
        assertThat(asResticIsRun.snapshots()).hasSize(3);
        holdfast.with("HOLDFAST_PASSWORD", "a third").refused(12, "snapshots");
    }

    @Test
    void itForgetsAndPrunesAndResticRestoresWhatRemains() throws IOException {
        holdfast.run("forget", "--keep-last", "1");
        holdfast.run("prune");
        assertThat(holdfast.snapshots())
                .extracting(Listed::tags)
                .containsExactly(List.of("one", "two"), List.of("second"));
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);

        Path target = target("by restic");
        restic.run("restore", "latest", "--host", "db7", "--target", target.toString());
        Trees.assertSameButForResticsLimits(
                PLACE.path("plain at last"),
                target.resolve(PLACE.path("plain").toString().substring(1)));
        Path nasty = target("nasty by restic");
        restic.run("restore", "latest", "--host", "web1", "--target", nasty.toString());
        Trees.assertSameButForResticsLimits(
                PLACE.path("nasty"),
                nasty.resolve(PLACE.path("nasty").toString().substring(1)));
    }

    @Test
    void itBacksUpIntoItAndFindsUnchangedContentStoredAlready() throws IOException {
        Sqlite shop = Sqlite.shop(PLACE.path("shop.db"));
        String id = holdfast.backup("shop.db", "plain", "--exclude", "*.tmp");
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
        Path target = target("mixed");
        restic.run("restore", id, "--target", target.toString());
        Path root = target.resolve(PLACE.folder().toString().substring(1));
        Trees.assertSameButForResticsLimits(PLACE.path("plain at last"), root.resolve("plain"));
        new Sqlite(root.resolve("shop.db")).assertHolds(shop.dump());
    }

    @Test
    void itWritesNothingIntoARepositoryOfVersionOne() throws IOException {
        open("version 1");
        Result refused = holdfast.refused(4, "backup", "plain");
        assertThat(refused.err()).contains("format 1");
        holdfast.refused(4, "prune");
        assertThat(holdfast.snapshots()).hasSize(1);
        assertThat(holdfast.repository().resolve("locks")).isEmptyDirectory();
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
    }

    /// All of the index and a pack at once.
    @Test
    void itRepairsThem() throws IOException {
        Random random = new Random(SEED);
        for (Path index : files("index")) {
            Files.delete(index);
        }
        List<Path> packs = files("data");
        Damage.HALVED.apply(packs.get(random.nextInt(packs.size())), packs.getFirst(), random);
        holdfast.run("repair", "index");
        holdfast.run("repair", "packs");
        holdfast.run("repair", "snapshots", "--forget");
        holdfast.run("prune");
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
        for (Listed left : holdfast.snapshots()) {
            Path target = target("repaired");
            restic.run("restore", left.id(), "--target", target.toString());
            if (!left.tags().contains("repaired")) {
                Path source = left.tags().contains("first")
                        ? PLACE.path("plain at first")
                        : left.tags().contains("second") ? PLACE.path("plain at last") : PLACE.path("nasty");
                Path restored = target.resolve(left.paths().getFirst().substring(1));
                Trees.assertSameBelow(source, restored);
            }
        }
    }

    private List<Path> files(String kind) throws IOException {
        try (Stream<Path> files = Files.walk(holdfast.repository().resolve(kind))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
