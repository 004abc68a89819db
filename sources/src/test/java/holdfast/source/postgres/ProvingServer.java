package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A server that keeps the times of commits, and its backups: which tables were read is told by the
/// statements in the server's log, not by what Holdfast says of itself.
record ProvingServer(PostgresServer server, Path folder) {
    static PostgresServer settings() {
        return new PostgresServer()
                .setting("track_commit_timestamp", "on")
                .setting("fsync", "on")
                .setting("log_statement", "all")
                .setting("max_prepared_transactions", "10");
    }

    /// A statement that makes a table of about 2 MiB.
    static String table(String name) {
        return "CREATE TABLE " + name + " (id int PRIMARY KEY, body text, n int DEFAULT 0)";
    }

    static String rows(String name) {
        return "INSERT INTO " + name + " (id, body) SELECT g, repeat(md5(g::text), 4) FROM generate_series(1, 12000) g";
    }

    PostgresSource source(String database) throws IOException {
        return new PostgresSource(
                ConnectionTarget.of(server.url(database), Map.of()),
                ClientPrograms.find(server.programs().path()),
                PostgresOptions.DEFAULTS,
                folder,
                InstantSource.system());
    }

    /// @param read names of the tables whose rows were asked for, without schema
    record Outcome(BackupResult backup, Set<String> read) {
        SourceRecord record() {
            return backup.manifest().sources().getFirst();
        }

        TableRecord table(String name) {
            return record().tables().stream()
                    .filter(table -> table.name().equals("public." + name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    Outcome backUp(Repository repository, String database) throws IOException {
        int before = server.logText().length();
        BackupResult backup = Backups.backUp(repository, source(database));
        String log = server.logText().substring(before);
        Set<String> read = backup.manifest().sources().getFirst().tables().stream()
                .map(table -> table.name().substring("public.".length()))
                .filter(table -> log.lines()
                        .anyMatch(line -> line.contains("COPY ")
                                && line.contains("TO STDOUT")
                                && line.contains("\"public\".\"" + table + "\"")))
                .collect(Collectors.toSet());
        return new Outcome(backup, read);
    }

    /// Compares a backup with one of the same state that could not know anything.
    void assertExact(Repository repository, String database, Outcome outcome) throws IOException {
        try (Repository fresh = Backups.init(new MemoryStorage())) {
            Outcome whole = backUp(fresh, database);
            assertThat(whole.read()).hasSameSizeAs(whole.record().tables());
            Map<String, byte[]> expected =
                    Backups.contents(fresh, whole.backup().snapshot());
            Map<String, byte[]> actual =
                    Backups.contents(repository, outcome.backup().snapshot());
            assertThat(actual.keySet()).isEqualTo(expected.keySet());
            for (Map.Entry<String, byte[]> file : expected.entrySet()) {
                assertThat(Arrays.equals(actual.get(file.getKey()), file.getValue()))
                        .as(file.getKey())
                        .isTrue();
            }
            assertThat(sums(outcome)).isEqualTo(sums(whole));
        }
    }

    private static List<String> sums(Outcome outcome) {
        return outcome.record().tables().stream()
                .map(table -> table.name() + " " + table.rows() + " " + table.fingerprint())
                .toList();
    }

    void run(String database, String... statements) throws SQLException {
        server.run(database, statements);
    }
}
