package holdfast.simulation;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.Repository;
import holdfast.verify.CheckOptions;
import holdfast.verify.CheckReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One run: the clients do what they have to do at the same time and in any weather; then the sky clears, and what is
/// left must be in order after nothing but ordinary commands.
final class Simulation {
    private static final int ACTIONS_MAX = 60;
    /// Of so many runs one ends in real restores: they cost more than all the rest.
    private static final int REAL_RESTORES = 25;
    private static final Duration IDLE_MAX = Duration.ofHours(2);
    /// Nobody's lock or mark is younger then.
    private static final Duration LONG_AFTER = Duration.ofHours(26);

    private final long seed;
    private final History history;
    private final World world;
    private final List<Deque<Action>> queues = new ArrayList<>();
    private final List<@Nullable Running> running = new ArrayList<>();
    private final List<SimulatedFiles> files = new ArrayList<>();
    private int done;

    private record Running(Action action, SimulatedProcess process) {}

    /// What one run came to.
    ///
    /// @param violation null when no promise was broken
    record Outcome(
            Model.@Nullable Violation violation,
            long checksum,
            long calls,
            int commands,
            long judgements,
            List<String> lines) {}

    private Simulation(long seed, List<Action> actions, boolean recording) {
        this.seed = seed;
        history = new History(recording);
        Random random = new Random(seed);
        world = new World(random.nextLong(), Weather.of(random), history);
        for (String client : World.CLIENTS) {
            queues.add(new ArrayDeque<>());
            running.add(null);
            files.add(SimulatedFiles.first("/srv/" + client, random));
        }
        actions.forEach(action -> queues.get(action.client()).add(action));
    }

    /// What the clients of a seed have to do.
    static List<Action> actions(long seed) {
        Random random = new Random(~seed);
        return Action.all(random, World.CLIENTS.size(), 10 + random.nextInt(ACTIONS_MAX - 10));
    }

    static Outcome run(SeededRandomness randomness, long seed, List<Action> actions, boolean recording) {
        randomness.seed(seed);
        Simulation simulation = new Simulation(seed, actions, recording);
        Model.Violation violation = null;
        try {
            simulation.storm();
            simulation.calm();
        } catch (Model.Violation e) {
            violation = e;
            simulation.world.tell("judge", String.valueOf(e.getMessage()));
        }
        return new Outcome(
                violation,
                simulation.history.checksum(),
                simulation.world.calls(),
                simulation.done,
                simulation.world.judgements(),
                simulation.history.lines());
    }

    private void storm() {
        while (startNext()) {
            world.step();
            for (int client = 0; client < running.size(); client++) {
                Running run = running.get(client);
                if (run != null && run.process().ended) {
                    running.set(client, null);
                    done++;
                    told(run.action().verb(), run.process());
                }
            }
        }
    }

    /// @return whether anybody is at work
    private boolean startNext() {
        boolean any = false;
        for (int client = 0; client < queues.size(); client++) {
            Action action = running.get(client) == null ? queues.get(client).poll() : null;
            if (action != null) {
                start(action);
            }
            any |= running.get(client) != null;
        }
        return any;
    }

    private void start(Action action) {
        Random random = new Random(action.seed());
        // as often at the same time as another's command as long after it
        Duration idle = random.nextBoolean() || action.hurried()
                ? Duration.ofMillis(random.nextInt(2000))
                : IDLE_MAX.multipliedBy((long) random.nextInt(100) * random.nextInt(100))
                        .dividedBy(10_000);
        int client = action.client();
        SimulatedFiles current = files.get(client);
        if (action.verb() == Action.Verb.BACKUP) {
            current = random.nextInt(4) == 0
                    ? current
                    : current.changed(random, world.time().now());
            files.set(client, current);
        }
        SimulatedFiles source = current;
        SimulatedProcess[] process = new SimulatedProcess[1];
        process[0] = world.start(client, () -> {
            world.sleep(process[0], idle);
            if (!process[0].dead) {
                world.tell(process[0].name, "begins " + action.verb());
                new Commands(world, process[0], random).run(action.verb(), "run-" + action.number(), source);
            }
        });
        running.set(client, new Running(action, process[0]));
    }

    /// Judges how a command ended.
    private void told(Action.Verb verb, SimulatedProcess process) {
        String command = verb.name();
        Throwable outcome = process.outcome;
        world.tell(process.name, command + (outcome == null ? " is done" : ": " + outcome));
        switch (outcome) {
            case null -> {}
            case Model.Violation violation -> throw violation;
            case Throwable _ when process.dead -> {}
            case HoldfastException.Damaged damage -> world.model().checkDamage(null, damage);
            case HoldfastException.Locked e -> {
                if (verb.isBesideOthers()
                        && !process.stock
                        && String.valueOf(e.getMessage()).contains("is locked: maintenance")) {
                    throw new Model.Violation(command + " was kept waiting: " + e.getMessage(), e);
                }
            }
            case HoldfastException.PreCheckFailed _ -> {}
            case HoldfastException.Failed e -> requireFault(command, process, e);
            case IOException e -> requireFault(command, process, e);
            default -> throw new Model.Violation(command + " ended in " + outcome, outcome);
        }
    }

    private static void requireFault(String command, SimulatedProcess process, Exception e) {
        if (process.faults == 0) {
            throw new Model.Violation(command + " failed without a fault: " + e, e);
        }
    }

    /// Whatever happened before, the ordinary commands work now, and leave nothing behind that is of no use.
    private void calm() {
        world.clear();
        last("wait", commands -> {});
        boolean damaged = world.model().isDamaged();
        if (damaged) {
            calmAfterDamage();
            return;
        }
        SimulatedFiles source = files.getFirst();
        last("last backup", commands -> commands.backup("run-last", source));
        last("last forget", commands -> commands.forget(3));
        last("last prune", commands -> commands.prune(Commands.thorough()));
        last("another prune", commands -> commands.prune(Commands.thorough()));
        CheckReport[] report = new CheckReport[1];
        last("last check", commands -> report[0] = commands.check(CheckOptions.READ_DATA));
        CheckReport.Counts counts = report[0].counts();
        if (!report[0].findings().isEmpty()
                || counts.unusedBytes() > 0
                || counts.duplicateBlobs() > 0
                || counts.snapshots() > 3) {
            throw new Model.Violation("after a last prune it is not tidy: " + report[0]);
        }
        for (String kind : List.of("locks/", "marks/")) {
            if (!world.disk().names(kind).isEmpty()) {
                throw new Model.Violation(
                        kind + " is not empty: " + world.disk().names(kind));
            }
        }
        world.quietly("judge", process -> {
            try (Repository repository = world.open(process)) {
                new Judge(repository, world.model()).judge(snapshot -> true);
                requireProofsOfSnapshots(repository);
                if (seed % REAL_RESTORES == 0) {
                    for (Snapshot snapshot : repository.snapshots()) {
                        world.model().checkContent(snapshot, RestoredFiles.of(repository, snapshot));
                    }
                }
            }
        });
    }

    private static void requireProofsOfSnapshots(Repository repository) throws IOException {
        Set<ObjectId> ids = new HashSet<>();
        repository.snapshots().stream().map(Snapshot::id).forEach(ids::add);
        repository.proofs().forEach(proof -> {
            if (!ids.contains(proof.snapshot())) {
                throw new Model.Violation("a proof of a snapshot that is gone: " + proof.snapshot());
            }
        });
    }

    /// A check finds and names what cannot be restored.
    private void calmAfterDamage() {
        CheckReport[] report = new CheckReport[1];
        last("check after damage", commands -> report[0] = commands.check(CheckOptions.READ_DATA));
        world.quietly("judge", process -> {
            try (Repository repository = world.open(process)) {
                for (ObjectId lost : new Judge(repository, world.model()).judge(snapshot -> true)) {
                    boolean named = report[0].findings().stream()
                            .anyMatch(finding -> finding.more()
                                    || finding.subject().contains(lost.hex())
                                    || finding.affected().stream()
                                            .anyMatch(place -> place.snapshot().equals(lost)));
                    if (!named) {
                        throw new Model.Violation(
                                "check does not name snapshot " + lost + ", which is lost: " + report[0]);
                    }
                }
            }
        });
    }

    /// A command that runs alone.
    @FunctionalInterface
    private interface Last {
        void run(Commands commands) throws IOException;
    }

    private void last(String name, Last command) {
        SimulatedProcess[] process = new SimulatedProcess[1];
        process[0] = world.start(0, () -> {
            world.sleep(process[0], LONG_AFTER);
            command.run(new Commands(world, process[0], new Random(seed)));
        });
        while (!process[0].ended) {
            world.step();
        }
        world.tell(process[0].name, name + ": " + process[0].outcome);
        switch (process[0].outcome) {
            case null -> {}
            case Model.Violation violation -> throw violation;
            case Throwable other -> throw new Model.Violation(name + " failed: " + other, other);
        }
    }
}
