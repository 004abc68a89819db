package holdfast.cli;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// Every command, in the order in which the help lists them. Reading all their options takes longer than all else at
/// the start of a short run, so that it is done for those only that the command line names.
final class Commands {
    /// @param making makes the object with its options
    /// @param parts of commands that have commands of their own; none for others
    private record Entry(Class<?> type, Function<Session, Object> making, Function<Session, List<Object>> parts) {
        static Entry of(Class<?> type, Function<Session, Object> making) {
            return new Entry(type, making, _ -> List.of());
        }

        String name() {
            return annotation().name();
        }

        private CommandLine.Command annotation() {
            return type.getAnnotation(CommandLine.Command.class);
        }

        CommandLine whole(Session session) {
            CommandLine line = new CommandLine(making.apply(session));
            parts.apply(session).forEach(line::addSubcommand);
            return line;
        }

        /// Enough for the list of commands, and to find the nearest name.
        CommandLine named() {
            CommandSpec spec = CommandSpec.create().name(name());
            spec.usageMessage().description(annotation().description());
            return new CommandLine(spec);
        }
    }

    private static final List<Entry> ALL = List.of(
            Entry.of(InitCommand.class, InitCommand::new),
            Entry.of(BackupCommand.class, BackupCommand::new),
            Entry.of(SnapshotsCommand.class, SnapshotsCommand::new),
            Entry.of(ShowCommand.class, ShowCommand::new),
            Entry.of(LsCommand.class, LsCommand::new),
            Entry.of(DiffCommand.class, DiffCommand::new),
            Entry.of(StatsCommand.class, StatsCommand::new),
            Entry.of(VerifyCommand.class, VerifyCommand::new),
            Entry.of(RestoreCommand.class, RestoreCommand::new),
            Entry.of(UndoCommand.class, UndoCommand::new),
            Entry.of(CopyCommand.class, CopyCommand::new),
            Entry.of(TagCommand.class, TagCommand::new),
            Entry.of(RewriteCommand.class, RewriteCommand::new),
            Entry.of(ForgetCommand.class, ForgetCommand::new),
            Entry.of(PruneCommand.class, PruneCommand::new),
            Entry.of(CheckCommand.class, CheckCommand::new),
            new Entry(RepairCommand.class, _ -> new RepairCommand(), RepairCommand::parts),
            Entry.of(RecoverCommand.class, RecoverCommand::new),
            Entry.of(DoctorCommand.class, DoctorCommand::new),
            Entry.of(ExportCommand.class, ExportCommand::new),
            new Entry(StashCommand.class, _ -> new StashCommand(), StashCommand::parts),
            Entry.of(UnlockCommand.class, UnlockCommand::new),
            new Entry(KeyCommand.class, _ -> new KeyCommand(), KeyCommand::parts),
            Entry.of(DemoCommand.class, DemoCommand::new),
            Entry.of(SelftestCommand.class, SelftestCommand::new),
            Entry.of(CompletionCommand.class, CompletionCommand::new),
            Entry.of(ManualCommand.class, ManualCommand::new),
            Entry.of(VersionCommand.class, VersionCommand::new));

    /// Those that tell of all others.
    private static final Set<String> TELLING = Set.of("completion", "manual");

    private Commands() {}

    /// With all their options.
    static List<CommandLine> all(Session session) {
        return ALL.stream().map(entry -> entry.whole(session)).toList();
    }

    /// With all their options as far as a word of the command line may mean them; the others by name.
    static List<CommandLine> named(Session session, Set<String> words) {
        if (TELLING.stream().anyMatch(words::contains)) {
            return all(session);
        }
        return ALL.stream()
                .map(entry -> words.contains(entry.name()) ? entry.whole(session) : entry.named())
                .toList();
    }
}
