package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

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

    void createScratch(Database database) throws IOException {
        try {
            // from its first moment on it is known as ours: held by this session, closed until marked
            server.execute(Leftovers.lock(scratch));
            server.execute(database.create(scratch) + " ALLOW_CONNECTIONS = false");
            server.execute("COMMENT ON DATABASE " + Identifiers.quote(scratch) + " IS " + Identifiers.literal(MARK));
            server.execute("ALTER DATABASE " + Identifiers.quote(scratch) + " ALLOW_CONNECTIONS true");
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
    /// @param comments of the database, which was marked as a scratch one until now
    /// @throws HoldfastException.PreCheckFailed when it is in use; both databases are as they were
    void swap(boolean exists, boolean terminate, List<String> comments) throws IOException {
        List<Renaming.Step> steps = new ArrayList<>();
        if (exists) {
            steps.add(new Renaming.Step(live, kept, terminate));
        }
        // in which nobody else has any business
        steps.add(new Renaming.Step(scratch, live, true));
        List<String> also = new ArrayList<>();
        also.add("COMMENT ON DATABASE " + Identifiers.quote(live) + " IS NULL");
        also.addAll(comments);
        new Renaming(server, live, steps, also).run();
    }
}
