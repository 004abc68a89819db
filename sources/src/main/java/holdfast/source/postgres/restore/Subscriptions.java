package holdfast.source.postgres.restore;

import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/// Subscriptions keep a database from being dropped. Those of a dump were made without a
/// connection, so nothing on the other side knows of them.
final class Subscriptions {
    private static final String OWN = "SELECT subname FROM pg_catalog.pg_subscription s"
            + " JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()";

    private Subscriptions() {}

    static void drop(Connections connections) throws IOException {
        try (Connection connection = connections.openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            for (String name : Rows.column(connection, OWN)) {
                String quoted = Identifiers.quote(name);
                statement.execute("ALTER SUBSCRIPTION " + quoted + " DISABLE");
                statement.execute("ALTER SUBSCRIPTION " + quoted + " SET (slot_name = NONE)");
                statement.execute("DROP SUBSCRIPTION " + quoted);
            }
        } catch (SQLException e) {
            throw new IOException("cannot drop the subscriptions: " + FirstLine.of(e), e);
        }
    }
}
