package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.model.HoldfastException;
import holdfast.source.sqlite.SqliteSwap.Outcome;
import holdfast.source.sqlite.SqliteSwap.WhenInUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: after a swap, finished or cut off at any point, the live name and the kept one are each a whole
/// database, old or new, never a mixture.
@Tag("slow")
final class SqliteSwapTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 1, 2, 3, 4, 5);
    private static final String KEPT = "app.db.before_restore_20260102_030405";

    @TempDir
    private Path folder;

    private Path live;
    private Path restored;
    private Path kept;

    @BeforeEach
    void makeRestored() throws Exception {
        folder = folder.toRealPath();
        live = folder.resolve("app.db");
        kept = folder.resolve(KEPT);
        restored = folder.resolve(".app.db.restoring");
        Databases.make(
                restored,
                "PRAGMA journal_mode = WAL",
                "CREATE TABLE t (a)",
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
                        + " INSERT INTO t SELECT 'new' FROM n");
    }

    /// The old database, its last rows only in a log or under a hot journal, as a killed program leaves it.
    private void makeLive(String journal) throws Exception {
        Path first = folder.resolve("first.db");
        try (Child program = Child.sqlite3(first)) {
            program.send("PRAGMA journal_mode = " + journal + "; PRAGMA wal_autocheckpoint = 0;")
                    .send("PRAGMA cache_size = 1;")
                    .send("CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                            + " WHERE i < 2000) INSERT INTO t SELECT 'old' FROM n;")
                    .send("BEGIN; UPDATE t SET a = 'half'; INSERT INTO t SELECT randomblob(2000) FROM t;")
                    .send("SELECT 'written';")
                    .expect("written");
            for (String ending : List.of("", "-wal", "-journal", "-shm")) {
                if (Files.exists(SqliteFiles.companion(first, ending))) {
                    Files.copy(SqliteFiles.companion(first, ending), SqliteFiles.companion(live, ending));
                }
            }
        }
        for (String ending : List.of("", "-wal", "-journal", "-shm")) {
            Files.deleteIfExists(SqliteFiles.companion(first, ending));
        }
    }

    private Outcome swap(WhenInUse whenInUse) throws IOException {
        return new SqliteSwap(live, Duration.ofMillis(300), whenInUse).put(restored, NOW);
    }

    /// What a program finds that opens the database: one kind of row, all of them, nothing broken.
    private static String content(Path database) throws Exception {
        try (Connection connection = Databases.open(database)) {
            assertThat(Databases.ask(connection, "PRAGMA integrity_check")).isEqualTo("ok");
            return Databases.ask(connection, "SELECT group_concat(DISTINCT a) || ' ' || count(*) FROM t");
        }
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE", "TRUNCATE", "PERSIST"})
    void theNewDatabaseIsLiveAndTheOldOneIsKeptWhole(String journal) throws Exception {
        makeLive(journal);
        Files.setPosixFilePermissions(restored, PosixFilePermissions.fromString("rw-r--r--"));
        Object file = RawFile.identity(restored);
        byte[] bytes = Files.readAllBytes(restored);
        Outcome outcome = swap(WhenInUse.REFUSE);

        assertThat(outcome.kept()).contains(kept);
        assertThat(outcome.swapped()).isTrue();
        assertThat(names()).containsExactly("app.db", KEPT);
        assertThat(RawFile.identity(live)).as("the restored file itself").isEqualTo(file);
        assertThat(live).hasBinaryContent(bytes);
        assertThat(Files.getPosixFilePermissions(live)).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(content(live)).isEqualTo("new 3000");
        assertThat(content(kept)).isEqualTo("old 2000");
        assertThat(Databases.ask(kept, "PRAGMA journal_mode")).isEqualTo(journal.equals("WAL") ? "wal" : "delete");
    }

    /// The new database may be in use before the old one is let go.
    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE", "PERSIST"})
    void whatProgramsKeepBesideTheNewDatabaseIsNotTouched(String journal) throws Exception {
        makeLive(journal);
        SqliteSwap swap = new SqliteSwap(live, Duration.ofMillis(300), WhenInUse.REFUSE, step -> {
            try {
                if (step.equals("renamed")) {
                    for (String ending : SqliteFiles.COMPANIONS) {
                        Files.writeString(SqliteFiles.companion(live, ending), "theirs");
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        swap.put(restored, NOW);
        for (String ending : SqliteFiles.COMPANIONS) {
            assertThat(SqliteFiles.companion(live, ending)).hasContent("theirs");
        }
    }

    @Test
    void aSecondSwapInTheSameSecondKeepsBoth() throws Exception {
        makeLive("WAL");
        Path again = folder.resolve("again.db");
        Files.copy(restored, again);
        swap(WhenInUse.REFUSE);
        restored = again;
        assertThat(swap(WhenInUse.REFUSE).kept()).contains(folder.resolve(KEPT + "_2"));
        assertThat(content(kept)).isEqualTo("old 2000");
    }

    @Test
    void whereNoDatabaseIsNothingIsKept() throws Exception {
        assertThat(swap(WhenInUse.REFUSE).kept()).isEmpty();
        assertThat(names()).containsExactly("app.db");
        assertThat(content(live)).isEqualTo("new 3000");
    }

    /// A log whose database is gone would be taken for the new one's.
    @Test
    void aLogWithoutADatabaseIsNotAppliedToTheNewOne() throws Exception {
        makeLive("WAL");
        Files.delete(live);
        swap(WhenInUse.REFUSE);
        assertThat(content(live)).isEqualTo("new 3000");
        assertThat(names()).contains(KEPT + "-wal");
    }

    @Test
    void aSymbolicLinkStaysAndItsTargetIsSwapped() throws Exception {
        makeLive("WAL");
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link.db"), live);
        SqliteSwap swap = new SqliteSwap(link, Duration.ofMillis(300), WhenInUse.REFUSE);
        assertThat(swap.live()).isEqualTo(live);
        swap.put(restored, NOW);
        assertThat(link).isSymbolicLink();
        assertThat(content(live)).isEqualTo("new 3000");
    }

    @ParameterizedTest
    @CsvSource({"WAL, SELECT 1 FROM t", "WAL, BEGIN IMMEDIATE", "DELETE, BEGIN IMMEDIATE", "DELETE, SELECT 1 FROM t"})
    void aDatabaseInUseIsLeftAloneAndItsUserNamed(String journal, String use) throws Exception {
        makeLive(journal);
        try (Child program = Child.sqlite3(live)) {
            program.send(use + "; SELECT 'using';").expect("using");
            HoldfastException.Locked refusal =
                    catchThrowableOfType(HoldfastException.Locked.class, () -> swap(WhenInUse.REFUSE));
            assertThat(refusal)
                    .hasMessageContaining(live.toString())
                    .hasMessageContaining("sqlite3 (process " + program.pid() + ")");
            assertThat(refusal.hint()).isNotEmpty();
            assertThat(names()).doesNotContain(KEPT).contains(".app.db.restoring");
            assertThat(new SqliteSwap(live, Duration.ZERO, WhenInUse.REFUSE).users())
                    .contains("sqlite3");
            program.send("COMMIT;");
        }
        assertThat(content(live)).isEqualTo("old 2000");
        assertThat(new SqliteSwap(live, Duration.ZERO, WhenInUse.REFUSE).users())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void aDatabaseInUseCanBeOverwrittenInPlace(String journal) throws Exception {
        makeLive(journal);
        Object file = RawFile.identity(live);
        try (Child program = Child.sqlite3(live)) {
            program.send("SELECT count(*) FROM t;").expect("2000");
            Outcome outcome = swap(WhenInUse.OVERWRITE_IN_PLACE);
            assertThat(outcome.kept()).contains(kept);
            assertThat(outcome.swapped()).isFalse();
            program.send("SELECT count(*), a FROM t GROUP BY a;").expect("3000|new");
            program.send("INSERT INTO t VALUES ('new'); SELECT count(*) FROM t;")
                    .expect("3001");
        }
        assertThat(RawFile.identity(live)).isEqualTo(file);
        assertThat(content(live)).isEqualTo("new 3001");
        assertThat(content(kept)).isEqualTo("old 2000");
        assertThat(restored).doesNotExist();
    }

    /// Between a first copy of it and the lock other programs may commit: that too is replaced, so it is kept.
    @ParameterizedTest
    @ValueSource(strings = {"WAL", "DELETE"})
    void whatIsWrittenUntilItIsOverwrittenIsKept(String journal) throws Exception {
        makeLive(journal);
        try (Child program = Child.sqlite3(live)) {
            program.send("SELECT count(*) FROM t;").expect("2000");
            new SqliteSwap(live, Duration.ofSeconds(5), WhenInUse.OVERWRITE_IN_PLACE, step -> {
                        if (step.equals("kept")) {
                            sell(program);
                        }
                    })
                    .put(restored, NOW);
            program.send("SELECT count(*), a FROM t GROUP BY a;").expect("3000|new");
        }
        assertThat(content(live)).isEqualTo("new 3000");
        assertThat(content(kept)).isEqualTo("old,late 2001");
        assertThat(names()).containsExactlyInAnyOrder("app.db", KEPT);
    }

    private static void sell(Child program) {
        try {
            program.send("INSERT INTO t VALUES ('late'); SELECT 'sold';").expect("sold");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aWriterThatDoesNotEndStopsEvenTheOverwriting() throws Exception {
        makeLive("DELETE");
        try (Child program = Child.sqlite3(live)) {
            program.send("BEGIN IMMEDIATE; SELECT 'using';").expect("using");
            assertThat(catchThrowableOfType(HoldfastException.Locked.class, () -> swap(WhenInUse.OVERWRITE_IN_PLACE)))
                    .hasMessageContaining("sqlite3 (process " + program.pid() + ")");
        }
        assertThat(content(live)).isEqualTo("old 2000");
        assertThat(kept).as("nothing was replaced").doesNotExist();
    }

    private void damageHeader() throws IOException {
        byte[] bytes = Files.readAllBytes(live);
        bytes[16] = 7;
        bytes[17] = 7;
        Files.write(live, bytes);
    }

    @Test
    void aDamagedDatabaseIsKeptAsItIs() throws Exception {
        Databases.make(live, "CREATE TABLE t (a)");
        damageHeader();
        byte[] bytes = Files.readAllBytes(live);
        assertThat(swap(WhenInUse.REFUSE).kept()).contains(kept);
        assertThat(names()).containsExactly("app.db", KEPT);
        assertThat(kept).hasBinaryContent(bytes);
        assertThat(content(live)).isEqualTo("new 3000");
    }

    @Test
    void aFileThatItsLogCanHealIsKeptHealed() throws Exception {
        makeLive("WAL");
        damageHeader();
        assertThat(swap(WhenInUse.REFUSE).kept()).contains(kept);
        assertThat(names()).containsExactly("app.db", KEPT);
        assertThat(content(live)).isEqualTo("new 3000");
        assertThat(content(kept)).isEqualTo("old 2000");
    }

    @Test
    void onlyACleanFileBesideTheDatabaseIsPutInPlace() throws Exception {
        makeLive("WAL");
        Path elsewhere =
                Files.copy(restored, Files.createDirectory(folder.resolve("x")).resolve("r.db"));
        Path log = Files.createFile(SqliteFiles.companion(restored, "-wal"));
        assertThatIllegalArgumentException().isThrownBy(() -> swap(WhenInUse.REFUSE));
        Files.delete(log);
        restored = elsewhere;
        assertThatIllegalArgumentException().isThrownBy(() -> swap(WhenInUse.REFUSE));
        restored = live;
        assertThatIllegalArgumentException().isThrownBy(() -> swap(WhenInUse.REFUSE));
        assertThat(content(live)).isEqualTo("old 2000");
    }

    @ParameterizedTest
    @CsvSource({"WAL,    REFUSE", "DELETE, REFUSE", "WAL,    OVERWRITE_IN_PLACE", "DELETE, OVERWRITE_IN_PLACE"})
    void cutOffAfterAnyStepItLeavesTheOldDatabaseOrTheNewOne(String journal, WhenInUse whenInUse) throws Exception {
        cutOffAfterEveryStep(journal, whenInUse, steps -> {
            int[] left = {steps};
            try {
                new SqliteSwap(live, Duration.ofSeconds(5), whenInUse, step -> {
                            if (left[0]-- == 0) {
                                throw new IllegalStateException("cut off after " + step);
                            }
                        })
                        .put(restored, NOW);
                return true;
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageStartingWith("cut off");
                return false;
            }
        });
    }

    /// The same, with nothing tidied up: the process is gone.
    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"WAL,    REFUSE", "DELETE, REFUSE", "WAL,    OVERWRITE_IN_PLACE", "DELETE, OVERWRITE_IN_PLACE"})
    void struckDownAfterAnyStepItLeavesTheOldDatabaseOrTheNewOne(String journal, WhenInUse whenInUse) throws Exception {
        cutOffAfterEveryStep(journal, whenInUse, steps -> {
            try (Child swapping = Child.java(
                    Swapping.class,
                    live.toString(),
                    restored.toString(),
                    Integer.toString(steps),
                    whenInUse.toString())) {
                String said = swapping.await().getFirst();
                assertThat(said).matches("done|struck down after .*");
                return said.equals("done");
            }
        });
    }

    /// Lets a swap live for no step, for one, for two, and so on until it gets through.
    private interface Attempt {
        boolean survives(int steps) throws Exception;
    }

    private void cutOffAfterEveryStep(String journal, WhenInUse whenInUse, Attempt attempt) throws Exception {
        byte[] fresh = Files.readAllBytes(restored);
        for (int steps = 0; ; steps++) {
            makeLive(journal);
            Files.write(restored, fresh);
            boolean done;
            if (whenInUse == WhenInUse.OVERWRITE_IN_PLACE) {
                try (Child user = Child.sqlite3(live)) {
                    user.send("SELECT count(*) FROM t;").expect("2000");
                    done = attempt.survives(steps);
                }
            } else {
                done = attempt.survives(steps);
            }
            String now = content(live);
            assertThat(now).as("after %d steps", steps).isIn("old 2000", "new 3000");
            assertThat(Files.exists(kept) || now.equals("old 2000")).isTrue();
            if (Files.exists(kept)) {
                assertThat(content(kept)).isEqualTo("old 2000");
            }
            if (done) {
                assertThat(now).isEqualTo("new 3000");
                assertThat(steps).isGreaterThan(2);
                return;
            }
            clear();
        }
    }

    private void clear() throws IOException {
        for (String name : names()) {
            if (!Files.isDirectory(folder.resolve(name))) {
                Files.delete(folder.resolve(name));
            }
        }
    }

    /// Another program may open the path at any time and finds a whole database each time.
    @Test
    void nobodyEverFindsTheNameMissing() throws Exception {
        makeLive("WAL");
        Thread watching = Thread.currentThread();
        List<String> missing = new CopyOnWriteArrayList<>();
        Thread looking = Thread.ofPlatform().start(() -> {
            while (watching.isAlive() && !Thread.interrupted()) {
                if (!Files.exists(live)) {
                    missing.add("missing");
                }
            }
        });
        byte[] fresh = Files.readAllBytes(restored);
        for (int i = 0; i < 10; i++) {
            Files.write(restored, fresh);
            swap(WhenInUse.REFUSE);
        }
        looking.interrupt();
        looking.join();
        assertThat(missing).isEmpty();
        Files.move(kept, folder.resolve("first"), StandardCopyOption.ATOMIC_MOVE);
    }
}
