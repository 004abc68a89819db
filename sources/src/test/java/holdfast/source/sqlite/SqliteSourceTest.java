package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.SourceKind;
import holdfast.model.TableRecord;
import holdfast.source.Capture;
import holdfast.source.FileContent;
import holdfast.source.sqlite.Databases.Backup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Databases of every shape, at rest or with a log that has not been taken in.
final class SqliteSourceTest {
    private static final String[] EVERYTHING = {
        "CREATE TABLE plain (id INTEGER PRIMARY KEY, a TEXT, b BLOB)",
        "CREATE INDEX plain_a ON plain (a)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
                + " INSERT INTO plain SELECT i, hex(i * 7919), randomblob(i * 13) FROM n",
        "CREATE TABLE keyed (k TEXT PRIMARY KEY, v REAL) WITHOUT ROWID",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
                + " INSERT INTO keyed SELECT 'schlüssel ' || i, i / 3.0 FROM n",
        "CREATE TABLE exact (a INTEGER, s INTEGER AS (a * 2) STORED, v INTEGER AS (a * 3)) STRICT",
        "INSERT INTO exact (a) VALUES (1), (2), (3)",
        "CREATE VIRTUAL TABLE words USING fts5(body)",
        "INSERT INTO words SELECT a FROM plain",
        "DELETE FROM plain WHERE id % 3 = 0"
    };

    @TempDir
    private Path folder;

    static Stream<Arguments> shapes() {
        Stream<Arguments> pages = Stream.of(512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
                .flatMap(page -> Stream.of("DELETE", "WAL").map(mode -> Arguments.of(page, mode, "NONE", "UTF-8")));
        return Stream.concat(
                pages,
                Stream.of(
                        Arguments.of(4096, "WAL", "FULL", "UTF-16le"),
                        Arguments.of(1024, "DELETE", "INCREMENTAL", "UTF-16be"),
                        Arguments.of(4096, "TRUNCATE", "FULL", "UTF-8"),
                        Arguments.of(4096, "PERSIST", "INCREMENTAL", "UTF-8")));
    }

    /// Byte for byte what the live file is once SQLite itself has taken the log in.
    @ParameterizedTest
    @MethodSource("shapes")
    void theCopyEqualsTheSource(int page, String mode, String vacuum, String encoding) throws Exception {
        Path database = folder.resolve("app.db");
        try (Connection connection = Databases.open(database)) {
            Databases.run(
                    connection,
                    "PRAGMA page_size = " + page,
                    "PRAGMA auto_vacuum = " + vacuum,
                    "PRAGMA encoding = '" + encoding + "'",
                    "PRAGMA journal_mode = " + mode,
                    "PRAGMA wal_autocheckpoint = 0");
            Databases.run(connection, EVERYTHING);
            Backup backup = Databases.backUp(database, folder);
            Databases.ask(connection, "PRAGMA wal_checkpoint(TRUNCATE)");

            assertThat(backup.file()).hasSameBinaryContentAs(database);
            assertThat(backup.record().damage()).isEmpty();
            assertThat(backup.record().bytes()).isEqualTo(Files.size(database));
            assertThat(backup.record().details())
                    .containsEntry("sqlite.copied-by", "read-transaction")
                    .containsEntry("sqlite.page-size", Integer.toString(page))
                    .containsEntry("sqlite.encoding", encoding)
                    .containsEntry("sqlite.journal-mode", mode.equals("WAL") ? "wal" : "rollback")
                    .containsEntry("sqlite.auto-vacuum", vacuum.toLowerCase(java.util.Locale.ROOT))
                    .containsEntry("sqlite.virtual-tables", "words");
            assertThat(backup.record().tables())
                    .isEqualTo(TableFingerprints.of(database).tables());
            assertThat(backup.record().tables().stream().map(TableRecord::name))
                    .contains("plain", "keyed", "exact", "words_data");
        }
    }

    @Test
    void oneFileNodeWithTheAttributesOfTheLiveFileIsHandedOver() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "CREATE TABLE t (a)");
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-r-----"));
        Backup backup = Databases.backUp(database, folder);
        SavingSink sink = backup.sink();
        assertThat(sink.files()).isOne();
        assertThat(sink.path()).isEqualTo(database.toRealPath().toString());
        assertThat(sink.cut()).isEqualTo(new FileContent.Cut.Pages(64 << 10));
        assertThat(sink.node().attributes().mode()).isEqualTo(0640);
        assertThat(sink.node().size()).isEqualTo(Files.size(database));
        assertThat(sink.node().attributes().mtime())
                .isEqualTo(Files.getLastModifiedTime(database).toInstant());
        assertThat(sink.node().attributes().inode())
                .isEqualTo(((Number) Files.getAttribute(database, "unix:ino")).longValue());
        assertThat(backup.record().kind()).isEqualTo(SourceKind.SQLITE);
        assertThat(backup.record().location()).isEqualTo(database.toString());
        assertThat(backup.record().path()).isEqualTo(sink.path());
        assertThat(backup.record().files()).isOne();
    }

    @Test
    void aSymbolicLinkLeadsToTheDatabaseAndItsLog() throws Exception {
        Path real = Files.createDirectories(folder.resolve("releases/42")).resolve("app.db");
        Path link = Files.createSymbolicLink(folder.resolve("current.db"), real);
        try (Connection connection = Databases.open(real)) {
            Databases.run(connection, "PRAGMA journal_mode = WAL", "CREATE TABLE t (a)", "INSERT INTO t VALUES (42)");
            Backup backup = Databases.backUp(link, folder);
            assertThat(backup.record().location()).isEqualTo(link.toString());
            assertThat(backup.record().path()).isEqualTo(real.toRealPath().toString());
            assertThat(Databases.askFile(backup.file(), "SELECT a FROM t")).isEqualTo("42");
        }
    }

    @ParameterizedTest
    @CsvSource({"'blank and ümlaut.db'", "'?mode=memory&x=#%41.db'", "'quote''s \"and\" [brackets];.db'"})
    void anyNameWillDo(String name) throws Exception {
        Path database = folder.resolve(name);
        Path plain = folder.resolve("plain.db");
        Databases.make(plain, "PRAGMA journal_mode = WAL", "CREATE TABLE t (a)", "INSERT INTO t VALUES (7)");
        Files.move(plain, database);
        Backup backup = Databases.backUp(database, folder);
        assertThat(Databases.askFile(backup.file(), "SELECT a FROM t")).isEqualTo("7");
        assertThat(backup.sink().path()).endsWith("/" + name);
    }

    @Test
    void theEmptyFileIsAnEmptyDatabase() throws Exception {
        Path database = Files.createFile(folder.resolve("new.db"));
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.file()).isEmptyFile();
        assertThat(backup.record().tables()).isEmpty();
        assertThat(backup.record().damage()).isEmpty();
        assertThat(backup.record().bytes()).isZero();
    }

    @Test
    void nothingIsLeftBesideTheSourceOrInTheStagingFolder() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "PRAGMA journal_mode = WAL", "CREATE TABLE t (a)");
        byte[] before = Files.readAllBytes(database);
        Backup backup = Databases.backUp(database, folder);
        Files.delete(backup.file());
        assertThat(names(folder)).containsExactlyInAnyOrder("app.db", "staging");
        assertThat(names(folder.resolve("staging"))).isEmpty();
        assertThat(database).hasBinaryContent(before);
    }

    @Test
    void theStagedCopyIsPrivate() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "CREATE TABLE t (a)");
        Path staging = Files.createDirectory(folder.resolve("staging"));
        try (Capture capture = new SqliteSource(database, staging, Databases.PATIENT).capture()) {
            Path own = staging.resolve(names(staging).getFirst());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own.resolve("database"))))
                    .isEqualTo("rw-------");
            assertThat(capture.expectedBytes()).isEqualTo(Files.size(database));
            assertThat(capture.expectedFiles()).isOne();
        }
        assertThat(names(staging)).isEmpty();
    }

    /// What is captured is the instant of the capture, not that of the writing.
    @Test
    void whatIsWrittenAfterTheCaptureIsNotInIt() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(database, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
        Path staging = Files.createDirectory(folder.resolve("staging"));
        try (Capture capture = new SqliteSource(database, staging, Databases.PATIENT).capture()) {
            Databases.make(database, "INSERT INTO t VALUES (2)");
            Path target = folder.resolve("copy.db");
            assertThat(capture.writeTo(new SavingSink(target)).tables())
                    .contains(new TableRecord(
                            "t",
                            1,
                            TableFingerprints.of(target)
                                    .table("t")
                                    .orElseThrow()
                                    .fingerprint()));
            assertThat(Databases.askFile(target, "SELECT count(*) FROM t")).isEqualTo("1");
        }
    }

    @Test
    void aSparseDatabaseStaysSparse() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(
                database,
                "CREATE TABLE t (a)",
                "PRAGMA secure_delete = ON",
                "INSERT INTO t VALUES (randomblob(30000000))",
                "DELETE FROM t");
        StagingFolder staging = StagingFolder.in(folder);
        try (staging) {
            Path copy = new DatabaseCopy(database, staging, Databases.PATIENT)
                    .take()
                    .file();
            assertThat(SqliteFiles.status(copy).allocated()).isLessThan(5_000_000);
            assertThat(Databases.askFile(copy, "PRAGMA integrity_check")).isEqualTo("ok");
        }
    }

    @Test
    void violatedForeignKeysAreContentNotDamage() throws Exception {
        Path database = folder.resolve("app.db");
        Databases.make(
                database,
                "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
                "CREATE TABLE child (p REFERENCES parent (id))",
                "INSERT INTO child VALUES (1), (2), (NULL)");
        Backup backup = Databases.backUp(database, folder);
        assertThat(backup.record().damage()).isEmpty();
        assertThat(backup.record().details())
                .containsEntry("sqlite.foreign-key-violations", "2")
                .containsEntry("sqlite.foreign-key-example", "row 1 of child refers to a row missing in parent");
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
        }
    }
}
