package holdfast.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Goal: whatever happens in whatever order, every snapshot that is listed restores to what was backed up, or is
/// reported as damaged by name when the storage itself was damaged on purpose; nothing is forgotten that was not to be;
/// and ordinary commands bring everything in order afterwards. Method: see [holdfast.simulation].
///
/// `-Dseed=N` is the first seed, `-Dsimulation.seconds=` how long to go on from there, one seed after the other (one
/// at least).
@Tag("slow")
class SimulationTest {
    private static final long FIRST = Long.getLong("seed", 1);
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("simulation.seconds", 20));
    private static final int LINES_MAX = 400;
    private static final int TRIES = 300;

    private static final SeededRandomness RANDOMNESS = new SeededRandomness();

    @AfterAll
    static void secretsAreSecretAgain() {
        RANDOMNESS.close();
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everySnapshotListedRestoresOrIsNamedAsDamaged() {
        long begin = System.nanoTime();
        long seeds = 0;
        long calls = 0;
        long commands = 0;
        long judgements = 0;
        for (long seed = FIRST; seeds == 0 || System.nanoTime() - begin < TIME.toNanos(); seed++) {
            Simulation.Outcome outcome = Simulation.run(RANDOMNESS, seed, Simulation.actions(seed), false);
            Model.Violation violation = outcome.violation();
            if (violation != null) {
                throw failure(seed, violation);
            }
            seeds++;
            calls += outcome.calls();
            commands += outcome.commands();
            judgements += outcome.judgements();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "simulation: seeds %d to %d in %.1f s; %d commands, %d storage calls (%.0f a second), %d judgements%n",
                FIRST, FIRST + seeds - 1, seconds, commands, calls, calls / seconds, judgements);
    }

    /// As short a history that ends in the same kind of failure as can be had by leaving commands out.
    private static AssertionError failure(long seed, Model.Violation violation) {
        List<Action> shrunk = Shrinker.shrink(
                Simulation.actions(seed),
                actions -> violation.isLike(
                        Simulation.run(RANDOMNESS, seed, actions, false).violation()),
                TRIES);
        Simulation.Outcome outcome = Simulation.run(RANDOMNESS, seed, shrunk, true);
        List<String> lines = outcome.lines();
        return new AssertionError(
                "seed " + seed + " (on " + Runtime.getRuntime().availableProcessors()
                        + " processors; replay it with -Dseed="
                        + seed + "), shrunk to " + shrunk + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_MAX), lines.size())),
                outcome.violation());
    }

    @Test
    void theSameSeedIsTheSameHistory() {
        for (long seed = FIRST; seed < FIRST + 10; seed++) {
            List<Action> actions = Simulation.actions(seed);
            Simulation.Outcome once = Simulation.run(RANDOMNESS, seed, actions, true);
            Simulation.Outcome again = Simulation.run(RANDOMNESS, seed, actions, true);
            assertThat(again.lines()).as("seed %d", seed).isEqualTo(once.lines());
            assertThat(again.checksum()).isEqualTo(once.checksum());
        }
    }
}
