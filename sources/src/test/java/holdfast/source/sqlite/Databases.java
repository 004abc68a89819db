package holdfast.source.sqlite;

import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/// What the tests of this package do with databases all the time.
final class Databases {
    static final SqliteOptions PATIENT = SqliteOptions.DEFAULTS;
    static final SqliteOptions HASTY = SqliteOptions.DEFAULTS.withBusyTimeout(Duration.ofMillis(300));

    private Databases() {}

    static Connection open(Path database) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        // No test cuts the power, and waiting for the disk takes most of the time.
        run(connection, "PRAGMA busy_timeout = 10000", "PRAGMA synchronous = OFF");
        return connection;
    }

    static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /// Makes or changes a database and closes it.
    static void make(Path database, String... statements) throws SQLException {
        try (Connection connection = open(database)) {
            run(connection, statements);
        }
    }

    static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            return answer.next() ? String.valueOf(answer.getString(1)) : "";
        }
    }

    static String ask(Path database, String sql) throws SQLException {
        try (Connection connection = open(database)) {
            return ask(connection, sql);
        }
    }

    /// Asks without touching anything: what the file says by itself.
    static String askFile(Path database, String sql) throws SQLException {
        try (Connection connection = SqliteConnections.unchanging(database)) {
            return ask(connection, sql);
        }
    }

    /// A backup of one database.
    ///
    /// @param file where the copy was saved
    record Backup(Path file, SourceRecord record, SavingSink sink) {}

    static Backup backUp(Path database, Path folder, SqliteOptions options) throws IOException {
        Path staging = Files.createDirectories(folder.resolve("staging"));
        Path target = Files.createTempFile(folder, "copy", ".db");
        try (Capture capture = new SqliteSource(database, staging, options).capture()) {
            SavingSink sink = new SavingSink(target);
            SourceRecord record = capture.writeTo(sink);
            return new Backup(target, record, sink);
        }
    }

    static Backup backUp(Path database, Path folder) throws IOException {
        return backUp(database, folder, PATIENT);
    }
}
