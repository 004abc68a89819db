package holdfast.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The commands that repair a repository; each is a class of its own.
@Command(
        name = "repair",
        description = {
            "Make the best of a repository in which something is damaged.",
            "",
            "First of all put back good copies of what 'holdfast check --read-data' names, if another copy of the"
                    + " repository has some. Then repair the index, the packs and the snapshots, in this order, and check"
                    + " again. Disks and memory that damage files should be replaced before."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast check --read-data                     what is damaged, and what suffers",
            "  holdfast repair index",
            "  holdfast repair packs --read-data --copies-to ./damaged",
            "  holdfast repair snapshots --dry-run",
            "  holdfast repair snapshots --forget"
        })
final class RepairCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /// What it takes with its own commands, for [Commands].
    static List<Object> parts(Session session) {
        return List.of(
                new RepairIndexCommand(session), new RepairPacksCommand(session), new RepairSnapshotsCommand(session));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to repair: index, packs or snapshots");
    }
}
