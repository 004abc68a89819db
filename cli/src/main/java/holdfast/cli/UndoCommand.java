package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.extract.PathFilter;
import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import holdfast.repository.Manifests;
import holdfast.repository.SnapshotFilter;
import holdfast.restore.RestoreRequest;
import holdfast.source.postgres.restore.RestoreOptions;
import holdfast.source.postgres.restore.UserQueries;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "undo",
        description = {
            "Take the last restore back: bring back what stood there before.",
            "",
            "Restores the latest safety snapshot in place. As this takes a safety snapshot too, a second undo undoes"
                    + " the first.",
            "A PostgreSQL database that the restore has kept on its server just gets its name again, and the restored"
                    + " one stays as NAME_undone_TIMESTAMP; a second undo changes the names again. --dry-run says which."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  holdfast undo --dry-run", "  holdfast undo --yes"})
final class UndoCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Say what would be done; touch nothing")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask")
    private boolean yes;

    @Option(names = "--terminate-connections", description = "End the sessions that have a PostgreSQL database open")
    private boolean terminate;

    @Mixin
    private final InUseOptions inUse = new InUseOptions();

    UndoCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        RestoreRequest request =
                new RestoreRequest(new RestoreRequest.Destination.InPlace(), PathFilter.ALL, false, true, true, true);
        try (OpenRepository open = session.open()) {
            Operations operations = new Operations(session, open);
            SnapshotFilter filter = new SnapshotFilter(
                    List.of(operations.host("")), List.of(List.of(Snapshot.BEFORE_RESTORE)), List.of());
            List<Snapshot> safety = open.repository().snapshots().stream()
                    .filter(filter::admits)
                    .toList();
            if (safety.isEmpty()) {
                throw new HoldfastException.PreCheckFailed(
                        "nothing to undo: there is no safety snapshot of this host",
                        "a restore in place takes one; 'holdfast snapshots' lists what there is");
            }
            RestoreAction.Consent consent =
                    new RestoreAction.Consent(dryRun, yes, true, question(open, safety.getLast()));
            Optional<UndoByNames> names = UndoByNames.of(session, open, safety.getLast(), wish());
            return names.isPresent()
                    ? names.get().run(consent)
                    : new RestoreAction(session, open, inUse.read())
                            .run(safety.getLast(), Optional.of(request), wish(), consent);
        }
    }

    /// Undo takes back the last restore that took a safety snapshot, which need not be the last one:
    /// so it says when that was, and what it replaced.
    private static String question(OpenRepository open, Snapshot safety) throws IOException {
        String what = Manifests.read(open.repository(), safety)
                .map(manifest -> manifest.sources().stream()
                        .map(source -> Console.safe(source.location()))
                        .collect(Collectors.joining(", ")))
                .filter(text -> !text.isEmpty())
                .orElseGet(() -> Console.safe(String.join(", ", safety.paths())));
        return "Take back the restore of " + safety.time().truncatedTo(ChronoUnit.SECONDS) + " over " + what + "?";
    }

    /// Databases go back to where they stood, whatever the environment says.
    private DatabaseWish wish() {
        RestoreOptions usual = RestoreOptions.DEFAULTS;
        return new DatabaseWish(
                session.environment(),
                true,
                Optional.empty(),
                "",
                PathFilter.ALL,
                usual.with(new RestoreOptions.Placement(true, true, terminate)),
                Optional.empty(),
                null,
                Optional.empty(),
                UserQueries.NONE,
                false,
                "",
                List.of());
    }
}
