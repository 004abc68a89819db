package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: reading a database raw never drops a lock that SQLite holds on it in this process. Method: another
/// process says whether the lock is still there.
final class RawFileTest {
    @TempDir
    private Path folder;

    @Test
    void aCopyLeavesTheLocksOfThisProcessAlone() throws Exception {
        for (String journal : new String[] {"DELETE", "WAL"}) {
            Path database = folder.resolve(journal + ".db");
            Databases.make(database, "PRAGMA journal_mode = " + journal, "CREATE TABLE t (a)");
            try (Connection connection = Databases.open(database)) {
                Databases.run(connection, "BEGIN IMMEDIATE", "INSERT INTO t VALUES (1)");
                assertThat(SqliteFiles.looksLikeSqlite(database)).isTrue();
                Databases.backUp(database, folder);
                assertThat(RawFile.setAside()).isPositive();
                try (Child other = Child.sqlite3(database)) {
                    other.send("BEGIN IMMEDIATE;");
                    assertThat(other.await().toString()).contains("database is locked");
                }
                Databases.run(connection, "COMMIT");
            }
        }
        assertThat(SqliteFiles.looksLikeSqlite(folder.resolve("WAL.db"))).isTrue();
        assertThat(RawFile.setAside())
                .as("closed when the last other descriptor is")
                .isZero();
    }

    /// That it is needed at all: what everybody would do drops the lock.
    @Test
    void anOrdinaryChannelWouldDropThem() throws Exception {
        Path database = folder.resolve("plain.db");
        Databases.make(database, "CREATE TABLE t (a)");
        try (Connection connection = Databases.open(database)) {
            Databases.run(connection, "BEGIN IMMEDIATE");
            FileChannel.open(database, StandardOpenOption.READ).close();
            try (Child other = Child.sqlite3(database)) {
                other.send("BEGIN IMMEDIATE;");
                assertThat(other.await().toString()).doesNotContain("database is locked");
            }
        }
    }
}
