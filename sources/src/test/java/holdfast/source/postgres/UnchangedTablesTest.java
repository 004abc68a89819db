package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.Backups;
import holdfast.model.TableRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.ProvingServer.Outcome;
import holdfast.storage.MemoryStorage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a table in which nothing changed is not read again, and every way to change what it holds
/// makes it be read. Method: two backups with something between them, the second compared with one
/// that reads everything; the log of the server says what was read.
@Tag("slow")
final class UnchangedTablesTest {
    @RegisterExtension
    static final PostgresServer SERVER = ProvingServer.settings();

    private static final AtomicInteger NUMBER = new AtomicInteger();

    @TempDir
    static Path folder;

    private final ProvingServer proving = new ProvingServer(SERVER, folder);
    private String database = "";

    /// `t` is what happens to, `other` stays.
    @BeforeEach
    void makeDatabase() throws SQLException {
        database = SERVER.database("shop" + NUMBER.incrementAndGet());
        SERVER.run(
                database,
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE DOMAIN moods AS mood[]",
                ProvingServer.table("t"),
                "ALTER TABLE t ADD feels mood DEFAULT 'ok', ADD felt moods DEFAULT '{sad,ok}', ADD w int DEFAULT 7",
                ProvingServer.rows("t"),
                ProvingServer.table("other"),
                ProvingServer.rows("other"),
                "CREATE TABLE small (id serial)",
                "INSERT INTO small DEFAULT VALUES");
    }

    private void assertRead(Repository repository, Set<String> expected) throws Exception {
        Outcome second = proving.backUp(repository, database);
        proving.assertExact(repository, database, second);
        assertThat(second.read()).isEqualTo(expected);
        assertThat(second.record().tables())
                .allSatisfy(table -> assertThat(table.readAt() == null)
                        .as(table.name())
                        .isEqualTo(second.read().contains(table.name().substring("public.".length()))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "VACUUM FREEZE t",
                "ANALYZE",
                "CHECKPOINT",
                "SELECT id FROM t WHERE id < 100 FOR UPDATE",
                "SELECT nextval('small_id_seq')",
                "INSERT INTO small DEFAULT VALUES",
                "CREATE INDEX ON t (body)",
                "CREATE VIEW everything AS SELECT * FROM t",
                "CREATE TABLE a_new_one (id int)",
                "BEGIN; INSERT INTO t (id) VALUES (0); UPDATE t SET body = ''; ROLLBACK"
            })
    void whatChangesNoRowHasNoTableReadAgain(String statement) throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            assertThat(proving.backUp(repository, database).read()).containsExactlyInAnyOrder("t", "other", "small");
            SERVER.run(database, statement);
            assertRead(repository, statement.contains("a_new_one") ? Set.of("small", "a_new_one") : Set.of("small"));
        }
    }

    static Stream<List<String>> changes() {
        return Stream.of(
                List.of("INSERT INTO t (id) VALUES (0)"),
                List.of("DELETE FROM t WHERE id = 6000"),
                List.of("UPDATE t SET n = 1 WHERE id = 6000"),
                List.of("UPDATE t SET n = n WHERE id = 6000"),
                List.of("DELETE FROM t WHERE id = 6000", "INSERT INTO t (id) VALUES (6000)"),
                List.of("UPDATE t SET n = 1 WHERE id = 6000", "VACUUM FREEZE t"),
                List.of("BEGIN; SAVEPOINT a; UPDATE t SET n = 1 WHERE id = 6000; RELEASE a; COMMIT"),
                List.of("CREATE TABLE old AS SELECT * FROM t", "TRUNCATE t", "INSERT INTO t SELECT * FROM old"),
                List.of("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'"),
                List.of(
                        "ALTER TABLE t DROP w",
                        "ALTER TABLE t ADD w int DEFAULT 8",
                        "ALTER TABLE t ALTER w SET DEFAULT 7"),
                List.of("ALTER TABLE t RENAME n TO m"),
                List.of("ALTER TABLE t ALTER n TYPE bigint"),
                List.of("ALTER TABLE t SET UNLOGGED", "ALTER TABLE t SET LOGGED"),
                List.of("VACUUM FULL t"),
                List.of("CLUSTER t USING t_pkey"),
                List.of(
                        "CREATE TABLE new (LIKE t INCLUDING ALL)",
                        "INSERT INTO new SELECT * FROM t",
                        "UPDATE new SET n = 2 WHERE id = 1",
                        "DROP TABLE t",
                        "ALTER TABLE new RENAME TO t"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whateverChangesATableHasItReadAgain(List<String> statements) throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            proving.backUp(repository, database);
            SERVER.run(database, statements.toArray(String[]::new));
            Outcome second = proving.backUp(repository, database);
            proving.assertExact(repository, database, second);
            assertThat(second.read()).contains("t", "small").doesNotContain("other");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET n = 1 WHERE id = 6000",
                "SAVEPOINT a; UPDATE t SET n = 1 WHERE id = 6000; RELEASE a",
                "DELETE FROM t WHERE id = 1; INSERT INTO t (id) VALUES (1)",
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'"
            })
    void aTransactionThatWasOpenWhenTheSnapshotWasTakenIsSeenInTheNext(String statement) throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage());
                Connection open = SERVER.connect(database);
                Statement session = open.createStatement()) {
            open.setAutoCommit(false);
            session.execute(statement);
            // others commit later and are seen, so that ids alone do not tell
            SERVER.run(database, "UPDATE other SET n = 1 WHERE id = 1", "INSERT INTO small DEFAULT VALUES");
            proving.backUp(repository, database);
            open.commit();
            Outcome second = proving.backUp(repository, database);
            proving.assertExact(repository, database, second);
            assertThat(second.read()).contains("t");
            assertThat(proving.backUp(repository, database).read()).containsExactly("small");
        }
    }

    @Test
    void aPreparedTransactionIsSeenWhenItIsCommitted() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            String name = "'" + database + "'";
            SERVER.run(database, "BEGIN; UPDATE t SET n = 1 WHERE id = 6000; PREPARE TRANSACTION " + name);
            proving.backUp(repository, database);
            assertThat(proving.backUp(repository, database).read()).containsExactly("small");
            SERVER.run(database, "COMMIT PREPARED " + name);
            Outcome third = proving.backUp(repository, database);
            proving.assertExact(repository, database, third);
            assertThat(third.read()).contains("t");
        }
    }

    @Test
    void aValueOutsideOfItsRowIsPartOfIt() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            SERVER.run(
                    database,
                    "CREATE TABLE far (id int, body text)",
                    "ALTER TABLE far ALTER body SET STORAGE EXTERNAL",
                    "INSERT INTO far SELECT g, repeat(md5(g::text), 1000) FROM generate_series(1, 100) g");
            proving.backUp(repository, database);
            assertThat(proving.backUp(repository, database).read()).containsExactly("small");
            SERVER.run(database, "UPDATE far SET body = upper(body) WHERE id = 50");
            Outcome third = proving.backUp(repository, database);
            proving.assertExact(repository, database, third);
            assertThat(third.read()).containsExactlyInAnyOrder("far", "small");
        }
    }

    /// The copy has the same oids, files and row versions as the database had before it changed.
    @Test
    void anOlderCopyOfTheDatabaseUnderItsNameIsAnotherDatabase() throws Exception {
        String copy = database + "_copy";
        SERVER.run(PostgresServer.SUPERUSER, "CREATE DATABASE " + copy + " TEMPLATE " + database);
        SERVER.run(database, "UPDATE t SET n = 1 WHERE id = 6000");
        try (Repository repository = Backups.init(new MemoryStorage())) {
            proving.backUp(repository, database);
            SERVER.run(
                    PostgresServer.SUPERUSER,
                    "ALTER DATABASE " + database + " RENAME TO " + database + "_old",
                    "ALTER DATABASE " + copy + " RENAME TO " + database);
            assertRead(repository, Set.of("t", "other", "small"));
        }
    }

    /// `pg_surgery` makes deleted rows visible again and others vanish, and the count stays.
    @Test
    void aRowThatWasBroughtBackByForceIsSeen() throws Exception {
        SERVER.run(database, "CREATE EXTENSION pg_surgery", "ALTER TABLE t SET (autovacuum_enabled = false)");
        String before =
                SERVER.ask(database, "SELECT ctid FROM t WHERE id = 6000").getFirst();
        try (Repository repository = Backups.init(new MemoryStorage());
                Connection old = SERVER.connect(database);
                Statement session = old.createStatement()) {
            // or the deleted version would be cleared away
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            session.execute("SELECT count(*) FROM small");
            SERVER.run(database, "UPDATE t SET n = 1 WHERE id = 6000");
            String after =
                    SERVER.ask(database, "SELECT ctid FROM t WHERE id = 6000").getFirst();
            proving.backUp(repository, database);
            SERVER.run(
                    database,
                    "SELECT heap_force_kill('t'::regclass, ARRAY['" + after + "']::tid[])",
                    "SELECT heap_force_freeze('t'::regclass, ARRAY['" + before + "']::tid[])");
            assertThat(SERVER.ask(database, "SELECT n FROM ONLY t WHERE ctid = '" + before + "'"))
                    .containsExactly("0");
            assertRead(repository, Set.of("t", "small"));
        }
    }

    @Test
    void itIsSaidFromWhenTheRowsAreHoweverManyBackupsAgo() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            Outcome first = proving.backUp(repository, database);
            Outcome second = proving.backUp(repository, database);
            Outcome third = proving.backUp(repository, database);
            TableRecord t = third.table("t");
            assertThat(t).isEqualTo(second.table("t"));
            assertThat(t.readAt())
                    .isBetween(
                            first.backup().manifest().takenAt().minusSeconds(10),
                            first.backup().manifest().takenAt());
            assertThat(third.backup().unchanged()).isTrue();
            assertThat(third.backup().readBytes()).isLessThan(1 << 20);
            assertThat(third.backup().summary().totalBytesProcessed())
                    .isEqualTo(first.backup().summary().totalBytesProcessed());
        }
    }

    @Test
    void typesWhoseTextDependsOnOtherThingsAreReadAgain() throws Exception {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            SERVER.run(
                    database,
                    "CREATE TYPE pair AS (a int, b int)",
                    "CREATE TABLE names AS SELECT id, body, 't'::regclass AS r FROM t",
                    "CREATE TABLE arrays AS SELECT id, body, ARRAY['t'::regclass] AS r FROM t",
                    "CREATE TABLE pairs AS SELECT id, body, ROW (1, 2)::pair AS r FROM t",
                    "CREATE UNLOGGED TABLE light AS SELECT id, body FROM t");
            proving.backUp(repository, database);
            SERVER.run(database, "ALTER TABLE t RENAME TO renamed");
            assertRead(repository, Set.of("names", "arrays", "pairs", "light", "renamed", "small"));
        }
    }
}
