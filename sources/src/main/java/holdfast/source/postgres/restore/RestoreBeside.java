package holdfast.source.postgres.restore;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.restore.DatabasePlan.Way;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/// Restores into a database that is made for it, beside the live one if there is one, and gives it
/// its name when it is right. Used by one thread.
record RestoreBeside(ConnectionTarget target, RestoreOptions options, DatabaseRestore.Surroundings around) {
    /// @param inPlace whether the restored database has the name that was wanted
    record Done(Filling.Filled filled, boolean inPlace) {}

    /// @throws HoldfastException when it cannot go on; what was to be replaced is untouched
    Done run(DatabasePlan plan, Filling filling, Deadline deadline, RowMasking masking) throws IOException {
        try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
            DatabaseSwap swap = new DatabaseSwap(server, target.database(), plan.scratch(), plan.kept());
            Database database = Database.of(plan.toc(), options.tablespaces()).on(server.major());
            around.progress().step("creating");
            swap.createScratch(database);
            boolean done = false;
            try {
                if (options.privileges()) {
                    PublicSchema.prepare(
                            new Connections(target.withDatabase(swap.scratch()), options.connectTimeout()),
                            plan.toc().header());
                }
                Filling.Filled filled = filling.fill(plan, target.withDatabase(swap.scratch()), deadline, masking);
                if (filled.placeable(options)) {
                    new Looking(plan, filled.status(), deadline, around.log())
                            .at("it took its place", () -> server.renewed(Leftovers.lockIfFree(swap.scratch())));
                    new DatabaseProperties(server, database, options, around.log())
                            .apply(swap.scratch(), filled.status());
                }
                if (filled.placeable(options)) {
                    around.progress().step("swapping");
                    swap.swap(
                            plan.way() == Way.SWAP,
                            options.placement().terminate(),
                            database.comments(target.database()));
                    done = true;
                    filled = filled.and(reachable(plan, filled, deadline, server));
                }
                return new Done(filled, done);
            } finally {
                if (!done) {
                    around.log().accept("dropping " + swap.scratch() + ", which is not right");
                    discard(swap);
                }
            }
        }
    }

    /// Whether the database that was restored answers to its name.
    private CheckResult reachable(DatabasePlan plan, Filling.Filled filled, Deadline deadline, TargetServer server)
            throws IOException {
        String subject = "connection to " + plan.target();
        try {
            String oid = server.oid(target.database());
            String answered = new Looking(plan, filled.status(), deadline, around.log())
                    .at("it was connected to by its name", this::answering);
            around.log().accept(answered.equals(oid) ? "reachable by its name" : "another database answers");
            return answered.equals(oid)
                    ? CheckResult.pass(subject, "the restored database answers")
                    : CheckResult.fail(subject, "another database answers by that name");
        } catch (HoldfastException | SQLException e) {
            around.log().accept("not reachable by its name: " + e.getMessage());
            return CheckResult.fail(subject, "it is in place and does not answer: " + e.getMessage());
        }
    }

    private String answering() throws IOException {
        try (Connection connection = new Connections(target, options.connectTimeout()).openForRestore("UTF8")) {
            return Rows.one(
                    connection, "SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()");
        } catch (SQLException e) {
            throw new IOException("cannot ask " + target.display() + ": " + FirstLine.of(e), e);
        }
    }

    /// What has failed already is told anyway; that it cannot be tidied up is for the log.
    private void discard(DatabaseSwap swap) {
        try {
            swap.server().renewed(Leftovers.lockIfFree(swap.scratch()));
            Subscriptions.drop(new Connections(target.withDatabase(swap.scratch()), options.connectTimeout()));
            swap.dropScratch();
        } catch (IOException | HoldfastException e) {
            around.log().accept(e.getMessage() + "; the next restore into that server drops it");
        }
    }
}
