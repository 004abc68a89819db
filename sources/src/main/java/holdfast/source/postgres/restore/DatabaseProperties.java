package holdfast.source.postgres.restore;

import holdfast.source.postgres.rows.Identifiers;
import java.sql.SQLException;
import java.util.function.Consumer;

/// Owner, settings, rights and comment of a database itself. Used by one thread.
record DatabaseProperties(TargetServer server, Database database, RestoreOptions options, Consumer<String> log) {
    void apply(String name, RestoreStatus status) {
        for (String setting : database.settings(name)) {
            boolean rights = setting.startsWith("GRANT") || setting.startsWith("REVOKE");
            if (!rights || options.privileges()) {
                run(setting, status);
            }
        }
        if (options.owners() && !database.owner().isEmpty()) {
            run(
                    "ALTER DATABASE " + Identifiers.quote(name) + " OWNER TO " + Identifiers.quote(database.owner()),
                    status);
        }
    }

    private void run(String sql, RestoreStatus status) {
        try {
            server.execute(sql);
        } catch (SQLException e) {
            log.accept("FAILED " + sql + ": " + FirstLine.of(e));
            status.failed(new RestoreStatus.Failure("the database's own " + sql, FirstLine.of(e)));
        }
    }
}
