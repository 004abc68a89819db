package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.Holdfast.Listed;
import holdfast.systest.Restic.Result;
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

/// Goal: nobody who uses Holdfast is locked in: the stock restic does all its work on what Holdfast
/// wrote, and Holdfast goes on with what restic leaves. Method: two snapshots of a tree of everything
/// awkward, an ordinary one and a database, made once; every test works on a copy of that repository.
final class ResticWorksOnWhatHoldfastWroteTest {
    private static final Workplace PLACE = new Workplace();
    private static final String NO_ERRORS = "no errors were found";

    private static String first = "";
    private static String second = "";
    private static String firstDatabase = "";
    private static String secondDatabase = "";

    private Holdfast holdfast;
    private Restic restic;

    @BeforeAll
    static void backUpTwice() throws IOException {
        Random random = new Random(1);
        Trees.nasty(PLACE.path("nasty"));
        Trees.ordinary(PLACE.path("plain"), random);
        Sqlite shop = Sqlite.shop(PLACE.path("shop.db"), "PRAGMA journal_mode = WAL");
        firstDatabase = shop.dump();
        PLACE.copy("plain", "plain at first");
        Holdfast holdfast = PLACE.holdfast("made once");
        holdfast.run("init");
        String[] sources = {"shop.db", "nasty", "plain", "--tag", "nightly", "--host", "web1"};
        first = holdfast.backup(sources);
        Trees.change(PLACE.path("plain"), random);
        secondDatabase = shop.sell(200).dump();
        second = holdfast.backup(sources);
        holdfast.run("verify", second, "--level", "identical");
    }

    @AfterAll
    static void remove() throws IOException {
        PLACE.close();
    }

    @BeforeEach
    void copyRepository() throws IOException {
        String name = Files.createTempDirectory(PLACE.folder(), "repository").getFileName() + "/copy";
        PLACE.copy("made once", name);
        holdfast = PLACE.holdfast(name);
        restic = PLACE.restic(name);
    }

    private static Path target(String name) throws IOException {
        return Files.createTempDirectory(PLACE.folder(), name);
    }

    /// Restored by restic, paths are absolute below the target.
    private static void assertRestoredByRestic(Path target, Path plain, String database) throws IOException {
        Path root = target.resolve(PLACE.folder().toString().substring(1));
        Trees.assertSameButForResticsLimits(PLACE.path("nasty"), root.resolve("nasty"));
        Trees.assertSameButForResticsLimits(plain, root.resolve("plain"));
        new Sqlite(root.resolve("shop.db")).assertHolds(database);
    }

    private static void assertRestoredByHoldfast(Path target, Path plain, String database) throws IOException {
        Trees.assertSame(PLACE.path("nasty"), target.resolve("nasty"));
        Trees.assertSame(plain, target.resolve("plain"));
        new Sqlite(target.resolve("shop.db")).assertHolds(database);
    }

    @Test
    void itChecksEveryByteListsAndFinds() {
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
        assertThat(restic.run("snapshots", "--json"))
                .contains(first, second, "\"hostname\":\"web1\"", "\"tags\":[\"nightly\"]");
        assertThat(restic.run("snapshots", "--tag", "nightly", "--host", "web1", "--latest", "1"))
                .contains(second.substring(0, 8), "1 snapshots");
        assertThat(restic.run("snapshots", "--json", "--host", "web2")).doesNotContain(first, second);
        assertThat(restic.run("ls", first))
                .contains(PLACE.path("shop.db").toString())
                .contains(PLACE.path("nasty/names/*").toString())
                .contains(PLACE.path("plain/folder 1/file 3").toString());
        assertThat(restic.run("find", "--json", "shop.db"))
                .contains(PLACE.path("shop.db").toString());
        assertThat(restic.run("diff", first, second)).contains("shop.db").doesNotContain("/nasty/names/");
        assertThat(restic.run("stats", "--mode", "raw-data", "--json")).contains("\"total_size\":");
    }

    @Test
    void itRestoresBothSnapshotsExactly() throws IOException {
        Path one = target("one");
        restic.run("restore", first, "--target", one.toString(), "--exclude", "/**/deep");
        assertRestoredByRestic(one, PLACE.path("plain at first"), firstDatabase);
        Path two = target("two");
        restic.run("restore", second, "--target", two.toString(), "--exclude", "/**/deep");
        assertRestoredByRestic(two, PLACE.path("plain"), secondDatabase);
    }

    @Test
    void itCopiesThemToItsOwnRepositoryAndHoldfastVerifiesThemThere() throws IOException {
        Path password = Files.writeString(PLACE.path("password"), Holdfast.PASSWORD);
        Path own = target("own").resolve("repository");
        Restic there = new Restic(own, Holdfast.PASSWORD);
        List<String> from =
                List.of("--from-repo", holdfast.repository().toString(), "--from-password-file", password.toString());
        there.run(words(List.of("init", "--copy-chunker-params"), from));
        there.run(words(List.of("copy"), from));
        assertThat(there.run("check", "--read-data")).contains(NO_ERRORS);
        Path restored = target("copied");
        there.run("restore", "latest", "--target", restored.toString(), "--exclude", "/**/deep");
        assertRestoredByRestic(restored, PLACE.path("plain"), secondDatabase);

        Holdfast copies = Holdfast.on(own, PLACE.folder(), PLACE.scratch());
        assertThat(copies.snapshots()).hasSize(2);
        copies.run("verify", "--level", "identical");
        Path target = target("from the copy");
        copies.run("restore", "--target", target.toString());
        assertRestoredByHoldfast(target, PLACE.path("plain"), secondDatabase);
    }

    private static String[] words(List<String> command, List<String> more) {
        return Stream.concat(command.stream(), more.stream()).toArray(String[]::new);
    }

    @Test
    void itForgetsAndPrunesAndTheProofOfWhatRemainsIsStillThere() throws IOException {
        restic.run("forget", "--keep-last", "1", "--prune");
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);
        assertThat(holdfast.snapshots())
                .singleElement()
                .matches(left -> left.id().equals(second));
        assertThat(holdfast.snapshots()).extracting(Listed::proof).containsExactly("identical");
        holdfast.run("check", "--read-data");
        holdfast.run("verify", "--level", "identical");
        Path target = target("after restic's prune");
        holdfast.run("restore", "--target", target.toString());
        assertRestoredByHoldfast(target, PLACE.path("plain"), secondDatabase);
    }

    @Test
    void itBacksUpIntoItAndPrunesAndHoldfastGoesOnWithThat() throws IOException {
        Path more = Files.createDirectories(PLACE.path("more"));
        Trees.ordinary(more, new Random(3));
        restic.run("backup", more.toString(), "--tag", "stock");
        restic.run("forget", first, "--prune");
        assertThat(holdfast.snapshots()).extracting(Listed::tags).contains(List.of("stock"), List.of("nightly"));
        holdfast.run("check", "--read-data");
        String third = holdfast.backup("shop.db", "nasty", "plain", "--host", "web1");
        assertThat(restic.run("check", "--read-data")).contains(NO_ERRORS);

        Path target = target("stock");
        holdfast.run("restore", "latest:" + more, "--tag", "stock", "--target", target.toString());
        Trees.assertSameBelow(more, target);
        Path ours = target("ours");
        holdfast.run("restore", third, "--target", ours.toString());
        assertRestoredByHoldfast(ours, PLACE.path("plain"), secondDatabase);
    }

    @Test
    void itReadsItsKeysAndAddsOneThatHoldfastAccepts() throws IOException {
        assertThat(restic.run("key", "list", "--json")).contains("\"current\":true");
        Path second = Files.writeString(PLACE.path("second password"), "another one");
        restic.run("key", "add", "--new-password-file", second.toString());
        assertThat(holdfast.with("HOLDFAST_PASSWORD", "another one").snapshots())
                .hasSize(2);
        assertThat(holdfast.json("key", "list").get("keys")).hasSize(2);
        Result wrong = new Restic(holdfast.repository(), "wrong").attempt(List.of(), "snapshots");
        assertThat(wrong.exitCode()).as(wrong.all()).isNotZero();
    }

    @Test
    void itRemovesTheLockOfAKilledHoldfast() throws Exception {
        try (HoldfastProcess backup = holdfast.start("backup", "plain", "--force", "--limit-upload", "1")) {
            Await.until("a lock", () -> Await.stored(holdfast.repository().resolve("locks")) > 0);
            backup.kill();
        }
        assertThat(Await.stored(holdfast.repository().resolve("locks"))).isPositive();
        restic.run("unlock");
        assertThat(Await.stored(holdfast.repository().resolve("locks"))).isZero();
    }
}
