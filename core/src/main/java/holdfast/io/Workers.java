package holdfast.io;

import java.util.concurrent.ThreadFactory;

/// Threads for work that keeps processors busy: platform threads, so that reading and waiting, which goes on on
/// virtual threads, is not held up by it.
///
/// Whoever calls from a virtual thread gets virtual threads though: they belong to the scheduler of the caller,
/// and so all of an operation does, however many threads it has. The simulation in the tests runs whole
/// processes that way, one step of one thread at a time.
public final class Workers {
    private Workers() {}

    /// @param prefix of the threads' names; a number follows
    public static ThreadFactory factory(String prefix) {
        return Thread.currentThread().isVirtual()
                ? Thread.ofVirtual().name(prefix, 0).factory()
                : Thread.ofPlatform().name(prefix, 0).daemon().factory();
    }
}
