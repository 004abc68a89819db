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
import java.util.TreeMap;

/// A database of its own on the user's server, with a little of much in it: keys, a sequence, a
/// large object, a view, values that need escapes. Nothing else on the server is touched. Used by
/// one thread.
public final class SelftestDatabase implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

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

    private SelftestDatabase(ConnectionTarget server, Duration timeout, String name) {
        this.server = server;
        this.timeout = timeout;
        this.name = name;
    }

    /// @param server any database of it
    /// @throws HoldfastException.PreCheckFailed when it cannot be made
    public static SelftestDatabase create(ConnectionTarget server, Duration timeout, Instant now) throws IOException {
        SelftestDatabase made = new SelftestDatabase(server, timeout, "holdfast_selftest_" + STAMP.format(now));
        made.run(server, List.of("CREATE DATABASE " + Identifiers.quote(made.name)), "make a database to try it on");
        boolean done = false;
        try {
            made.run(made.target(), CONTENT, "fill " + made.name);
            done = true;
            return made;
        } finally {
            if (!done) {
                made.close();
            }
        }
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
        try (Connection connection = new Connections(server, timeout).openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            List<String> names = new ArrayList<>();
            try (ResultSet databases = statement.executeQuery(
                    "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, "
                            + Identifiers.literal(name) + ")")) {
                while (databases.next()) {
                    names.add(databases.getString(1));
                }
            }
            for (String database : names) {
                statement.execute("DROP DATABASE " + Identifiers.quote(database) + " WITH (FORCE)");
            }
        } catch (SQLException e) {
            throw new IOException("cannot drop " + name + ": " + e.getMessage() + "; drop it by hand", e);
        }
    }
}
