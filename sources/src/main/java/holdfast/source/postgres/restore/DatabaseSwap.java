package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// A database is restored beside the live one and then takes its name, both in one transaction:
/// whoever connects finds either the old one whole or the new one whole. The old one is kept. Used
/// by one thread.
///
/// @param live the name that is wanted
/// @param scratch of the database that is filled and checked first
/// @param kept under which the old one is found afterwards
record DatabaseSwap(TargetServer server, String live, String scratch, String kept) {
    /// Marks what may be dropped when whoever made it is gone.
    static final String MARK = "Holdfast restores into this database; it is dropped, or takes its name, when done";

    private static final int NAME_BYTES = 63;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final String IN_USE = "55006";

    /// @param taken names that the server has, as for every name here
    static String scratch(String live, Instant now, Set<String> taken) {
        return free(live, "_restoring_" + STAMP.format(now), taken);
    }

    static String kept(String live, Instant now, Set<String> taken) {
        return free(live, "_before_restore_" + STAMP.format(now), taken);
    }

    /// Of a database that is made only to look at a schema.
    static String trial(String live, Instant now, Set<String> taken) {
        return free(live, "_checking_mask_" + STAMP.format(now), taken);
    }

    /// The first that nobody has: two restores may begin in one second.
    private static String free(String begin, String end, Set<String> taken) {
        String name = named(begin, end);
        for (int i = 2; taken.contains(name); i++) {
            name = named(begin, end + "_" + i);
        }
        return name;
    }

    /// Names are cut at so many bytes by the server.
    private static String named(String begin, String end) {
        String name = begin;
        while ((name + end).getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
            name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
        }
        return name + end;
    }

    void createScratch(Database database) throws IOException {
        try {
            server.execute(database.create(scratch));
            server.execute("COMMENT ON DATABASE " + Identifiers.quote(scratch) + " IS " + Identifiers.literal(MARK));
        } catch (SQLException e) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot create a database to restore into: " + FirstLine.of(e),
                    "restore into an empty database of your own with --target postgresql://…",
                    e);
        }
    }

    void dropScratch() throws IOException {
        try {
            server.execute("DROP DATABASE IF EXISTS " + Identifiers.quote(scratch) + " WITH (FORCE)");
        } catch (SQLException e) {
            throw new IOException("cannot drop the database " + scratch + ": " + FirstLine.of(e), e);
        }
    }

    /// The restored database takes its place.
    ///
    /// @param exists whether there is a live one
    /// @param terminate whether sessions that have it open are ended
    /// @throws HoldfastException.PreCheckFailed when it is in use; both databases are as they were
    void swap(boolean exists, boolean terminate) throws IOException {
        try {
            if (exists && terminate) {
                server.execute("ALTER DATABASE " + Identifiers.quote(live) + " WITH ALLOW_CONNECTIONS false");
            }
            try {
                rename(exists, terminate);
            } catch (SQLException | HoldfastException e) {
                if (exists && terminate) {
                    server.execute("ALTER DATABASE " + Identifiers.quote(live) + " WITH ALLOW_CONNECTIONS true");
                }
                throw e;
            }
            if (exists && terminate) {
                server.execute("ALTER DATABASE " + Identifiers.quote(kept) + " WITH ALLOW_CONNECTIONS true");
            }
        } catch (SQLException e) {
            throw new IOException("cannot put the restored database in place: " + FirstLine.of(e), e);
        }
    }

    private void rename(boolean exists, boolean terminate) throws SQLException, IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            if (exists && terminate) {
                end(live);
            }
            try {
                server.execute(renames(exists));
                return;
            } catch (SQLException e) {
                server.execute("ROLLBACK");
                if (!IN_USE.equals(e.getSQLState())) {
                    throw e;
                }
                if (System.nanoTime() > end) {
                    throw inUse();
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private String renames(boolean exists) throws IOException {
        String away = exists
                ? "ALTER DATABASE " + Identifiers.quote(live) + " RENAME TO " + Identifiers.quote(kept) + ";"
                : "";
        String unmarked = marked() ? "COMMENT ON DATABASE " + Identifiers.quote(scratch) + " IS NULL;" : "";
        return "BEGIN;" + away + unmarked + "ALTER DATABASE " + Identifiers.quote(scratch) + " RENAME TO "
                + Identifiers.quote(live) + ";COMMIT";
    }

    /// Whether it has no comment of its own by now.
    private boolean marked() throws IOException {
        return server.databases(MARK).contains(scratch);
    }

    private void end(String database) throws SQLException {
        server.ask("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = "
                + Identifiers.literal(database)
                + " AND pid <> pg_catalog.pg_backend_pid() AND backend_type = 'client backend'");
    }

    private HoldfastException.PreCheckFailed inUse() throws IOException {
        return inUse(live, server.sessions(live, Set.of()));
    }

    /// @param sessions that have it open; none when they are gone by now
    static HoldfastException.PreCheckFailed inUse(String live, List<TargetServer.Session> sessions) {
        String who = sessions.isEmpty()
                ? "somebody"
                : sessions.size()
                        + (sessions.size() == 1 ? " session: " : " sessions, the first: ")
                        + sessions.getFirst();
        return new HoldfastException.PreCheckFailed(
                "cannot replace the database " + live + ": it is in use by " + who,
                "stop those programs, or add --terminate-connections");
    }
}
