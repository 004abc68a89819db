package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: whatever a new user gets wrong is told in one line that says what, one that says what to do, and an exit
/// code of the documented ones; soon, without a secret, and with nothing done.
/// Method: a table of mistakes on one repository. What needs another user or a pipe has a test of its own.
@Timeout(60)
final class NewUserErrorsTest {
    private static final String SECRET = "sw0rdfish";

    private static final Workplace PLACE = new Workplace();
    private static final Holdfast HOLDFAST = PLACE.holdfast("repository");
    /// fits two snapshots
    private static String digit = "";

    /// @param message what the line contains that says what is wrong
    /// @param hint what the line contains that says what to do
    record Mistake(
            String what, int exitCode, String message, String hint, List<String> words, Map<String, String> variables) {
        static Mistake of(int exitCode, String message, String hint, String... words) {
            return new Mistake(String.join(" ", words), exitCode, message, hint, List.of(words), Map.of());
        }

        /// @param value empty to unset it
        Mistake with(String variable, String value) {
            Map<String, String> more = new HashMap<>(variables);
            more.put(variable, value);
            return new Mistake(variable + "=" + value + " " + what, exitCode, message, hint, words, more);
        }

        @Override
        public String toString() {
            return what;
        }
    }

    @BeforeAll
    static void makeTwoSnapshotsThatBeginWithTheSameDigit() throws IOException {
        HOLDFAST.run("init", "--key-cost", "10");
        PLACE.holdfast("empty").run("init", "--key-cost", "10");
        Files.writeString(PLACE.path("note"), "x");
        Files.writeString(PLACE.path("garbage.txt"), "this is no database".repeat(500));
        Files.writeString(PLACE.path("white space"), " \n");
        Files.createDirectories(PLACE.path("filled/folder"));
        Set<String> digits = new HashSet<>();
        while (digit.isEmpty()) {
            String first = HOLDFAST.backup("note", "--prove", "written").substring(0, 1);
            digit = digits.add(first) ? "" : first;
        }
    }

    @AfterAll
    static void remove() throws IOException {
        PLACE.close();
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(
                // which repository
                Mistake.of(10, "no repository at ", "holdfast init", "snapshots", "--repo", "nowhere"),
                Mistake.of(10, "no repository at ", "holdfast init", "backup", "note", "--repo", "nowhere"),
                Mistake.of(2, "note is a file, not a folder", "--repo", "snapshots", "--repo", "note"),
                Mistake.of(2, "note is a file, not a folder", "--repo", "init", "--repo", "note"),
                Mistake.of(2, "cannot store on s3", "give a folder", "snapshots", "--repo", "s3:host/bucket"),
                Mistake.of(4, "there is one", "use it as it is", "init"),
                // which password
                Mistake.of(12, "the password opens none of the 1 keys", "HOLDFAST_PASSWORD", "snapshots")
                        .with("HOLDFAST_PASSWORD", SECRET),
                Mistake.of(2, "no password is given", "--password-file", "snapshots")
                        .with("HOLDFAST_PASSWORD", ""),
                Mistake.of(2, "no such file or folder", "--password-file", "snapshots", "--password-file", "nothing"),
                Mistake.of(2, "gives no password", "--password-file", "snapshots", "--password-file", "white space"),
                Mistake.of(
                        2, "failed with exit code 3", "run it by itself", "snapshots", "--password-command", "exit 3"),
                // which words
                Mistake.of(2, "no such command: snaphsots", "did you mean snapshots", "snaphsots"),
                Mistake.of(
                        2, "unknown option: '--exlude'", "did you mean --exclude", "backup", "--exlude", "x", "note"),
                Mistake.of(2, "'--keep-last': 'x' is not a number", "forget --help", "forget", "--keep-last", "x"),
                Mistake.of(2, "'5 days' is not", "forget --help", "forget", "--keep-within", "5 days"),
                Mistake.of(2, "nothing says what to keep", "--keep-daily 7", "forget"),
                Mistake.of(
                        2,
                        "'fast' is not a number of KiB",
                        "backup --help",
                        "backup",
                        "--limit-upload",
                        "fast",
                        "note"),
                Mistake.of(2, "'half' is not written, stored", "backup --help", "backup", "--prove", "half", "note"),
                // which source
                Mistake.of(4, "nowhere: no such file or folder", "check the spelling", "backup", "nowhere"),
                Mistake.of(2, "no SOURCE is named and DATABASE_URL is not set", "holdfast backup app.db", "backup"),
                Mistake.of(4, "garbage.txt as a database: it is no SQLite", "as a plain file", "backup")
                        .with("DATABASE_URL", "file:./garbage.txt"),
                Mistake.of(4, "cannot connect to postgresql://admin@127.0.0.1:9/shop", "the server runs", "backup")
                        .with("DATABASE_URL", "postgres://admin:" + SECRET + "@127.0.0.1:9/shop"),
                Mistake.of(2, "sslmod", "sslmode", "backup")
                        .with("DATABASE_URL", "postgresql://admin:" + SECRET + "@db/shop?sslmod=on"),
                // in-database copies, exports, bare files
                Mistake.of(2, "say what to do with in-database copies", "stash --help", "stash"),
                Mistake.of(2, "no table is named to be copied", "--table orders", "stash", "create"),
                Mistake.of(2, "DATABASE_URL is not set", "postgresql://", "stash", "list"),
                Mistake.of(2, "only there tables can be stashed", "holdfast backup", "stash", "list")
                        .with("DATABASE_URL", "file:./app.db"),
                Mistake.of(
                                4,
                                "cannot connect to postgresql://admin@127.0.0.1:9/shop",
                                "the server runs",
                                "stash",
                                "list")
                        .with("DATABASE_URL", "postgres://admin:" + SECRET + "@127.0.0.1:9/shop"),
                Mistake.of(2, "nothing says which stash is meant", "say latest", "stash", "restore")
                        .with("DATABASE_URL", "postgres://admin:" + SECRET + "@127.0.0.1:9/shop"),
                Mistake.of(2, "only --format timestamped has", "leave --critical out", "export", "--critical", "x"),
                Mistake.of(2, "'--format'", "export --help", "export", "--format", "sql"),
                Mistake.of(4, "nowhere.sql: no such file", "check the spelling", "verify", "nowhere.sql"),
                // which snapshot, and where to
                Mistake.of(
                        4,
                        "no such snapshot: there is none",
                        "holdfast backup",
                        "restore",
                        "latest",
                        "--repo",
                        "empty"),
                Mistake.of(
                        4, "no id begins with 012345", "holdfast snapshots", "restore", "0123456789", "--target", "t"),
                Mistake.of(4, "\" fits ", "more digits", "restore", digit, "--target", "t"),
                Mistake.of(2, "is no time", "write for instance", "restore", "2026-02-30", "--target", "t"),
                Mistake.of(2, "names no snapshot", "give `latest`", "restore", "newest", "--target", "t"),
                Mistake.of(4, "filled: it is not empty", "--overwrite", "restore", "latest", "--target", "filled"),
                Mistake.of(4, "note: it is no directory", "another --target", "restore", "latest", "--target", "note"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isToldInTwoLines(Mistake mistake) throws IOException {
        Holdfast holdfast = HOLDFAST;
        for (Map.Entry<String, String> variable : mistake.variables().entrySet()) {
            holdfast = holdfast.with(variable.getKey(), variable.getValue());
        }
        List<String> before = Specimen.files(PLACE.folder());
        Result result = holdfast.refused(mistake.exitCode(), mistake.words().toArray(String[]::new));
        List<String> lines = result.err().lines().toList();
        assertThat(lines).as(result.all()).hasSize(2);
        assertThat(lines.getFirst()).startsWith("holdfast: ").contains(mistake.message());
        assertThat(lines.getLast()).startsWith("hint: ").contains(mistake.hint());
        assertThat(result.out()).isEmpty();
        assertThat(result.all()).doesNotContain(SECRET);
        assertThat(Specimen.files(PLACE.folder())).isEqualTo(before);
    }

    @Test
    void whatMayNotBeReadIsNamedAndTheRestIsStored() throws IOException {
        try (Workplace place = new Workplace()) {
            Files.createDirectories(place.path("tree/closed folder"));
            Files.writeString(place.path("tree/closed folder/inside"), "a");
            Files.writeString(place.path("tree/closed file"), "b");
            Files.writeString(place.path("tree/open file"), "c");
            Holdfast holdfast = Commoner.runs(place.holdfast("repository"), place);
            Commoner.deny(place, "tree/closed folder");
            Commoner.deny(place, "tree/closed file");
            holdfast.run("init", "--key-cost", "10");
            Result result = holdfast.attempt(3, "backup", "tree");
            assertThat(result.err().lines())
                    .hasSize(3)
                    .contains(
                            "warning: " + place.path("tree/closed file") + ": permission denied (not stored)",
                            "warning: " + place.path("tree/closed folder") + ": permission denied (not stored)")
                    .anyMatch(line -> line.startsWith("hint: ") && line.contains("--exclude"));
            holdfast.run("restore", "latest", "--target", "restored");
            assertThat(Specimen.files(place.path("restored"))).containsExactly("tree/open file");
            assertThat(place.path("restored/tree/open file")).hasContent("c");
        }
    }

    @Test
    void aRepositoryThatMayNotBeWrittenCanBeReadWithoutALock() throws IOException {
        try (Workplace place = new Workplace()) {
            Files.createDirectory(place.path("tree"));
            Files.writeString(place.path("tree/file"), "content");
            Holdfast holdfast = Commoner.runs(place.holdfast("repository"), place);
            holdfast.run("init", "--key-cost", "10");
            String id = holdfast.backup("tree");
            place.run("chmod", "-R", "a-w", place.path("repository").toString());
            for (String[] words : List.of(new String[] {"backup", "tree"}, new String[] {"ls", "latest"})) {
                Result refused = holdfast.refused(1, words);
                assertThat(refused.err()).contains("permission denied", "hint: check owner", "--no-lock");
            }
            assertThat(holdfast.json("snapshots").toString()).contains(id);
            holdfast.run("restore", "--no-lock", "--target", "restored");
            Trees.assertSame(place.path("tree"), place.path("restored/tree"));
        }
    }

    @Test
    void aPlaceThatMayNotBeReadOrWrittenIsNamed() throws IOException {
        try (Workplace place = new Workplace()) {
            Files.createDirectory(place.path("closed"));
            Holdfast holdfast = Commoner.runs(place.holdfast("closed/repository"), place);
            Commoner.deny(place, "closed");
            for (String[] words : List.of(new String[] {"init"}, new String[] {"ls", "latest"})) {
                assertThat(holdfast.refused(1, words).err()).contains("permission denied", "hint: check owner");
            }
        }
    }

    /// `holdfast ls latest | head -1`
    @Test
    void aReaderThatHasSeenEnoughIsNoError() throws IOException {
        Path many = Files.createDirectory(PLACE.path("many"));
        for (int i = 0; i < 3000; i++) {
            Files.createFile(many.resolve("a file with a name of some length " + i));
        }
        HOLDFAST.backup("many", "--prove", "written");
        for (String listing : List.of("ls latest", "ls latest --json", "snapshots", "--help")) {
            String command = HoldfastProcess.root().resolve("holdfast") + " " + listing + " | head -1";
            Map<String, String> environment = Map.of(
                    "HOLDFAST_REPOSITORY", HOLDFAST.repository().toString(), "HOLDFAST_PASSWORD", Holdfast.PASSWORD);
            try (HoldfastProcess shell =
                    HoldfastProcess.start(PLACE.folder(), environment, List.of("sh", "-c", command))) {
                Result result = Holdfast.finish(shell);
                assertThat(result.exitCode()).as(result.all()).isZero();
                assertThat(result.out().lines()).hasSize(1);
                assertThat(result.err()).isEmpty();
            }
        }
    }
}
