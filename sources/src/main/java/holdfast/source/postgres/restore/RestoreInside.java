package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Restores inside a database that holds something else, for who may not have a second one: all in
/// one transaction, by one session. When it is committed the result is verified, and taken back if
/// it is not right. Used by one thread.
record RestoreInside(
        ConnectionTarget target, RestoreOptions options, DatabaseRestore.Surroundings around, InsidePlan inside) {
    /// @throws HoldfastException when it cannot go on; what is in the database is as it was
    RestoreBeside.Done run(DatabasePlan plan, Filling filling, Deadline deadline) throws IOException {
        Connections connections = new Connections(target, options.connectTimeout(), options.timeout());
        if (options.placement().terminate()) {
            try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
                server.endSessions(List.of(server.oid(target.database())));
            } catch (SQLException e) {
                throw new IOException("cannot end the sessions: " + FirstLine.of(e), e);
            }
        }
        RestoreStatus status = load(plan, filling, connections, deadline);
        if (status.failed() > 0) {
            return new RestoreBeside.Done(new Filling.Filled(status, List.of(), List.of()), false);
        }
        Filling.Filled filled;
        try {
            filled = filling.look(plan, connections, deadline, status);
        } catch (IOException | RuntimeException e) {
            takeBackAfter(e, plan, connections);
            throw e;
        }
        boolean right = filled.placeable(options);
        if (!right) {
            around.log().accept("taking back what was restored, which is not right");
            takeBack(plan, connections);
        }
        return new RestoreBeside.Done(filled, right);
    }

    /// @throws HoldfastException.Failed when that fails too
    private void takeBackAfter(Exception failure, DatabasePlan plan, Connections connections) {
        around.log().accept("taking back what was restored, which is not verified");
        try {
            takeBack(plan, connections);
        } catch (IOException | HoldfastException e) {
            failure.addSuppressed(e);
            throw new HoldfastException.Failed(
                    failure.getMessage() + "; and it could not be taken back: " + e.getMessage(),
                    "what was restored stands in " + plan.target()
                            + ", not verified, and what was there before is kept beside it",
                    failure);
        }
    }

    private RestoreStatus load(DatabasePlan plan, Filling filling, Connections connections, Deadline deadline)
            throws IOException {
        RestoreStatus status = new RestoreStatus(around.tables());
        TargetSession.Manner manner = filling.manner(connections, deadline);
        try (Connection connection = connections.openForRestore("UTF8")) {
            InsideSwap swap = new InsideSwap(connection, plan.target(), inside);
            around.progress().step("locking");
            String transaction = swap.begin();
            TargetSession session = new TargetSession(connection, manner);
            try {
                filling.load(plan, () -> session, 1, manner, status);
                if (status.failed() == 0) {
                    around.progress().step("swapping");
                    swap.commit(transaction);
                }
            } catch (Sessions.Stopped _) {
                // its end takes back what it has done; the status says why
            }
        } catch (SQLException e) {
            throw new IOException("cannot restore inside " + plan.target() + ": " + FirstLine.of(e), e);
        }
        if (status.failed() > 0) {
            requireUndone(plan, connections);
        }
        return status;
    }

    private void requireUndone(DatabasePlan plan, Connections connections) throws IOException {
        try (Connection connection = connections.openForRestore("UTF8")) {
            new InsideSwap(connection, plan.target(), inside).requireUndone();
        } catch (SQLException e) {
            throw new IOException("cannot look into " + plan.target() + ": " + FirstLine.of(e), e);
        }
    }

    private void takeBack(DatabasePlan plan, Connections connections) throws IOException {
        Set<String> made = plan.entries().stream()
                .filter(entry -> entry.is("SCHEMA"))
                .map(TocEntry::tag)
                .map(String::valueOf)
                .collect(Collectors.toSet());
        try (Connection connection = connections.openForRestore("UTF8")) {
            new InsideSwap(connection, plan.target(), inside).takeBack(made, around.log());
        } catch (SQLException e) {
            throw new IOException("cannot take back what was restored: " + FirstLine.of(e), e);
        }
    }
}
