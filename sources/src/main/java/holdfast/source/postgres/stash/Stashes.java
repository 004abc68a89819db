package holdfast.source.postgres.stash;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// In-database copies of tables: made, listed, restored and dropped, each in one transaction, so
/// that a failure or the death of this process changes nothing. Safe for use by many threads.
public final class Stashes {
    /// How databases are spoken to.
    ///
    /// @param connectTimeout for a connection
    /// @param lockTimeout how long to wait for tables that others have locked
    public record Options(Duration connectTimeout, Duration lockTimeout) {
        public static final Options DEFAULTS = new Options(Duration.ofSeconds(20), Duration.ofSeconds(60));
    }

    /// What a restore did.
    ///
    /// @param safety name of the stash that holds what was replaced; empty when none was wanted
    public record Restored(RestorePlan plan, String safety) {}

    private interface Work<T> {
        T with(StashSession session) throws SQLException;
    }

    private final ConnectionTarget target;
    private final Options options;
    private final InstantSource clock;
    private final Consumer<String> told;

    /// @param told of each step, and of whom is waited for; in words for people, names not
    /// escaped
    public Stashes(ConnectionTarget target, Options options, InstantSource clock, Consumer<String> told) {
        // a pooler may give each transaction another session
        this.target = target.direct().orElse(target);
        this.options = options;
        this.clock = clock;
        this.told = told;
    }

    private <T> T on(String what, Work<T> work) {
        Connections connections = new Connections(target, options.connectTimeout());
        try (StashSession session = StashSession.open(connections)) {
            return work.with(session);
        } catch (SQLException e) {
            throw Refusals.explained(what, e);
        }
    }

    private TableLocks locks(StashSession session) {
        return new TableLocks(session, options.lockTimeout(), told);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /// Copies tables as one REPEATABLE READ transaction sees them, and compares every copy with
    /// its original.
    ///
    /// @throws HoldfastException.PreCheckFailed when a pattern fits nothing, or a table cannot be
    /// read whole
    /// @throws HoldfastException.Locked when some table stays locked for too long
    /// @throws HoldfastException.Damaged when a copy is not what its original is
    public Stash create(StashRequest request) {
        return create(request, false);
    }

    /// As [#create] of what is about to be replaced: it never is the latest stash.
    public Stash keep(StashRequest request) {
        return create(request, true);
    }

    private Stash create(StashRequest request, boolean safety) {
        return on("cannot copy tables of " + target.display(), session -> {
            Tables tables = new Tables(session);
            List<Unit> units = tables.matching(request);
            locks(session)
                    .begin(
                            "REPEATABLE READ",
                            units.stream()
                                    .map(unit -> TableLocks.Wanted.of(unit, LockMode.ACCESS_SHARE))
                                    .toList());
            if (!tables.matching(request).equals(units)) {
                throw new HoldfastException.Failed(
                        "tables of " + target.display() + " were being changed; nothing was kept", "try again");
            }
            tables.requireReadableNames(units);
            tables.requireAllRowsVisible(units);
            StashWriter.About about = new StashWriter.About(now(), request.label(), request.operator(), safety);
            String name = new StashWriter(session, told).write(about, units);
            Stash stash = new StashCatalog(session).find(new StashChoice.Named(name));
            session.commit();
            return stash;
        });
    }

    /// Oldest first.
    public List<Stash> list() {
        return on("cannot list the stashes of " + target.display(), session -> new StashCatalog(session).all());
    }

    /// Those made longer ago than that, oldest first.
    public List<Stash> olderThan(Duration age) {
        return on(
                "cannot list the stashes of " + target.display(),
                session -> new StashCatalog(session).olderThan(age, clock.instant()));
    }

    /// @throws HoldfastException.PreCheckFailed when there is none
    public Stash find(StashChoice choice) {
        return on("cannot list the stashes of " + target.display(), session -> new StashCatalog(session).find(choice));
    }

    /// What a restore would do; touches nothing.
    ///
    /// @throws HoldfastException as [#restore]
    public RestorePlan plan(StashChoice choice, RestoreOptions how) {
        return on(
                "cannot restore " + choice, session -> new RestoreRun(session, locks(session), how, told).plan(choice));
    }

    /// Empties the tables of a stash and fills them with what it holds. Triggers and rules do not
    /// fire; rows of other tables stay as they are.
    ///
    /// @throws HoldfastException.PreCheckFailed when the tables as they are now do not take the
    /// rows, or rows of other tables would refer to nothing
    /// @throws HoldfastException.Damaged when a copy is not what was copied
    /// @throws HoldfastException.Locked when some table stays locked for too long
    public Restored restore(StashChoice choice, RestoreOptions how) {
        return on("cannot restore " + choice, session -> {
            RestoreRun.Outcome outcome = new RestoreRun(session, locks(session), how, told).run(choice, now());
            return new Restored(outcome.plan(), outcome.safety());
        });
    }

    /// Removes stashes, all or none of them. What is not theirs, such as a view on a copy, is not
    /// removed with them.
    ///
    /// @throws HoldfastException.PreCheckFailed when something else uses the copies, or lies in
    /// the schema
    public void drop(List<Stash> stashes) {
        on("cannot drop " + stashes.stream().map(Stash::name).collect(Collectors.joining(", ")), session -> {
            session.execute("SET LOCAL lock_timeout = "
                    + Math.max(1, options.lockTimeout().toMillis()));
            for (Stash stash : stashes) {
                Stream<String> own = Stream.of(StashWriter.ABOUT, StashWriter.CONTENTS, StashWriter.SEQUENCES);
                Stream<String> copies = stash.tables().stream().map(Stash.Table::copy);
                String tables = Stream.concat(own, copies)
                        .map(table -> new TableName(stash.name(), table).sql())
                        .collect(Collectors.joining(", "));
                session.execute("DROP TABLE " + tables);
                session.execute("DROP SCHEMA " + stash.sql());
            }
            session.commit();
            return stashes.size();
        });
    }
}
