package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/// Databases that restores have begun and could not drop, since they were killed. Used by one
/// thread.
///
/// A restore that is alive holds an advisory lock for each of its own, in a session with another
/// database, from before it is made; and whoever is connected keeps it too.
///
/// @param target the live database, with which they would have changed places
record Leftovers(TargetServer server, ConnectionTarget target, Duration connectTimeout) {
    /// Of our locks among all advisory locks.
    private static final int LOCKS = 0x486f6c64;

    /// Marked as ours; or made by us a moment ago and never opened, so that nobody can have put
    /// anything in.
    private static final String CANDIDATES = "SELECT d.datname, d.datallowconn FROM pg_catalog.pg_database d"
            + " WHERE pg_catalog.pg_has_role(d.datdba, 'USAGE')"
            + " AND (pg_catalog.shobj_description(d.oid, 'pg_database') = " + Identifiers.literal(DatabaseSwap.MARK)
            + " OR (NOT d.datallowconn AND pg_catalog.shobj_description(d.oid, 'pg_database') IS NULL))"
            + " ORDER BY 1";

    private static final String HELD = "SELECT l.objid FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory'"
            + " AND l.classid = " + LOCKS + " AND l.objsubid = 2";

    /// A statement by which a session holds the lock for a database until it ends.
    static String lock(String database) {
        return "SELECT pg_catalog.pg_advisory_lock(" + LOCKS + ", " + (int) key(database) + ")";
    }

    /// The same for a session that takes the place of one that broke: the server may not know yet
    /// that it did, and hold the lock for that one.
    static String lockIfFree(String database) {
        return "SELECT pg_catalog.pg_try_advisory_lock(" + LOCKS + ", " + (int) key(database) + ")";
    }

    private static long key(String database) {
        CRC32 sum = new CRC32();
        sum.update(database.getBytes(StandardCharsets.UTF_8));
        return sum.getValue();
    }

    private record Leftover(String name, boolean open) {}

    private List<Leftover> all() throws IOException {
        try {
            List<Leftover> all = new ArrayList<>();
            List<List<String>> candidates = server.rows(CANDIDATES);
            // asked afterwards: who makes one has its lock by then
            Set<String> held = Set.copyOf(server.ask(HELD));
            for (List<String> row : candidates) {
                String name = row.get(0);
                if (DatabaseNames.isScratch(target.database(), name)
                        && !held.contains(Long.toString(key(name)))
                        && server.sessions(name, Set.of()).isEmpty()) {
                    all.add(new Leftover(name, row.get(1).equals("t")));
                }
            }
            return all;
        } catch (SQLException e) {
            throw new IOException("cannot look for what earlier restores have left: " + FirstLine.of(e), e);
        }
    }

    /// Their names.
    List<String> find() throws IOException {
        return all().stream().map(Leftover::name).toList();
    }

    /// One that cannot be dropped stays for another time: it takes only room.
    void drop(Consumer<String> log) throws IOException {
        for (Leftover one : all()) {
            try {
                if (one.open()) {
                    Subscriptions.drop(new Connections(target.withDatabase(one.name()), connectTimeout));
                }
                // without FORCE: whoever has come meanwhile keeps it
                server.execute("DROP DATABASE " + Identifiers.quote(one.name()));
                log.accept("dropped " + one.name() + ", which a restore that was ended has left");
            } catch (SQLException e) {
                log.accept(
                        "cannot drop " + one.name() + ", which a restore that was ended has left: " + FirstLine.of(e));
            } catch (HoldfastException | IOException e) {
                log.accept(
                        "cannot drop " + one.name() + ", which a restore that was ended has left: " + e.getMessage());
            }
        }
    }
}
