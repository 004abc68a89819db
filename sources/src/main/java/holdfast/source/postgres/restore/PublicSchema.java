package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.ArchiveHeader;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/// The rights on the schema `public`: since version 15 not everybody may make tables there, and a
/// `pg_dump` of that version or a newer one tells of any server how its schema differs from one
/// without that right (`getNamespaces` in `src/bin/pg_dump/pg_dump.c`). In a new database of an
/// older server everybody has it: whoever had revoked it would find it given back.
final class PublicSchema {
    private static final int FIRST_WITHOUT_CREATE = 15;

    private PublicSchema() {}

    /// @param connections to a new database, in which nothing was restored yet
    /// @param dump that will be restored, with its rights
    static void prepare(Connections connections, ArchiveHeader dump) throws IOException {
        if (dump.dumpMajor() < FIRST_WITHOUT_CREATE) {
            return;
        }
        try (Connection connection = connections.openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            if (connection.getMetaData().getDatabaseMajorVersion() < FIRST_WITHOUT_CREATE) {
                statement.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
            }
        } catch (SQLException e) {
            throw new IOException("cannot prepare the new database: " + FirstLine.of(e), e);
        }
    }
}
