package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// What is in a database gives way to what is restored, within one transaction: everybody else goes
/// on reading the old content until it ends, and nothing has happened when it does not. Used by one
/// thread.
///
/// @param connection with the database; whoever called closes it
record InsideSwap(Connection connection, String display, InsidePlan plan) {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String LOCKED = "55P03";
    private static final String PUBLIC = "public";
    private static final int FIRST_WITH_PG_DATABASE_OWNER = 15;

    /// Those that this role may lock against writers.
    private static final String TABLES = """
            SELECT c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname IN ({names})
              AND pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' AND d.objid = c.oid
                AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
            ORDER BY c.oid""";

    private static final String COUNT = """
            SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class WHERE relnamespace = n.oid)
                 + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc WHERE pronamespace = n.oid)
                 + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_type WHERE typnamespace = n.oid)
            FROM pg_catalog.pg_namespace n WHERE n.nspname IN ({names}) ORDER BY n.nspname""";

    /// Begins the transaction and moves the old content out of the way. Who writes into it waits
    /// from now on, and then finds the new.
    ///
    /// @return the number of the transaction
    /// @throws HoldfastException.PreCheckFailed when somebody holds a lock on it; nothing has
    ///     changed
    String begin() throws IOException {
        try {
            execute("BEGIN");
            execute("SET LOCAL lock_timeout = " + PATIENCE.toMillis());
            Map<String, String> names = plan.keptSchemas();
            List<String> tables = names.isEmpty()
                    ? List.of()
                    : Rows.column(connection, TABLES.replace("{names}", literals(names.keySet())));
            if (!tables.isEmpty()) {
                execute("LOCK TABLE " + String.join(", ", tables) + " IN EXCLUSIVE MODE");
            }
            for (Map.Entry<String, String> one : plan.renamed().entrySet()) {
                rename(one.getKey(), one.getValue());
            }
            for (Map.Entry<String, String> one : plan.emptied().entrySet()) {
                execute("CREATE SCHEMA " + Identifiers.quote(one.getValue()));
                move(one.getKey(), one.getValue());
            }
            if (plan.renamed().containsKey(PUBLIC)) {
                makePublic();
            }
            execute("SET LOCAL lock_timeout = 0");
            return transaction();
        } catch (SQLException e) {
            if (LOCKED.equals(e.getSQLState())) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot replace what is in " + display + ": somebody is changing it (" + FirstLine.of(e) + ")",
                        "try again when they are done, stop those programs, or add --terminate-connections",
                        e);
            }
            throw new HoldfastException.Failed(
                    "cannot replace what is in " + display + ": " + FirstLine.of(e), "nothing was changed", e);
        }
    }

    /// As it is in every new database; see `src/bin/initdb/initdb.c`.
    private void makePublic() throws SQLException {
        boolean ownedByOwner = connection.getMetaData().getDatabaseMajorVersion() >= FIRST_WITH_PG_DATABASE_OWNER;
        execute("CREATE SCHEMA public");
        execute("COMMENT ON SCHEMA public IS 'standard public schema'");
        execute("GRANT " + (ownedByOwner ? "USAGE" : "ALL") + " ON SCHEMA public TO PUBLIC");
        if (ownedByOwner) {
            execute("ALTER SCHEMA public OWNER TO pg_database_owner");
        }
    }

    private String transaction() throws SQLException {
        return Rows.one(connection, "SELECT pg_catalog.txid_current()");
    }

    /// @param transaction that [#begin] began
    /// @throws HoldfastException.Failed when some definition has ended it, so that it did not hold
    ///     everything
    void commit(String transaction) throws IOException {
        try {
            if (!transaction.equals(transaction())) {
                throw ended();
            }
            execute("COMMIT");
        } catch (SQLException e) {
            if (Connections.isLost(e)) {
                throw new HoldfastException.Failed(
                        "the connection to " + display + " broke when the restored content took its place; it has, if"
                                + " there are schemas "
                                + String.join(", ", plan.keptSchemas().values()),
                        "'holdfast undo' brings back what was there before",
                        e);
            }
            throw new IOException("cannot put the restored content in place: " + FirstLine.of(e), e);
        }
    }

    /// After a transaction that was to be taken back: whether it was.
    ///
    /// @throws HoldfastException.Failed when the old content has the names of what is kept
    void requireUndone() throws SQLException {
        Set<String> kept = Set.copyOf(plan.keptSchemas().values());
        if (!kept.isEmpty()
                && !Rows.column(
                                connection,
                                "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname IN (" + literals(kept) + ")")
                        .isEmpty()) {
            throw ended();
        }
    }

    private HoldfastException.Failed ended() {
        return new HoldfastException.Failed(
                "some definition of the backup has ended the transaction that was to restore inside " + display
                        + ": part of it is there, and what was there before is in the schemas "
                        + String.join(", ", plan.keptSchemas().values()),
                "'holdfast undo' brings back what was there before; do not trust that backup");
    }

    /// After [#commit], when the restored content is not right: the old one gets its names again,
    /// and the restored one is dropped.
    ///
    /// @param restored schemas that were made
    /// @param log told what could not be dropped
    void takeBack(Set<String> restored, Consumer<String> log) throws IOException {
        List<String> failed = new ArrayList<>();
        try {
            execute("BEGIN");
            execute("SET LOCAL lock_timeout = " + PATIENCE.toMillis());
            Set<String> away = new TreeSet<>(restored);
            away.addAll(plan.renamed().keySet());
            away.removeAll(plan.emptied().keySet());
            away.retainAll(Rows.column(connection, "SELECT nspname FROM pg_catalog.pg_namespace"));
            for (String schema : away) {
                String name = failed(schema);
                rename(schema, name);
                failed.add(name);
            }
            for (Map.Entry<String, String> one : plan.emptied().entrySet()) {
                String name = failed(one.getKey());
                execute("CREATE SCHEMA " + Identifiers.quote(name));
                move(one.getKey(), name);
                failed.add(name);
                move(one.getValue(), one.getKey());
                execute("DROP SCHEMA " + Identifiers.quote(one.getValue()));
            }
            for (Map.Entry<String, String> one : plan.renamed().entrySet()) {
                rename(one.getValue(), one.getKey());
            }
            execute("SET LOCAL synchronous_commit = on");
            execute("COMMIT");
        } catch (SQLException e) {
            throw new HoldfastException.Failed(
                    "what was restored into " + display + " is not right, and cannot be taken back: " + FirstLine.of(e),
                    "what was there is in the schemas "
                            + String.join(", ", plan.keptSchemas().values())
                            + "; 'holdfast undo' restores the safety snapshot",
                    e);
        }
        drop(failed, log);
    }

    private static String failed(String schema) {
        return DatabaseNames.failed(schema);
    }

    /// Only when nothing of the old content goes with it.
    private void drop(List<String> schemas, Consumer<String> log) {
        try {
            String old = literals(plan.keptSchemas().keySet());
            execute("BEGIN");
            List<String> before = old.isEmpty() ? List.of() : Rows.column(connection, COUNT.replace("{names}", old));
            for (String schema : schemas) {
                execute("DROP SCHEMA " + Identifiers.quote(schema) + " CASCADE");
            }
            boolean same = old.isEmpty() || before.equals(Rows.column(connection, COUNT.replace("{names}", old)));
            execute(same ? "COMMIT" : "ROLLBACK");
            if (!same) {
                log.accept("not dropped, since others depend on it: " + String.join(", ", schemas));
            }
        } catch (SQLException e) {
            log.accept("cannot drop the schemas " + String.join(", ", schemas) + ": " + FirstLine.of(e));
        }
    }

    private void rename(String from, String to) throws SQLException {
        execute("ALTER SCHEMA " + Identifiers.quote(from) + " RENAME TO " + Identifiers.quote(to));
    }

    private void move(String from, String to) throws SQLException {
        for (String object : SchemaObjects.of(connection, from)) {
            execute("ALTER " + object + " SET SCHEMA " + Identifiers.quote(to));
        }
    }

    private static String literals(Set<String> names) {
        return String.join(", ", names.stream().map(Identifiers::literal).toList());
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
