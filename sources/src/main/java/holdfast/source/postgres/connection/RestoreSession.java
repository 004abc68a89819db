package holdfast.source.postgres.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// The settings of a session that runs what an archive says: those of `_doSetFixedOutputState` in
/// `src/bin/pg_dump/pg_backup_archiver.c`, and those on which the meaning of rows depends.
final class RestoreSession {
    private RestoreSession() {}

    static void fix(Connection connection, String encoding) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(String.join(
                    ";", statements(encoding, connection.getMetaData().getDatabaseMajorVersion())));
        }
    }

    private static List<String> statements(String encoding, int version) {
        List<String> statements = new ArrayList<>(List.of(
                "SET client_encoding = '" + encoding.replace("'", "''") + "'",
                "SET standard_conforming_strings = on",
                "SET DateStyle = 'ISO'",
                "SET IntervalStyle = 'postgres'",
                "SET TimeZone = 'UTC'",
                "SET check_function_bodies = false",
                "SET xmloption = content",
                "SET client_min_messages = warning",
                "SET row_security = off",
                // one wait for the disk, at the end, makes all that came before durable
                "SET synchronous_commit = off"));
        statements.addAll(SessionLimits.statements(version));
        statements.add("SELECT pg_catalog.set_config('search_path', '', false)");
        return statements;
    }
}
