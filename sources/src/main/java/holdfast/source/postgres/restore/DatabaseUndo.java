package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A restore that replaced a database, taken back by names alone: the kept database gets its name
/// again, and the restored one is kept in its turn, so that it can be brought forth again just so.
/// Used by one thread.
public final class DatabaseUndo {
    /// Which way the names change.
    public enum Way {
        /// The kept database becomes the live one.
        BACK,
        /// That has been done before: the restored database becomes the live one again.
        FORTH
    }

    private final ConnectionTarget target;
    private final KeptDatabase kept;
    private final boolean terminate;
    private final Duration connectTimeout;

    /// @param target the live database
    /// @param kept by the restore
    /// @param terminate whether sessions that have one of the two open are ended
    public DatabaseUndo(ConnectionTarget target, KeptDatabase kept, boolean terminate, Duration connectTimeout) {
        this.target = target.direct().orElse(target);
        this.kept = kept;
        this.terminate = terminate;
        this.connectTimeout = connectTimeout;
    }

    /// What will be done.
    ///
    /// @param target the live database, as a person knows it
    /// @param comes the database that will have its name
    /// @param goes name under which the one that is live now will be found; empty when there is
    ///     none
    /// @param otherSessions that will be ended
    public record Plan(String target, Way way, String comes, String goes, List<String> otherSessions) {
        public Plan {
            otherSessions = List.copyOf(otherSessions);
        }
    }

    /// Looks only.
    ///
    /// @return nothing when the kept database is not there any more, is another one by now, or may
    ///     not be renamed
    /// @throws HoldfastException.PreCheckFailed when one of the two is in use
    public Optional<Plan> plan() throws IOException {
        String live = target.database();
        String undone = DatabaseNames.undone(live, kept.name()).orElse("");
        try (TargetServer server = TargetServer.reach(target, connectTimeout)) {
            TargetServer.Facts facts = server.facts(live);
            boolean back = kept.oid().equals(server.oid(kept.name()));
            boolean forth = kept.oid().equals(facts.oid());
            String comes = back ? kept.name() : undone;
            String goes = back ? undone : kept.name();
            Set<String> there = facts.databases();
            if (undone.isEmpty()
                    || !(back || forth)
                    || there.contains(goes)
                    || !there.contains(comes)
                    || !server.beside(target)
                    || !mayRename(facts, server.facts(comes))) {
                return Optional.empty();
            }
            List<String> sessions = new ArrayList<>(sessions(server, live));
            sessions.addAll(sessions(server, comes));
            return Optional.of(new Plan(
                    target.display(), back ? Way.BACK : Way.FORTH, comes, facts.exists() ? goes : "", sessions));
        } catch (SQLException e) {
            throw new IOException("cannot look for what the restore has kept: " + FirstLine.of(e), e);
        }
    }

    private static boolean mayRename(TargetServer.Facts live, TargetServer.Facts comes) {
        boolean owner = comes.owner() && (live.owner() || !live.exists());
        return live.superuser() || (live.createDb() && owner);
    }

    private List<String> sessions(TargetServer server, String database) throws IOException {
        List<TargetServer.Session> others = server.sessions(database, Set.of());
        if (!others.isEmpty() && !terminate) {
            throw Renaming.inUse(database, others);
        }
        return others.stream().map(TargetServer.Session::toString).toList();
    }

    /// Changes the names, all in one transaction.
    ///
    /// @throws HoldfastException.PreCheckFailed when a database is in use; all is as it was
    public void run(Plan plan) throws IOException {
        String live = target.database();
        List<Renaming.Step> steps = new ArrayList<>();
        if (!plan.goes().isEmpty()) {
            steps.add(new Renaming.Step(live, plan.goes(), terminate));
        }
        steps.add(new Renaming.Step(plan.comes(), live, terminate));
        try (TargetServer server = TargetServer.reach(target, connectTimeout)) {
            new Renaming(server, live, steps, List.of()).run();
        }
    }
}
