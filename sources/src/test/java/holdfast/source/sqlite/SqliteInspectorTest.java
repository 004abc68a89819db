package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.CheckResult;
import holdfast.model.ProofLevel;
import holdfast.source.sqlite.Databases.Backup;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a restored database is held against, and what a damaged source makes of its backup.
final class SqliteInspectorTest {
    @TempDir
    private Path folder;

    private Path database;

    @BeforeEach
    void makeDatabase() throws Exception {
        database = folder.resolve("app.db");
        Databases.make(
                database,
                "PRAGMA journal_mode = WAL",
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)",
                "CREATE INDEX orders_item ON orders (item)",
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
                        + " INSERT INTO orders SELECT i, 'item ' || (i * 7919 % 2003) FROM n",
                "CREATE TABLE customers (name TEXT)",
                "INSERT INTO customers VALUES ('Ada'), ('Bob')",
                "CREATE TABLE spare (a)",
                "DROP TABLE spare");
    }

    private static List<CheckResult> inspect(Backup backup, Path restored, ProofLevel level) throws IOException {
        return new SqliteInspector(Databases.PATIENT).inspect(backup.record(), restored, level);
    }

    private static List<CheckResult> failed(List<CheckResult> checks) {
        return checks.stream().filter(check -> !check.passed()).toList();
    }

    @ParameterizedTest
    @EnumSource(ProofLevel.class)
    void aTrueCopyPassesEveryLevel(ProofLevel level) throws Exception {
        Backup backup = Databases.backUp(database, folder);
        List<CheckResult> checks = inspect(backup, backup.file(), level);
        assertThat(failed(checks)).isEmpty();
        assertThat(checks).hasSize(List.of(0, 0, 2, 3, 6, 6).get(level.number()));
    }

    @Test
    void looksWithoutTouching() throws Exception {
        Backup backup = Databases.backUp(database, folder);
        byte[] before = Files.readAllBytes(backup.file());
        inspect(backup, backup.file(), ProofLevel.IDENTICAL);
        assertThat(backup.file()).hasBinaryContent(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .noneMatch(name -> name.endsWith("-wal") || name.endsWith("-shm") || name.endsWith("-journal"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UPDATE orders SET item = 'x' WHERE id = 1000,       app.db: table orders,    content differs",
        "DELETE FROM orders WHERE id = 1000,                 app.db: table orders,    1999 rows",
        "INSERT INTO customers VALUES ('Eve'),               app.db: table customers, 3 rows",
        "DROP TABLE customers,                               app.db: table customers, missing",
        "CREATE TABLE more AS SELECT 1,                      app.db: table more,      not in the backup",
        "DROP INDEX orders_item,                             app.db: table sqlite_schema, 2 rows"
    })
    void everyDifferenceIsFoundAndNamed(String change, String subject, String detail) throws Exception {
        Backup backup = Databases.backUp(database, folder);
        // As many pages as before, so that the size does not give it away.
        Databases.make(database, "PRAGMA journal_mode = DELETE", change, "PRAGMA journal_mode = WAL");
        sizeAs(backup);
        assertThat(failed(inspect(backup, database, ProofLevel.RESTORED))).isEmpty();
        assertThat(failed(inspect(backup, database, ProofLevel.IDENTICAL))).anySatisfy(check -> {
            assertThat(check.subject()).isEqualTo(subject);
            assertThat(check.detail()).contains(detail);
        });
    }

    /// Pages behind the end that the header gives are not part of a database.
    private void sizeAs(Backup backup) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.setLength(Math.max(file.length(), backup.record().bytes()));
        }
        if (Files.size(database) != backup.record().bytes()) {
            throw new AssertionError("the change needed another page");
        }
    }

    @Test
    void aFileThatIsMissingCutShortOrNoDatabaseIsAFinding() throws Exception {
        Backup backup = Databases.backUp(database, folder);
        assertThat(failed(inspect(backup, folder.resolve("missing"), ProofLevel.SOUND)))
                .hasSize(1);
        Path cut = Files.write(folder.resolve("cut"), new byte[] {1, 2, 3});
        assertThat(failed(inspect(backup, cut, ProofLevel.SOUND)).getFirst().detail())
                .contains("3 bytes");
        byte[] garbage = new byte[Math.toIntExact(backup.record().bytes())];
        new Random(1).nextBytes(garbage);
        Path wrong = Files.write(folder.resolve("wrong"), garbage);
        assertThat(failed(inspect(backup, wrong, ProofLevel.SOUND)).getFirst().detail())
                .contains("does not begin");
    }

    private void damage(String table) throws Exception {
        Databases.make(database, "PRAGMA wal_checkpoint(TRUNCATE)");
        int root = Integer.parseInt(
                Databases.askFile(database, "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'"));
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.seek((root - 1) * 4096L);
            file.write(new byte[200]);
        }
    }

    @Test
    void aDamagedTableIsNamedKeptAndMarked() throws Exception {
        damage("customers");
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.file()).hasSameBinaryContentAs(database);
        assertThat(backup.record().damage())
                .isNotEmpty()
                .anyMatch(message -> message.startsWith("table customers cannot be read"));
        assertThat(backup.record().tables().stream().map(table -> table.name() + " " + table.rows()))
                .contains("orders 2000")
                .noneMatch(table -> table.startsWith("customers"));

        List<CheckResult> failed = failed(inspect(backup, backup.file(), ProofLevel.IDENTICAL));
        assertThat(failed.stream().map(CheckResult::subject))
                .containsExactly("app.db: integrity", "app.db: tables read");
        assertThat(failed.getFirst().detail()).startsWith("damaged in the source already");
    }

    @Test
    void damageThatCameLaterIsNotBlamedOnTheSource() throws Exception {
        Backup backup = Databases.backUp(database, folder);
        damage("customers");
        assertThat(failed(inspect(backup, database, ProofLevel.SOUND))
                        .getFirst()
                        .detail())
                .startsWith("damaged: ");
    }

    @Test
    void aMissingIndexEntryIsDamageThoughEveryTableCanBeRead() throws Exception {
        Databases.make(
                database,
                "PRAGMA writable_schema = 1",
                "UPDATE sqlite_schema SET sql = 'CREATE INDEX orders_item ON orders (id)' WHERE name = 'orders_item'");
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.record().damage()).isNotEmpty();
        assertThat(backup.record().tables()).hasSize(3);
    }

    @Test
    void aDatabaseWithoutAUsableSchemaIsKept() throws Exception {
        Databases.make(database, "PRAGMA wal_checkpoint(TRUNCATE)");
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.seek(100);
            file.write(new byte[] {-1, -1, -1, -1});
        }
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.file()).hasSameBinaryContentAs(database);
        assertThat(backup.record().details()).containsEntry("sqlite.copied-by", "read-transaction");
        assertThat(backup.record().damage()).isNotEmpty();
        assertThat(failed(inspect(backup, backup.file(), ProofLevel.IDENTICAL))
                        .getFirst()
                        .detail())
                .startsWith("damaged in the source already");
    }

    @Test
    void aDatabaseWithAnImpossibleHeaderIsKept() throws Exception {
        Databases.make(database, "PRAGMA journal_mode = DELETE");
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.seek(16);
            file.write(new byte[] {7, 7});
        }
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.file()).hasSameBinaryContentAs(database);
        assertThat(backup.record().details()).containsEntry("sqlite.copied-by", "unlocked-copy");
        assertThat(backup.record().damage()).isNotEmpty();
        assertThat(failed(inspect(backup, backup.file(), ProofLevel.IDENTICAL))
                        .getFirst()
                        .detail())
                .startsWith("damaged in the source already");
    }

    /// SQLite tells of it as of any error, not as of damage.
    @Test
    void aSchemaFormatThatCannotBeIsDamage() throws Exception {
        Databases.make(database, "PRAGMA journal_mode = DELETE");
        byte[] bad = Files.readAllBytes(database);
        bad[47] = 77;
        Files.write(database, bad);
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.file()).hasBinaryContent(bad);
        assertThat(backup.record().damage()).isNotEmpty();
        assertThat(failed(inspect(backup, backup.file(), ProofLevel.SOUND))).isNotEmpty();
    }

    /// Damage anywhere never makes the backup fail, and what is stored is what was there.
    @Test
    void randomDamageIsAlwaysKept() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong(1 << 30));
        Random random = new Random(seed);
        Databases.make(database, "PRAGMA journal_mode = DELETE");
        byte[] good = Files.readAllBytes(database);
        for (int i = 0; i < 40; i++) {
            byte[] bad = good.clone();
            for (int hits = random.nextInt(1, 20); hits > 0; hits--) {
                bad[random.nextInt(20, i % 2 == 0 ? 4096 : bad.length)] = (byte) random.nextInt();
            }
            Files.write(database, bad);
            Backup backup = Databases.backUp(database, folder);
            assertThat(backup.file()).as("-Dseed=%d", seed).hasBinaryContent(Files.readAllBytes(database));
            List<CheckResult> failed = failed(inspect(backup, backup.file(), ProofLevel.IDENTICAL));
            assertThat(failed.isEmpty())
                    .as("-Dseed=%d %s %s", seed, failed, backup.record())
                    .isEqualTo(backup.record().damage().isEmpty());
            Files.delete(backup.file());
        }
    }

    @Test
    void whatOnlyTheApplicationKnowsIsNotDamage() throws Exception {
        Databases.make(
                database,
                "CREATE TABLE theirs (a TEXT COLLATE NOCASE UNIQUE)",
                "INSERT INTO theirs VALUES ('x')",
                "CREATE VIRTUAL TABLE found USING fts5(x)",
                "PRAGMA writable_schema = 1",
                "UPDATE sqlite_schema SET sql = replace(replace(sql, 'NOCASE', 'theirs'), 'fts5', 'their_module')");
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.record().damage()).isEmpty();
        assertThat(backup.record().details().get("sqlite.not-checked")).contains("table theirs: no such collation");
        List<CheckResult> checks = inspect(backup, backup.file(), ProofLevel.IDENTICAL);
        assertThat(failed(checks)).isEmpty();
        assertThat(checks.getFirst().detail()).contains("not checked", "theirs");
    }

    @Test
    void violatedForeignKeysMustBeAsManyAsInTheSource() throws Exception {
        Databases.make(
                database, "CREATE TABLE lines (o REFERENCES orders (id))", "INSERT INTO lines VALUES (1), (99999)");
        Backup backup = Databases.backUp(database, folder);
        List<CheckResult> checks = inspect(backup, backup.file(), ProofLevel.SOUND);
        assertThat(failed(checks)).isEmpty();
        assertThat(checks.getLast().detail()).startsWith("1 violations, as in the source");
        Databases.make(database, "UPDATE lines SET o = 88888");
        assertThat(failed(inspect(backup, database, ProofLevel.SOUND))
                        .getFirst()
                        .detail())
                .startsWith("2 violations, the backup had 1");
    }

    @Test
    void anEmptyDatabasePasses() throws Exception {
        Path empty = Files.createFile(folder.resolve("empty.db"));
        Backup backup = Databases.backUp(empty, folder);
        assertThat(failed(inspect(backup, backup.file(), ProofLevel.IDENTICAL))).isEmpty();
    }
}
