package holdfast.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// The processes at work, and whose turn it is: one thread of one process at a time, by chance.
final class Processes {
    private final Random random;
    private final SimulatedTime time;
    /// how likely a process goes on for another step before another has its turn
    private final double stickiness;

    private final List<SimulatedProcess> running = new ArrayList<>();
    private @Nullable SimulatedProcess last;

    Processes(Random random, SimulatedTime time) {
        this.random = random;
        this.time = time;
        stickiness = random.nextInt(3) == 0 ? 0.99 * random.nextDouble() : 0;
    }

    void start(SimulatedProcess process, SimulatedProcess.Main main) {
        running.add(process);
        process.start(main);
    }

    List<SimulatedProcess> running() {
        return running;
    }

    /// Lets one thread go on, or, when nobody has anything to do, time pass until somebody wakes up.
    ///
    /// @return whose turn it was; null when time passed
    @Nullable
    SimulatedProcess step() {
        time.wake();
        List<SimulatedProcess> ready =
                running.stream().filter(SimulatedProcess::ready).toList();
        if (ready.isEmpty()) {
            running.removeIf(process -> process.ended);
            if (time.next().equals(Instant.MAX) && running.stream().noneMatch(SimulatedProcess::readySoon)) {
                throw new Model.Violation("everybody waits for ever: "
                        + running.stream().map(process -> process.name).toList());
            }
            if (time.next().isBefore(Instant.MAX)) {
                time.passTo(time.next());
            }
            return null;
        }
        SimulatedProcess chosen = last;
        if (chosen == null || !ready.contains(chosen) || random.nextDouble() >= stickiness) {
            chosen = ready.get(random.nextInt(ready.size()));
        }
        last = chosen;
        chosen.step(random);
        return chosen;
    }

    /// Runs a process to its end while all others stand still.
    ///
    /// @param order of its threads
    void runAlone(SimulatedProcess process, SimulatedProcess.Main main, Random order) {
        process.start(main);
        while (!process.ended) {
            if (!process.readySoon()) {
                throw new Model.Violation(process.name + " waits for ever");
            }
            process.step(order);
        }
    }
}
