package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.io.DurableFiles;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repair.PackPlan;
import holdfast.repair.PackRepair;
import holdfast.repair.PackRepairResult;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "packs",
        description = {
            "Save what is intact of damaged packs, and remove them.",
            "",
            "Every blob of them that is still what it was is stored anew; then the packs leave the index and the"
                    + " repository. Without --read-data only packs of a wrong length are found."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast repair packs --read-data --dry-run    read everything, and name the damaged ones",
            "  holdfast repair packs --read-data --copies-to ./damaged",
            "  holdfast repair packs data/1f2e3d4c            the one that 'check' named"
        })
final class RepairPacksCommand implements Callable<Integer> {
    /// What `repair packs --json` prints.
    ///
    /// @param result null for a dry run
    record Document(String messageType, boolean dryRun, PackPlan plan, Optional<PackRepairResult> result) {}

    private static final String PREFIX = "data/";

    private final Session session;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Show which packs are damaged, change nothing")
    private boolean dryRun;

    @Option(names = "--read-data", description = "Read every pack to find those that are damaged inside")
    private boolean readData;

    @Option(
            names = "--copies-to",
            paramLabel = "FOLDER",
            description = "Put a copy of every pack that is removed into this folder")
    private @Nullable Path copies;

    @Parameters(
            arity = "0..*",
            paramLabel = "PACK",
            description = "A pack's id or the beginning of it. Default: those that are found to be damaged")
    private final List<String> wanted = new ArrayList<>();

    RepairPacksCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Optional<PackRepairResult> result = Optional.empty();
        PackPlan plan;
        try (OpenRepository open = session.open();
                HeldLock lock = dryRun ? open.lockToRead() : open.lockToDelete()) {
            Progress progress = new Progress();
            PackRepair repair = new PackRepair(open.repository(), progress);
            try (ProgressLine _ = session.console().follow(progress)) {
                plan = repair.plan(named(open), readData);
                if (!dryRun) {
                    result = Optional.of(repair.apply(
                            plan, this::keep, Objects.requireNonNull(lock.lock(), "deleting needs a lock")));
                }
            }
        }
        print(plan, result);
        session.console().document(new Document("packs_repaired", dryRun, plan, result));
        boolean done = result.map(PackRepairResult::kept).orElse(List.of()).isEmpty();
        return done ? ExitCode.DONE : ExitCode.INCOMPLETE;
    }

    private List<ObjectId> named(OpenRepository open) throws IOException {
        List<StoredFile> files = wanted.isEmpty() ? List.of() : open.storage().listAll(PREFIX);
        List<ObjectId> named = new ArrayList<>();
        for (String text : wanted) {
            String name = PREFIX + text.strip().toLowerCase(Locale.ROOT).replaceFirst("^" + PREFIX, "");
            List<String> fitting = files.stream()
                    .map(StoredFile::name)
                    .filter(file -> file.startsWith(name) && name.length() > PREFIX.length())
                    .toList();
            if (fitting.size() != 1) {
                throw new HoldfastException.PreCheckFailed(
                        "\"" + text + "\" names " + (fitting.isEmpty() ? "no pack" : fitting.size() + " packs") + " in "
                                + open.storage().location(),
                        "`holdfast check --read-data` names the damaged ones");
            }
            named.add(ObjectId.parse(fitting.getFirst().substring(PREFIX.length())));
        }
        return named;
    }

    private void keep(ObjectId pack, ByteBuffer content) throws IOException {
        if (copies != null) {
            Path folder = session.world().folder().resolve(copies);
            DurableFiles.createFolders(folder);
            DurableFiles.write(folder.resolve("pack-" + pack), content);
        }
    }

    private void print(PackPlan plan, Optional<PackRepairResult> result) {
        Console console = session.console();
        for (PackPlan.Suspect pack : plan.suspects()) {
            console.line("damaged: data/" + pack.pack() + ", " + Sizes.format(pack.bytes()) + ": " + pack.why());
        }
        if (plan.packsRead() > 0) {
            console.note("read " + Count.of(plan.packsRead(), "pack"));
        }
        if (plan.suspects().isEmpty()) {
            console.line("no damaged packs" + (readData ? "" : ", as far as their lengths tell"));
            return;
        }
        if (result.isEmpty()) {
            console.line(
                    "would save what is intact of " + Count.of(plan.suspects().size(), "pack") + " and remove them");
            return;
        }
        PackRepairResult done = result.get();
        done.kept().forEach(why -> console.warn("left as it is: " + Console.safe(why)));
        console.line("saved %s, removed %s, lost %s"
                .formatted(
                        Count.of(done.salvaged(), "blob"),
                        Count.of(done.removed().size(), "pack"),
                        Count.of(done.lost(), "blob")));
        if (done.lost() > 0) {
            console.hint("back up again: what is still there is stored anew; then `holdfast check` tells what is lost,"
                    + " and `holdfast repair snapshots` makes the best of it");
        }
    }
}
