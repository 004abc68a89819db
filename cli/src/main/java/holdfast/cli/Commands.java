package holdfast.cli;

import java.util.List;
import picocli.CommandLine;

/// Every command, in the order in which the help lists them.
final class Commands {
    private Commands() {}

    static List<CommandLine> all(Session session) {
        CommandLine key = new CommandLine(new KeyCommand());
        KeyCommand.parts(session).forEach(key::addSubcommand);
        CommandLine stash = new CommandLine(new StashCommand());
        StashCommand.parts(session).forEach(stash::addSubcommand);
        return List.of(
                new CommandLine(new InitCommand(session)),
                new CommandLine(new BackupCommand(session)),
                new CommandLine(new SnapshotsCommand(session)),
                new CommandLine(new ShowCommand(session)),
                new CommandLine(new LsCommand(session)),
                new CommandLine(new DiffCommand(session)),
                new CommandLine(new StatsCommand(session)),
                new CommandLine(new VerifyCommand(session)),
                new CommandLine(new RestoreCommand(session)),
                new CommandLine(new UndoCommand(session)),
                new CommandLine(new TagCommand(session)),
                new CommandLine(new ForgetCommand(session)),
                new CommandLine(new PruneCommand(session)),
                new CommandLine(new CheckCommand(session)),
                new CommandLine(new ExportCommand(session)),
                stash,
                new CommandLine(new UnlockCommand(session)),
                key,
                new CommandLine(new DemoCommand(session)),
                new CommandLine(new SelftestCommand(session)),
                new CommandLine(new VersionCommand(session)));
    }
}
