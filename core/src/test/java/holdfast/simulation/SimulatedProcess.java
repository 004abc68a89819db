package holdfast.simulation;

import holdfast.repository.Client;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One run of a program: a main thread and all the virtual threads that it and they start, for a virtual thread
/// belongs to the scheduler of the thread that starts it. Nothing runs by itself: [#step] lets one thread go on until
/// it parks, yields or ends.
final class SimulatedProcess implements Executor {
    private static final Constructor<? extends Thread.Builder.OfVirtual> BUILDER = builder();

    final String name;
    final Client client;
    /// what this host's clock is ahead of the true time
    final Duration skew;
    /// killed: nothing it does has any effect any more
    boolean dead;
    /// a stock restic: others cannot know what it relies on
    boolean stock;
    /// an observer: it takes no time, meets no trouble and is alone
    boolean quiet;
    /// faults it has met so far
    int faults;
    /// no call comes through before then
    Instant outageUntil = Instant.MIN;

    boolean ended;

    @Nullable
    Throwable outcome;

    private final ConcurrentLinkedQueue<Runnable> arriving = new ConcurrentLinkedQueue<>();
    private final IdentityHashMap<Runnable, Integer> numbers = new IdentityHashMap<>();
    private final TreeMap<Integer, Runnable> ready = new TreeMap<>();

    SimulatedProcess(String name, Client client, Duration skew) {
        this.name = name;
        this.client = client;
        this.skew = skew;
    }

    /// What a process does.
    @FunctionalInterface
    interface Main {
        void run() throws Exception;
    }

    void start(Main main) {
        try {
            var _ = BUILDER.newInstance(this).name(name).start(() -> {
                try {
                    main.run();
                } catch (Throwable e) {
                    outcome = e;
                } finally {
                    ended = true;
                }
            });
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The JDK has no public way to say on what virtual threads run, but this one, which its own tests use.
    @SuppressWarnings("unchecked")
    private static Constructor<? extends Thread.Builder.OfVirtual> builder() {
        try {
            Constructor<?> constructor = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            constructor.setAccessible(true);
            return (Constructor<? extends Thread.Builder.OfVirtual>) constructor;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK schedules virtual threads in another way", e);
        }
    }

    /// Takes a thread that can go on. Called by the JDK.
    @Override
    public void execute(Runnable thread) {
        arriving.add(thread);
    }

    /// Whether a thread can go on.
    boolean ready() {
        for (Runnable thread = arriving.poll(); thread != null; thread = arriving.poll()) {
            // by the order of their first steps, which is always the same, not by that of waking up
            ready.put(numbers.computeIfAbsent(thread, _ -> numbers.size()), thread);
        }
        return !ready.isEmpty();
    }

    /// As [#ready], but waits a moment in real time: whoever waited for a monitor, and not for a lock, is woken by a
    /// thread of the JDK.
    boolean readySoon() {
        for (int i = 0; i < 200 && !ready(); i++) {
            LockSupport.parkNanos(1_000_000);
        }
        return ready();
    }

    /// Lets one of the threads that can go on do so. After [#ready].
    ///
    /// @return its number
    int step(Random random) {
        int chosen = random.nextInt(ready.size());
        Integer number = ready.firstKey();
        for (int i = 0; i < chosen; i++) {
            number = ready.higherKey(number);
        }
        Runnable thread = ready.remove(number);
        if (thread == null) {
            throw new IllegalStateException("no such thread");
        }
        thread.run();
        return number;
    }
}
