package holdfast.source.postgres.selftest;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A database of its own on the user's server, with a little of much in it: keys, a sequence, a
/// large object, a view, values that need escapes. Nothing else on the server is touched. Used by
/// one thread.
public final class SelftestDatabase implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private static final String PREFIX = "holdfast_selftest_";
    /// Marks what may be dropped when whoever made it is gone.
    private static final String MARK = "Holdfast tries itself on this database; it is dropped when done";
    /// Of our locks among all advisory locks.
    private static final int LOCKS = 0x486f6c65;

    private static final String LEFTOVERS = "SELECT d.datname FROM pg_catalog.pg_database d"
            + " WHERE d.datname ~ '^" + PREFIX + "[0-9]{14}' AND pg_catalog.pg_has_role(d.datdba, 'USAGE')"
            + " AND (pg_catalog.shobj_description(d.oid, 'pg_database') = " + Identifiers.literal(MARK)
            + " OR (NOT d.datallowconn AND pg_catalog.shobj_description(d.oid, 'pg_database') IS NULL))";

    private static final String HELD = "SELECT l.objid FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory'"
            + " AND l.classid = " + LOCKS + " AND l.objsubid = 2";

    private static final String MADE =
            "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, {name})";

    private static final List<String> CONTENT = List.of(
            "CREATE SCHEMA shop",
            "CREATE TABLE shop.customers (id serial PRIMARY KEY, name text NOT NULL UNIQUE, note text)",
            "INSERT INTO shop.customers (name, note) SELECT 'customer ' || g, E'tab\\t line\\n \\\\ ' || g"
                    + " FROM generate_series(1, 5000) g",
            "CREATE TABLE shop.orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES shop.customers,"
                    + " total numeric(12, 2) CHECK (total >= 0), placed timestamptz)",
            "INSERT INTO shop.orders SELECT g, g % 5000 + 1, g / 7.0, timestamptz '2026-01-01 00:00+00' + g * interval"
                    + " '1 minute' FROM generate_series(1, 50000) g",
            "CREATE INDEX ON shop.orders (placed)",
            "CREATE VIEW shop.totals AS SELECT customer, sum(total) AS total FROM shop.orders GROUP BY customer",
            "SELECT pg_catalog.lo_from_bytea(0, pg_catalog.decode(pg_catalog.repeat('00ff5c0a', 50000), 'hex'))");

    private static final Map<String, String> QUESTIONS = Map.of(
            "shop.customers",
            "SELECT count(*) || ' ' || md5(string_agg(c::text, ',' ORDER BY id)) FROM shop.customers c",
            "shop.orders",
            "SELECT count(*) || ' ' || md5(string_agg(o::text, ',' ORDER BY id)) FROM shop.orders o",
            "shop.totals",
            "SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY customer)) FROM shop.totals t",
            "sequence",
            "SELECT last_value::text FROM shop.customers_id_seq",
            "keys and indexes",
            "SELECT string_agg(indexrelid::regclass::text, ',' ORDER BY indexrelid::regclass::text) FROM pg_index"
                    + " WHERE indrelid::regclass::text LIKE 'shop.%' AND indisvalid",
            "large object",
            "SELECT md5(string_agg(md5(lo_get(oid)), ',' ORDER BY oid)) FROM pg_largeobject_metadata");

    private final ConnectionTarget server;
    private final Duration timeout;
    private final String name;
    /// Tells other self-tests that this one lives.
    private final Connection holder;

    private SelftestDatabase(ConnectionTarget server, Duration timeout, String name, Connection holder) {
        this.server = server;
        this.timeout = timeout;
        this.name = name;
        this.holder = holder;
    }

    /// @param server any database of it
    /// @throws HoldfastException.PreCheckFailed when it cannot be made
    public static SelftestDatabase create(ConnectionTarget server, Duration timeout, Instant now) throws IOException {
        Connection holder = new Connections(server, timeout).openForRestore("UTF8");
        SelftestDatabase made = new SelftestDatabase(server, timeout, PREFIX + STAMP.format(now), holder);
        String database = Identifiers.quote(made.name);
        boolean done = false;
        try {
            made.hold();
            made.dropLeftovers();
            // from its first moment on it is known as ours: closed until marked
            made.run(
                    server,
                    List.of(
                            "CREATE DATABASE " + database + " ALLOW_CONNECTIONS = false",
                            "COMMENT ON DATABASE " + database + " IS " + Identifiers.literal(MARK),
                            "ALTER DATABASE " + database + " ALLOW_CONNECTIONS true"),
                    "make a database to try it on");
            made.run(made.target(), CONTENT, "fill " + made.name);
            done = true;
            return made;
        } finally {
            if (!done) {
                made.close();
            }
        }
    }

    private void hold() throws IOException {
        try (Statement statement = holder.createStatement()) {
            statement.execute("SELECT pg_catalog.pg_advisory_lock(" + LOCKS + ", " + name.hashCode() + ")");
        } catch (SQLException e) {
            throw new IOException("cannot ask " + server.display() + ": " + e.getMessage(), e);
        }
    }

    /// What self-tests have made that were killed. One that cannot be dropped stays for another time.
    private void dropLeftovers() throws IOException {
        try (Statement statement = holder.createStatement()) {
            Set<String> owners = new TreeSet<>();
            for (String database : column(statement, LEFTOVERS)) {
                owners.add(database.substring(0, name.length()));
            }
            // asked afterwards: who makes one has its lock by then
            List<String> held = column(statement, HELD);
            owners.removeIf(one -> held.contains(Integer.toUnsignedString(one.hashCode())));
            for (String one : owners) {
                for (String database : column(statement, MADE.replace("{name}", Identifiers.literal(one)))) {
                    drop(statement, database);
                }
            }
        } catch (SQLException e) {
            throw new IOException("cannot look for what earlier self-tests have left: " + e.getMessage(), e);
        }
    }

    /// Without FORCE: whoever looks into it keeps it.
    private static void drop(Statement statement, String database) {
        try {
            statement.execute("DROP DATABASE " + Identifiers.quote(database));
        } catch (SQLException _) {
            // it takes only room
        }
    }

    private static List<String> column(Statement statement, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    public ConnectionTarget target() {
        return server.withDatabase(name);
    }

    public String name() {
        return name;
    }

    /// What is in it, told by PostgreSQL itself: by part, a count and a checksum.
    public Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Connection connection = new Connections(target(), timeout).openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> question : QUESTIONS.entrySet()) {
                try (ResultSet answer = statement.executeQuery(question.getValue())) {
                    answer.next();
                    content.put(question.getKey(), String.valueOf(answer.getString(1)));
                } catch (SQLException e) {
                    content.put(question.getKey(), "gone");
                }
            }
            return content;
        } catch (SQLException e) {
            throw new IOException("cannot look into " + name + ": " + e.getMessage(), e);
        }
    }

    /// As accidents do it: a table dropped, rows deleted, values overwritten.
    public void wreck() throws IOException {
        run(
                target(),
                List.of(
                        "DROP TABLE shop.orders CASCADE",
                        "DELETE FROM shop.customers WHERE id % 2 = 0",
                        "UPDATE shop.customers SET note = 'oops'",
                        "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata"),
                "wreck " + name);
    }

    private void run(ConnectionTarget where, List<String> statements, String what) throws IOException {
        try (Connection connection = new Connections(where, timeout).openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot " + what + " on " + server.display() + ": " + e.getMessage(),
                    "the role must be allowed to create databases: ALTER ROLE … CREATEDB",
                    e);
        }
    }

    /// Drops it, and what restores of it have left beside it.
    @Override
    public void close() throws IOException {
        try (holder;
                Statement statement = holder.createStatement()) {
            for (String database : column(statement, MADE.replace("{name}", Identifiers.literal(name)))) {
                statement.execute("DROP DATABASE " + Identifiers.quote(database) + " WITH (FORCE)");
            }
        } catch (SQLException e) {
            throw new IOException("cannot drop " + name + ": " + e.getMessage() + "; drop it by hand", e);
        }
    }
}
