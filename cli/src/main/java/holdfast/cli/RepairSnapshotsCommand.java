package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.ProgressLine;
import holdfast.model.Count;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repair.Loss;
import holdfast.repair.SnapshotPlan;
import holdfast.repair.SnapshotRepair;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SnapshotFilter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "snapshots",
        description = {
            "Make snapshots of what is left of damaged ones.",
            "",
            "Files that lost something are cut, folders whose content is lost become empty, and each is named. A"
                    + " database that lost something is marked as damaged, and nothing that was proven counts for the"
                    + " new snapshot. The damaged snapshots stay unless --forget is given. What another backup stores"
                    + " again heals snapshots without any loss: back up before you repair.",
            "",
            "Of a snapshot whose own file is damaged nothing is left; --forget removes it if it is named."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast repair snapshots --dry-run            what is lost, and where",
            "  holdfast repair snapshots",
            "  holdfast repair snapshots --forget             and remove the damaged ones",
            "  holdfast repair snapshots --forget 5a1c3e77"
        })
final class RepairSnapshotsCommand implements Callable<Integer> {
    /// What `repair snapshots --json` prints.
    ///
    /// @param intact number of snapshots that lost nothing
    /// @param unreadable snapshots whose own file is damaged
    /// @param removed those of them that were, or would be, removed
    record Document(
            String messageType,
            boolean dryRun,
            long intact,
            List<Entry> repaired,
            List<ObjectId> unreadable,
            List<ObjectId> removed) {}

    /// @param newId null for a dry run, and when nothing is left
    /// @param changes number of places that are changed; `places` are the first ones
    /// @param forgotten whether the damaged one is gone, or would be
    record Entry(
            String id,
            @Nullable String newId,
            Instant time,
            SnapshotPlan.Fate fate,
            long changes,
            long lost,
            List<Place> places,
            boolean forgotten) {}

    record Place(String path, Loss.Kind kind, long bytesKept, long bytes) {}

    private static final int SHOWN_MAX = 20;

    private final Session session;

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show what is lost, change nothing")
    private boolean dryRun;

    @Option(names = "--forget", description = "Remove the damaged snapshots once the new ones are stored")
    private boolean forget;

    @Parameters(
            arity = "0..*",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or the beginning of one, or a time. Default: all that the filters leave")
    private final List<String> wanted = new ArrayList<>();

    RepairSnapshotsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToDelete()) {
            return run(open.repository(), lock.lock());
        }
    }

    private int run(Repository repository, @Nullable Lock lock) throws IOException {
        Set<ObjectId> unreadable = unreadable(repository);
        Set<ObjectId> removed = new LinkedHashSet<>();
        List<Snapshot> snapshots = select(repository, unreadable, removed);
        Progress progress = new Progress();
        SnapshotRepair repair = new SnapshotRepair(repository, progress);
        SnapshotPlan plan;
        List<SnapshotRepair.Result> results = List.of();
        try (ProgressLine _ = session.console().follow(progress)) {
            plan = repair.plan(snapshots);
            if (!dryRun) {
                Lock held = Objects.requireNonNull(lock, "deleting needs a lock");
                results = repair.apply(plan, forget, held);
                for (ObjectId id : removed) {
                    held.check();
                    repository.delete(id);
                }
            }
        }
        report(plan, results, unreadable, removed);
        return removed.containsAll(unreadable) ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private static Set<ObjectId> unreadable(Repository repository) throws IOException {
        Set<ObjectId> ids = new LinkedHashSet<>();
        repository.storage().listAll("snapshots/").stream()
                .map(file -> file.name().substring("snapshots/".length()))
                .filter(ObjectId::isId)
                .sorted()
                .forEach(id -> ids.add(ObjectId.parse(id)));
        repository.snapshots(_ -> {}).forEach(snapshot -> ids.remove(snapshot.id()));
        return ids;
    }

    /// @param removed takes the unreadable ones that are named and go
    private List<Snapshot> select(Repository repository, Set<ObjectId> unreadable, Set<ObjectId> removed)
            throws IOException {
        if (wanted.isEmpty()) {
            return repository.readableSnapshots().stream()
                    .filter(filter.filter(repository)::admits)
                    .toList();
        }
        SnapshotFilter fitting = filter.filter(repository);
        Set<Snapshot> named = new LinkedHashSet<>();
        for (String one : wanted) {
            Optional<ObjectId> broken = unreadable.stream()
                    .filter(id -> forget
                            && id.hex().startsWith(one.strip())
                            && one.strip().length() >= 8)
                    .findFirst();
            if (broken.isPresent()) {
                removed.add(broken.get());
            } else {
                named.add(repository.find(one, fitting, session.zone()));
            }
        }
        return List.copyOf(named);
    }

    private void report(
            SnapshotPlan plan, List<SnapshotRepair.Result> results, Set<ObjectId> unreadable, Set<ObjectId> removed) {
        Console console = session.console();
        Map<ObjectId, SnapshotRepair.Result> done = new HashMap<>();
        results.forEach(result -> done.put(result.before().id(), result));
        List<Entry> entries = new ArrayList<>();
        for (SnapshotPlan.Repair one : plan.repairs()) {
            SnapshotRepair.Result result = done.get(one.snapshot().id());
            Optional<Snapshot> made = result == null ? one.repaired() : result.after();
            boolean goes = result == null ? forget : result.forgotten();
            print(one, made, goes);
            entries.add(entry(one, made, goes));
        }
        for (ObjectId id : unreadable) {
            boolean goes = removed.contains(id);
            console.line("snapshot " + id.brief() + ": its own file is damaged" + fate(goes));
            if (!goes) {
                console.hint(
                        "put back a good copy of snapshots/" + id + "; else `holdfast recover` looks for its files,"
                                + " and `holdfast repair snapshots --forget " + id.brief() + "` gives it up");
            }
        }
        console.line("%s intact, %s %s"
                .formatted(
                        Count.of(plan.intact(), "snapshot"),
                        plan.repairs().size(),
                        dryRun ? "damaged" : "damaged until now"));
        console.document(new Document(
                "snapshots_repaired", dryRun, plan.intact(), entries, List.copyOf(unreadable), List.copyOf(removed)));
    }

    private String fate(boolean goes) {
        return !goes ? "; it stays" : dryRun ? "; it would be removed" : "; it is removed";
    }

    private static Entry entry(SnapshotPlan.Repair one, Optional<Snapshot> made, boolean goes) {
        List<Place> places = one.places().stream()
                .map(loss -> new Place(loss.path(), loss.kind(), loss.kept(), loss.bytes()))
                .toList();
        return new Entry(
                one.snapshot().id().hex(),
                made.map(snapshot -> snapshot.id().hex()).orElse(null),
                one.snapshot().time(),
                one.fate(),
                one.changes(),
                one.lost(),
                places,
                goes);
    }

    private void print(SnapshotPlan.Repair one, Optional<Snapshot> made, boolean goes) {
        Console console = session.console();
        console.line("snapshot " + one.snapshot().id().brief() + " of "
                + session.time(one.snapshot().time()) + ", "
                + Console.safe(String.join(", ", one.snapshot().paths())) + ":");
        one.places().stream()
                .limit(SHOWN_MAX)
                .forEach(loss -> console.line("  " + Console.safe(loss.path()) + ": " + loss.text()));
        if (one.changes() > SHOWN_MAX) {
            console.line("  and " + (one.changes() - SHOWN_MAX) + " more");
        }
        console.line("  " + outcome(one, made) + fate(goes));
    }

    private static String outcome(SnapshotPlan.Repair one, Optional<Snapshot> made) {
        if (one.fate() == SnapshotPlan.Fate.NOTHING_LEFT) {
            return "nothing is left of it";
        }
        if (made.isEmpty()) {
            return "what is left would become a snapshot";
        }
        String id = made.get().id().brief();
        if (made.get().id().equals(one.snapshot().id())) {
            return "it is whole again";
        }
        return one.fate() == SnapshotPlan.Fate.REPAIRED_BEFORE
                ? "what is left was made snapshot " + id + " before"
                : "what is left is snapshot " + id;
    }
}
