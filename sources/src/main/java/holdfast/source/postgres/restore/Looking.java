package holdfast.source.postgres.restore;

import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.LostServer;
import holdfast.source.postgres.restore.DatabasePlan.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Looks at what has been loaded, and looks again, over other connections, when the server was lost
/// meanwhile: looking changes nothing. Used by one thread.
record Looking(DatabasePlan plan, RestoreStatus status, Deadline deadline, Consumer<String> log) {
    private static final int MOST = 5;

    /// A server that has crashed needs time to recover: some 40 seconds with all tries.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final int GROWTH = 3;

    /// Begins from the beginning each time.
    interface Look<T> {
        T take() throws IOException;
    }

    /// @param what is done, as in: while `the rows were verified`
    /// @throws HoldfastException.Failed when the server stays away, or is lost again and again
    <T> T at(String what, Look<T> look) throws IOException {
        Duration pause = PAUSE;
        for (int made = 1; ; made++) {
            try {
                return look.take();
            } catch (IOException | HoldfastException.PreCheckFailed | HoldfastException.Failed e) {
                if (!LostServer.isBehind(e)) {
                    throw e;
                }
                deadline.left();
                if (made == MOST) {
                    throw lost(what, e);
                }
                log.accept("once more after the server was lost while " + what + ": " + e.getMessage());
                pause(pause);
                pause = pause.multipliedBy(GROWTH);
            }
        }
    }

    private HoldfastException.Failed lost(String what, Exception cause) {
        List<RestoreStatus.Table> loaded = status.tables().stream()
                .filter(table -> table.state() == RestoreStatus.State.RESTORED)
                .toList();
        String content = Count.of(loaded.size(), "table") + " with "
                + Count.of(loaded.stream().mapToLong(RestoreStatus.Table::rows).sum(), "row") + " had been loaded";
        boolean stays = plan.way() == Way.INTO;
        return new HoldfastException.Failed(
                "the restore ended early: lost the server while " + what + ": " + cause.getMessage() + "; " + content
                        + (stays ? " into " + plan.target() : ""),
                stays
                        ? "what was loaded stays there, and nobody has verified it: to be sure, restore it anew"
                        : "see the server's log, and try again",
                cause);
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Attempts.interrupted();
        }
    }
}
