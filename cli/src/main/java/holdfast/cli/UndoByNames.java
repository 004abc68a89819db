package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.repository.Manifests;
import holdfast.source.postgres.restore.DatabaseUndo;
import holdfast.source.postgres.restore.DatabaseUndo.Way;
import holdfast.source.postgres.restore.KeptDatabase;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A restore of PostgreSQL databases taken back by changing names, where all that it replaced is
/// still on the servers: quick whatever their size, and what was restored is kept too.
final class UndoByNames {
    private record One(DatabaseRestores.Wanted wanted, DatabaseUndo undo, DatabaseUndo.Plan plan) {}

    private final Session session;
    private final Snapshot safety;
    private final List<One> databases;

    private UndoByNames(Session session, Snapshot safety, List<One> databases) {
        this.session = session;
        this.safety = safety;
        this.databases = List.copyOf(databases);
    }

    /// @param safety what was taken before the restore
    /// @return nothing when anything has to come from that snapshot: files, or a database that is
    ///     not on its server any more
    static Optional<UndoByNames> of(Session session, OpenRepository open, Snapshot safety, DatabaseWish wish)
            throws IOException {
        boolean others = Manifests.read(open.repository(), safety)
                .filter(manifest ->
                        manifest.sources().stream().allMatch(source -> source.kind() == SourceKind.POSTGRES_DATABASE))
                .isEmpty();
        if (others) {
            return Optional.empty();
        }
        List<One> all = new ArrayList<>();
        for (DatabaseRestores.Wanted wanted : wish.of(open.repository(), safety)) {
            Optional<KeptDatabase> kept = KeptDatabase.of(wanted.source());
            if (kept.isEmpty()) {
                return Optional.empty();
            }
            DatabaseUndo undo = new DatabaseUndo(
                    wanted.target(),
                    kept.get(),
                    wish.options().placement().terminate(),
                    wish.options().connectTimeout());
            Optional<DatabaseUndo.Plan> plan = undo.plan();
            if (plan.isEmpty()) {
                session.console()
                        .note("the database "
                                + Console.safe(kept.get().name())
                                + ", which the restore kept, cannot be used: the safety snapshot is restored");
                return Optional.empty();
            }
            all.add(new One(wanted, undo, plan.get()));
        }
        // an undo that broke off between two databases goes on
        boolean back = all.stream().anyMatch(one -> one.plan().way() == Way.BACK);
        all.removeIf(one -> back && one.plan().way() == Way.FORTH);
        return all.isEmpty() ? Optional.empty() : Optional.of(new UndoByNames(session, safety, all));
    }

    /// @return the exit code
    int run(RestoreAction.Consent consent) throws IOException {
        Console console = session.console();
        long start = session.clock().millis();
        console.note((consent.dryRun() ? "would take" : "taking") + " back "
                + (databases.getFirst().plan().way() == Way.BACK ? "the restore" : "the undo of the restore")
                + " before which snapshot " + safety.id().brief() + " of "
                + safety.time().truncatedTo(ChronoUnit.SECONDS) + " was taken, by changing names");
        for (One one : databases) {
            DatabaseUndo.Plan plan = one.plan();
            console.note("  rename " + Console.safe(plan.comes()) + " to be " + Console.safe(plan.target()));
            if (!plan.goes().isEmpty()) {
                console.note("    what is there now stays as database " + Console.safe(plan.goes()));
            }
            plan.otherSessions().forEach(other -> console.note("    ends the session of " + Console.safe(other)));
        }
        if (consent.dryRun()) {
            console.document(
                    new RestoreAction.PlanDocument("plan", safety.id().hex(), List.of(), 0, 0, plans(), false));
            return ExitCode.DONE;
        }
        session.confirmation().require(consent.question(), consent.yes());
        for (One one : databases) {
            DatabaseUndo.Plan plan = one.plan();
            one.undo().run(plan);
            console.line(Console.safe(plan.target()) + " is again what was kept as " + Console.safe(plan.comes()));
            if (!plan.goes().isEmpty()) {
                console.line("what was there is kept as database " + Console.safe(plan.goes()));
            }
        }
        console.note("'holdfast undo' changes the names again; DROP DATABASE drops what you do not need any more");
        console.document(summary((session.clock().millis() - start) / 1000.0));
        return ExitCode.DONE;
    }

    private List<DatabaseRestores.PlanDocument> plans() {
        return databases.stream()
                .map(one -> new DatabaseRestores.PlanDocument(
                        one.wanted().source().location(),
                        one.plan().target(),
                        "rename",
                        one.plan().goes(),
                        0,
                        0,
                        0,
                        0,
                        -1,
                        List.of(),
                        one.plan().otherSessions(),
                        "",
                        Map.of(),
                        List.of()))
                .toList();
    }

    private RestoreAction.Document summary(double seconds) {
        List<DatabaseReport.Document> documents = databases.stream()
                .map(one -> new DatabaseReport.Document(
                        one.wanted().source().location(),
                        one.plan().target(),
                        "completed",
                        one.plan().goes(),
                        "",
                        Map.of(),
                        List.of(),
                        0,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        seconds))
                .toList();
        Instant now = session.clock().instant();
        return new RestoreAction.Document(
                "summary",
                RestoreAction.newId(),
                now.minusMillis((long) (seconds * 1000)),
                now,
                safety.id().hex(),
                "completed",
                "",
                List.of(),
                List.of(),
                0,
                0,
                0,
                List.of(),
                false,
                seconds,
                List.of(),
                List.of(),
                documents);
    }
}
