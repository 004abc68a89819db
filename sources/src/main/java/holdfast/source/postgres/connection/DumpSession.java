package holdfast.source.postgres.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// The settings of a session that is to read or write every value exactly, the same whatever
/// role, database and server say: those of `setup_connection` in `src/bin/pg_dump/pg_dump.c`, and
/// a few more on which the text of values depends.
final class DumpSession {
    private DumpSession() {}

    static void fix(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    String.join(";", statements(connection.getMetaData().getDatabaseMajorVersion())));
        }
    }

    private static List<String> statements(int version) {
        List<String> statements = new ArrayList<>(List.of(
                "SET DateStyle = 'ISO'",
                "SET IntervalStyle = 'postgres'",
                "SET extra_float_digits = 3",
                // the driver sets the zone of this machine, pg_dump keeps the session's: texts should depend on neither
                "SET TimeZone = 'UTC'",
                "SET bytea_output = 'hex'",
                "SET synchronize_seqscans = off",
                // an error rather than a part of the rows
                "SET row_security = off"));
        statements.addAll(SessionLimits.statements(version));
        // since August 2024: nothing but tables of others may be looked into by name (CVE-2024-7348)
        statements.add("SELECT pg_catalog.set_config('restrict_nonsystem_relation_kind', 'view, foreign-table', false)"
                + " WHERE pg_catalog.current_setting('restrict_nonsystem_relation_kind', true) IS NOT NULL");
        statements.add("SELECT pg_catalog.set_config('search_path', '', false)");
        return statements;
    }
}
