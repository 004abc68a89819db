package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Goal: whatever kind of database SQLite can make, it comes back as it was, and what is told of its tables is true.
final class SqliteKindsTest {
    private static final String ROWS = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 400)"
            + " INSERT INTO t SELECT n, n / 7.0, 'Stra\u00dfe ' || n || ' \ud83d\ude80', randomblob(n) FROM i";
    private static final String TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, s TEXT UNIQUE, b BLOB)";

    @AutoClose
    private final Workplace place = new Workplace();

    private final List<Path> databases = new ArrayList<>();

    private Sqlite make(String name, String... statements) {
        Path file = place.path("srv").resolve(name);
        databases.add(file);
        Sqlite made = new Sqlite(file);
        made.ask(statements);
        return made;
    }

    private void makeAll() throws IOException {
        Files.createDirectory(place.path("srv"));
        make("small pages.db", "PRAGMA page_size = 512", TABLE, ROWS);
        make("large pages.db", "PRAGMA page_size = 65536", TABLE, ROWS);
        Sqlite log = make("log.db", "PRAGMA journal_mode = WAL", TABLE, ROWS);
        make("full vacuum.db", "PRAGMA auto_vacuum = FULL", TABLE, ROWS, "DELETE FROM t WHERE id % 3 = 0");
        make("incremental.db", "PRAGMA auto_vacuum = INCREMENTAL", TABLE, ROWS, "DELETE FROM t WHERE id > 50");
        make(
                "utf-16le.db",
                "PRAGMA encoding = 'UTF-16le'",
                TABLE,
                ROWS,
                "CREATE TABLE \"\u00fc\u00df\" (\"\u00f6 1\" TEXT)");
        make("utf-16be.db", "PRAGMA encoding = 'UTF-16be'", TABLE, ROWS);
        make(
                "without rowid.db",
                "CREATE TABLE t (id INT, r REAL, s TEXT, b BLOB, PRIMARY KEY (s, id)) WITHOUT ROWID",
                ROWS);
        make(
                "columns.db",
                "CREATE TABLE t (id INT, r ANY, s TEXT, b BLOB, stored TEXT AS (s || id) STORED, computed INT AS (id + 1)) STRICT",
                "INSERT INTO t (id, r, s, b) VALUES (1, 2.5, 'x', x'00'), (NULL, NULL, '', x''), (-9, 'y', NULL, NULL)",
                "CREATE INDEX some ON t (lower(s)) WHERE id > 0");
        make(
                "counted.db",
                "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, r, s, b)",
                ROWS,
                "CREATE INDEX t_s ON t (s)",
                "ANALYZE",
                "PRAGMA user_version = 42",
                "PRAGMA application_id = 4711");
        make("large row.db", TABLE, "INSERT INTO t (b) VALUES (randomblob(3000000)), (zeroblob(3000000))");
        make("no tables.db", "PRAGMA user_version = 1");
        make("odd #name?%20 \u00fc'\".db", TABLE, ROWS);
        // these the program knows as little as any application's own
        make(
                "unknown order.db",
                "CREATE TABLE t (id INT, r, s TEXT COLLATE uint, b)",
                "CREATE INDEX t_s ON t (s)",
                ROWS);
        make("orphans.db", TABLE, ROWS, "CREATE TABLE u (t INT REFERENCES t)", "INSERT INTO u VALUES (1), (4711)");
        if (log.ask("SELECT name FROM pragma_module_list").lines().toList().containsAll(List.of("fts5", "rtree"))) {
            make(
                    "modules.db",
                    "CREATE VIRTUAL TABLE words USING fts5(body)",
                    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 300)"
                            + " INSERT INTO words SELECT 'number ' || n || ' of ' || n * 17 FROM i",
                    "CREATE VIRTUAL TABLE places USING rtree(id, x0, x1)",
                    "INSERT INTO places VALUES (1, 0.5, 2.5), (2, 1, 3)");
        }
    }

    @Test
    void everyKindComesBackAsItWas() throws IOException {
        makeAll();
        Holdfast holdfast = place.holdfast("repository");
        holdfast.run("init");
        String id = holdfast.backup(Stream.concat(
                        Stream.of("--prove", "identical"), databases.stream().map(Path::toString))
                .toArray(String[]::new));
        assertThat(holdfast.snapshots().getLast().proof()).isEqualTo("identical");
        holdfast.run("restore", id, "--target", "restored");

        List<Path> shown = new ArrayList<>();
        for (JsonNode source :
                holdfast.json("show", id).get("manifest").get("sources").values()) {
            Path file = Path.of(source.get("path").asString());
            shown.add(file);
            Path restored = place.path("restored").resolve(file.getFileName());
            assertThat(restored).hasSameBinaryContentAs(file);
            assertThat(settings(restored)).isEqualTo(settings(file));
            assertThat(new Sqlite(restored).dump()).isEqualTo(new Sqlite(file).dump());
            assertThat(source.get("damage")).isEmpty();
            assertThat(Fingerprints.shown(source)).as(file.toString()).isEqualTo(Fingerprints.of(new Sqlite(file)));
        }
        assertThat(shown).containsExactlyInAnyOrderElementsOf(databases);
    }

    private static String settings(Path database) {
        return new Sqlite(database)
                .ask(
                        "PRAGMA integrity_check",
                        "PRAGMA page_size",
                        "PRAGMA auto_vacuum",
                        "PRAGMA encoding",
                        "PRAGMA user_version",
                        "PRAGMA application_id",
                        "PRAGMA journal_mode",
                        "PRAGMA freelist_count",
                        "PRAGMA foreign_key_check");
    }
}
