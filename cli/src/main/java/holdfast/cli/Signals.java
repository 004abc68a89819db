package holdfast.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ends the program cleanly when it is asked to by SIGINT, SIGTERM or SIGHUP: the main thread is interrupted,
/// leaves its `try` blocks (so that locks and temporary files are removed), and the process ends with 130.
/// Whoever hangs is not waited for longer than half a minute.
final class Signals {
    private static final int PATIENCE_SECONDS = 30;

    private final Thread main = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean received;

    /// Watches from now on; the calling thread is the one that is interrupted.
    static Signals watch() {
        Signals signals = new Signals();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(signals::shutDown));
        return signals;
    }

    /// Whether the program has been asked to end.
    boolean received() {
        return received;
    }

    private void shutDown() {
        if (ended.getCount() == 0) {
            return;
        }
        received = true;
        main.interrupt();
        try {
            ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
    }

    /// Ends the program. A signal that comes first wins: then the hook, which waits for this, ends it.
    void exit(int code) {
        ended.countDown();
        System.exit(code);
    }
}
