package holdfast.cli;

import holdfast.repository.LockInfo;
import holdfast.repository.Locks;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "unlock",
        description = {
            "Remove the locks that dead processes left behind.",
            "",
            "Holdfast recognises them by itself and removes them when they are in the way; this is for the rest."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  holdfast unlock", "  holdfast unlock --remove-all         nobody else may be working"})
final class UnlockCommand implements Callable<Integer> {
    /// What `unlock --json` prints.
    ///
    /// @param removed number of locks
    record Document(String messageType, int removed, List<String> left) {}

    private final Session session;

    @Option(
            names = "--remove-all",
            description = "Remove every lock. Dangerous while anybody works with the repository")
    private boolean all;

    UnlockCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository open = session.open()) {
            Locks locks = open.repository().locks();
            int removed = all ? locks.removeAll() : locks.removeStale();
            List<String> left = locks.list().stream().map(LockInfo::toString).toList();
            session.console().line("removed " + count(removed, "lock"));
            left.forEach(lock -> session.console().line("still there: " + lock));
            session.console().document(new Document("unlocked", removed, left));
        }
        return ExitCode.DONE;
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
