package holdfast.cli;

import java.util.List;

/// Every command, in the order in which the help lists them.
final class Commands {
    private Commands() {}

    static List<Object> all(Session session) {
        return List.of(
                new BackupCommand(session),
                new ShowCommand(session),
                new VerifyCommand(session),
                new RestoreCommand(session),
                new UndoCommand(session),
                new ExportCommand(session),
                new DemoCommand(session),
                new VersionCommand(session));
    }
}
