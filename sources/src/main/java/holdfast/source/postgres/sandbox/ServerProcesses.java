package holdfast.source.postgres.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The processes of a server that is ended at once, whether its program is alive or was killed.
final class ServerProcesses {
    private static final Set<String> PROGRAMS = Set.of("postgres", "initdb");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private ServerProcesses() {}

    /// Those of the server in a data directory, found by their arguments: the numbers in its files are
    /// the server's own to write, and may be somebody else's by now.
    static void end(Path data) throws IOException {
        for (ProcessHandle one : ProcessHandle.allProcesses()
                .filter(process -> worksIn(process.info(), data.toString()))
                .toList()) {
            end(one);
        }
    }

    private static boolean worksIn(ProcessHandle.Info info, String data) {
        return info.command().map(Path::of).map(Path::getFileName).map(Path::toString).stream()
                        .anyMatch(PROGRAMS::contains)
                && info.arguments().stream()
                        .flatMap(Stream::of)
                        .anyMatch(argument -> argument.equals(data) || argument.endsWith("=" + data));
    }

    /// A process and all below it. Those that were begun meanwhile see that it is gone, and follow.
    static void end(ProcessHandle first) throws IOException {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(first), first.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean interrupted = false;
        try {
            while (all.stream().anyMatch(ProcessHandle::isAlive)) {
                if (System.nanoTime() > end) {
                    throw new IOException("a server does not end: " + first.pid());
                }
                interrupted |= pause();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// @return whether the thread was interrupted, who waits on all the same: it will not be long
    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return false;
        } catch (InterruptedException _) {
            return true;
        }
    }
}
