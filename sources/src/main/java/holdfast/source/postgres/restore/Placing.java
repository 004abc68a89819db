package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.restore.DatabasePlan.Way;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where a dump can go: what stands in its place, and what of the dump fits beside it. Looks only.
/// Used by one thread.
final class Placing {
    private static final int NAMED = 5;

    private final ConnectionTarget target;
    private final RestoreOptions options;
    /// Numbers of the server processes that were ours, and may need a moment to end.
    private final Set<String> own = new HashSet<>();

    Placing(ConnectionTarget target, RestoreOptions options) {
        this.target = target;
        this.options = options;
    }

    /// Who has the database open.
    ///
    /// @throws HoldfastException.PreCheckFailed when they may not be ended
    Set<String> sessions(TargetServer server) throws IOException {
        List<TargetServer.Session> others = server.sessions(target.database(), own);
        if (!others.isEmpty() && !options.placement().terminate()) {
            throw Renaming.inUse(target.database(), others);
        }
        return others.stream().map(TargetServer.Session::toString).collect(Collectors.toCollection(TreeSet::new));
    }

    /// @throws HoldfastException.PreCheckFailed when there is none that is allowed
    Way way(TargetServer server, TargetServer.Facts facts) throws IOException {
        String display = target.display();
        boolean part = options.content().selects() || options.content().part().dataOnly();
        if (!facts.exists()) {
            if (options.content().part().dataOnly()) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot load rows into " + display + ": there is no such database",
                        "restore everything with --create");
            }
            if (!options.placement().create()) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot restore into " + display + ": there is no such database", "add --create to make it");
            }
            requireCreate(facts, "create " + display);
            return Way.CREATE;
        }
        if (part || state().objects() == 0) {
            return Way.INTO;
        }
        if (options.content().part() == RestoreOptions.Part.SCHEMA_ONLY) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore the schema alone into " + display + ": it is not empty, and its rows would go",
                    "name an empty database, or one to --create, by --target");
        }
        if (!options.placement().replace()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore into " + display + ": it is not empty",
                    "name an empty database, or one to --create; --overwrite replaces this one and keeps it under"
                            + " another name");
        }
        return obstacle(server, facts).isPresent() ? Way.INSIDE : Way.SWAP;
    }

    /// Why the database cannot be replaced as a whole, and what could be done.
    private record Obstacle(String reason, String hint) {}

    private Optional<Obstacle> obstacle(TargetServer server, TargetServer.Facts facts) {
        if (!facts.mayCreate()) {
            return Optional.of(new Obstacle(
                    "this role may not create databases",
                    "ALTER ROLE … CREATEDB, or restore into an empty database by --target"));
        }
        if (!facts.superuser() && !facts.owner()) {
            return Optional.of(new Obstacle(
                    "this role does not own it, so may not rename it",
                    "restore as its owner, or into an empty database by --target"));
        }
        if (!server.beside(target)) {
            return Optional.of(new Obstacle(
                    "no other database of that server lets us in",
                    "allow connections to the database postgres, or restore into an empty one by --target"));
        }
        return Optional.empty();
    }

    /// How what is in the database can be replaced, when it cannot be as a whole.
    ///
    /// @param warnings gets why it is done so, and what that means
    /// @throws HoldfastException.PreCheckFailed when neither can be
    InsidePlan inside(
            TargetServer server, TargetServer.Facts facts, List<TocEntry> chosen, Instant now, List<String> warnings)
            throws IOException {
        Obstacle why = obstacle(server, facts).orElseThrow();
        try (Connection connection = new Connections(target, options.connectTimeout()).openForRestore("UTF8")) {
            InsideChecks.Answer answer = new InsideChecks(connection, chosen).answer(now);
            if (answer.plan().isEmpty()) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot replace " + target.display() + ": " + why.reason()
                                + "; nor can what is in it be replaced: " + answer.obstacle(),
                        why.hint());
            }
            requireRoom(
                    new InsideLocks(
                                    connection,
                                    answer.plan().get(),
                                    answer.plan().get().entries(chosen))
                            .answer(),
                    why);
            warnings.add(why.reason() + ": so what is in " + target.display()
                    + " is replaced, in one transaction, by one session; who writes into it waits until then");
            if (!answer.plan().get().emptied().isEmpty()) {
                warnings.add("who reads what is in "
                        + String.join(", ", answer.plan().get().emptied().keySet()) + " waits too");
            }
            return answer.plan().get();
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + FirstLine.of(e), e);
        }
    }

    private void requireRoom(InsideLocks.Answer locks, Obstacle why) {
        if (!locks.fits()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot replace what is in " + target.display() + ": " + why.reason()
                            + ", so it is one transaction,"
                            + " which needs up to " + locks.needed() + " locks; the server has room for "
                            + locks.room(),
                    "raise its max_locks_per_transaction from " + locks.setting() + " to " + locks.wanted()
                            + " and restart it; or " + why.hint());
        }
    }

    private void requireCreate(TargetServer.Facts facts, String what) {
        if (!facts.mayCreate()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot " + what + ": this role may not create databases",
                    "ALTER ROLE … CREATEDB, or restore into an empty database by --target");
        }
    }

    @Nullable
    DatabaseState stateIf(boolean exists) throws IOException {
        return exists ? state() : null;
    }

    DatabaseState state() throws IOException {
        try (Connection connection = new Connections(target, options.connectTimeout()).openForRestore("UTF8")) {
            own.add(Rows.one(connection, "SELECT pg_catalog.pg_backend_pid()"));
            return DatabaseState.of(connection);
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + FirstLine.of(e), e);
        }
    }

    /// What of the chosen entries can go into a database that is there, beside what it has.
    /// @param emptied gets the tables whose rows will go
    List<TocEntry> fitting(TableOfContents toc, List<TocEntry> chosen, List<String> emptied) throws IOException {
        DatabaseState state = state();
        boolean dataOnly = options.content().part().dataOnly();
        List<String> tables = chosen.stream()
                .filter(entry -> entry.is(dataOnly ? TocEntry.TABLE_DATA : TocEntry.TABLE))
                .map(Loading::name)
                .toList();
        List<String> wrong = tables.stream()
                .filter(table -> state.tables().contains(table) != dataOnly)
                .toList();
        if (!wrong.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore into " + target.display() + ": it "
                            + (dataOnly ? "does not have " : "has already ")
                            + String.join(", ", wrong.stream().limit(NAMED).toList()),
                    dataOnly
                            ? "restore the table itself, without --data-only"
                            : "drop or rename it first, or load only its rows by --data-only");
        }
        if (dataOnly) {
            boolean replaced = options.content().part() == RestoreOptions.Part.DATA_REPLACED;
            ExistingTables.in(target, options, Set.copyOf(tables))
                    .check(target.display(), Set.copyOf(tables), replaced);
            fit(toc, chosen);
            emptied.addAll(replaced ? tables : List.of());
        }
        return dataOnly ? chosen : withSchemas(toc, chosen, state.schemas());
    }

    private void fit(TableOfContents toc, List<TocEntry> chosen) throws IOException {
        try (Connection connection = new Connections(target, options.connectTimeout()).openForRestore("UTF8")) {
            List<String> misfits =
                    new TargetColumns(connection, toc, options.content().names()).misfits(chosen);
            if (!misfits.isEmpty()) {
                String more = misfits.size() > NAMED ? "; and " + (misfits.size() - NAMED) + " more" : "";
                throw new HoldfastException.PreCheckFailed(
                        "cannot load rows into " + target.display() + ": "
                                + String.join(
                                        "; ", misfits.stream().limit(NAMED).toList()) + more,
                        "undo the change of that table first, or restore the table itself beside it by --remap-schema"
                                + " or into another database");
            }
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + FirstLine.of(e), e);
        }
    }

    /// What is chosen, with the schemas it lies in, without those that are there.
    static List<TocEntry> withSchemas(TableOfContents toc, List<TocEntry> chosen, Set<String> there) {
        Set<String> used =
                chosen.stream().map(entry -> String.valueOf(entry.namespace())).collect(Collectors.toSet());
        Set<TocEntry> taken = new HashSet<>(chosen);
        return toc.entries().stream()
                .filter(entry -> entry.is("SCHEMA")
                        ? (taken.contains(entry) || used.contains(String.valueOf(entry.tag())))
                                && !there.contains(String.valueOf(entry.tag()))
                        : taken.contains(entry))
                .toList();
    }
}
