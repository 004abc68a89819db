package holdfast.simulation;

import holdfast.repository.Client;
import holdfast.repository.Repository;
import holdfast.repository.SimulatedRepository;
import holdfast.repository.StockLocks;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The storage, the time, the weather and the processes of one run. Whatever is left to chance is drawn from one seed,
/// by one thread.
final class World {
    /// Two at the storage's own machine, one far away.
    static final List<String> CLIENTS = List.of("ann", "bob", "far");

    /// In some runs this one uses a stock restic.
    private static final String STOCK = "bob";

    private static final Duration SLOW_MAX = Duration.ofMinutes(4);
    private static final Duration TROUBLE_MAX = Duration.ofMinutes(50);
    /// Together with a slow call it is what locks have to spare: restic's and ours are given up after 22.5 minutes,
    /// and stale after 30.
    private static final Duration SKEW_MAX = Duration.ofMinutes(3);

    private final Random random;
    private final Random judging;
    private final SimulatedTime time = new SimulatedTime();
    private final SimulatedDisk disk;
    private final Model model = new Model();
    private final Watch watch;
    private final History history;
    private final Processes processes;
    private final Duration skew;
    private final boolean stock;
    private Weather weather;
    private Instant deniedUntil = Instant.MIN;
    private Instant fullUntil = Instant.MIN;
    private int started;
    private int powerLosses;
    private long calls;
    private long judgements;

    /// snapshots that came since the last judgement; all of them are to be read when something was removed
    private final Set<String> newSnapshots = new HashSet<>();

    private boolean judgeList;
    private boolean judgeAll;

    World(long seed, Weather weather, History history) {
        random = new Random(seed);
        judging = new Random(seed);
        this.weather = weather;
        this.history = history;
        disk = new SimulatedDisk(weather.local(), time);
        watch = new Watch(disk, time);
        processes = new Processes(random, time);
        skew = SKEW_MAX.multipliedBy(random.nextInt(-100, 101)).dividedBy(100);
        stock = random.nextInt(3) == 0;
        quietly("init", process -> SimulatedRepository.init(new SimulatedStorage(this, process), time.now()));
        time.pass(Duration.ofHours(1));
    }

    SimulatedTime time() {
        return time;
    }

    SimulatedDisk disk() {
        return disk;
    }

    Model model() {
        return model;
    }

    Watch watch() {
        return watch;
    }

    long calls() {
        return calls;
    }

    long judgements() {
        return judgements;
    }

    /// No trouble from now on.
    void clear() {
        weather = Weather.FAIR;
        deniedUntil = Instant.MIN;
        fullUntil = Instant.MIN;
        processes.running().forEach(process -> process.outageUntil = Instant.MIN);
    }

    // ---- what a storage does

    /// A call has come: lets others go first, then fails it if it is to.
    ///
    /// @return whether it is to fail after it has had its effect
    boolean arrive(SimulatedProcess process, SimulatedStorage.Call call, String name) throws IOException {
        if (process.quiet) {
            return false;
        }
        requireAlive(process);
        if (chance(weather.slow())) {
            sleep(process, part(SLOW_MAX));
        }
        giveWay();
        requireAlive(process);
        calls++;
        time.pass(Duration.ofMillis(random.nextInt(15)));
        if (chance(weather.outage())) {
            process.outageUntil = time.now().plus(part(TROUBLE_MAX));
        }
        if (chance(weather.denied())) {
            deniedUntil = time.now().plus(part(TROUBLE_MAX));
        }
        if (chance(weather.full())) {
            fullUntil = time.now().plus(part(TROUBLE_MAX));
        }
        refuse(process, call, name);
        boolean lost = chance(weather.lost());
        process.faults += lost ? 1 : 0;
        return lost;
    }

    @SuppressWarnings("ThreadPriorityCheck") // it is our own scheduler that decides who is next
    private static void giveWay() {
        Thread.yield();
    }

    private void refuse(SimulatedProcess process, SimulatedStorage.Call call, String name) throws IOException {
        IOException reason = null;
        if (time.now().isBefore(process.outageUntil)) {
            reason = new IOException("simulated: no connection");
        } else if (call == SimulatedStorage.Call.PUT && time.now().isBefore(fullUntil)) {
            reason = new IOException("simulated: no space left");
        } else if (call == SimulatedStorage.Call.DELETE
                && !name.startsWith("locks/")
                && time.now().isBefore(deniedUntil)) {
            reason = new AccessDeniedException(name);
        } else if (chance(weather.refused())) {
            reason = new IOException("simulated: refused");
        }
        if (reason != null) {
            process.faults++;
            tell(process, call, name, reason.getMessage());
            throw reason;
        }
    }

    /// A file that was stored has its name, and the call has not returned.
    void visible(SimulatedProcess process) throws IOException {
        if (process.quiet || !weather.local()) {
            return;
        }
        int before = powerLosses;
        giveWay();
        requireAlive(process);
        if (powerLosses > before) {
            process.faults++;
            throw new IOException("simulated: the storage's machine is gone");
        }
    }

    private static void requireAlive(SimulatedProcess process) throws IOException {
        if (process.dead) {
            throw new IOException("simulated: this process was killed");
        }
    }

    Map<String, byte[]> listing(SimulatedProcess process, String prefix) {
        return disk.listing(prefix, !process.quiet && chance(weather.stale()), random);
    }

    /// A file came.
    void stored(SimulatedProcess process, String name) {
        watch.stored(name, process);
        if (name.startsWith("snapshots/")) {
            judgeList = true;
            newSnapshots.add(name);
        }
    }

    /// A file went.
    void removed(SimulatedProcess process, String name) {
        watch.removed(name, process);
        judgeList |= name.startsWith("snapshots/");
        judgeAll |= name.startsWith("data/") || name.startsWith("index/");
    }

    void tell(SimulatedProcess process, SimulatedStorage.Call call, String name, @Nullable String what) {
        if (!process.quiet) {
            tell(process.name, call + " " + history.brief(name) + ": " + what);
        }
    }

    void tell(String who, String what) {
        history.tell(time.now(), who, what);
    }

    private boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    private Duration part(Duration most) {
        return most.multipliedBy(random.nextInt(1, 1001)).dividedBy(1000);
    }

    // ---- processes

    /// Starts a process of a client.
    SimulatedProcess start(int client, SimulatedProcess.Main main) {
        boolean far = client == CLIENTS.size() - 1;
        String host = far ? "there" : "here";
        // a process id that is always in use: whether a process is gone is not simulated
        Client identity = new Client(host, CLIENTS.get(client), 1000L + client, 100, 1);
        SimulatedProcess process =
                new SimulatedProcess(CLIENTS.get(client) + "." + ++started, identity, far ? skew : Duration.ZERO);
        process.stock = stock && CLIENTS.get(client).equals(STOCK);
        processes.start(process, main);
        return process;
    }

    /// Opens the repository as a process does.
    Repository open(SimulatedProcess process) throws IOException {
        Storage storage = new SimulatedStorage(this, process);
        return SimulatedRepository.open(
                process.stock ? new StockLocks(storage) : storage,
                clock(process),
                process.client,
                (until, most) -> time.sleep(process, until, most));
    }

    InstantSource clock(SimulatedProcess process) {
        return () -> time.now().plus(process.skew);
    }

    /// Lets time pass for a process.
    void sleep(SimulatedProcess process, Duration most) {
        try {
            time.sleep(process, new CountDownLatch(1), most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Lets one thread of one process go on, or, when nobody has anything to do, time pass until somebody wakes up.
    void step() {
        SimulatedProcess process = processes.step();
        if (process != null) {
            watch.requireNone();
            judge();
            trouble(process);
        }
    }

    private void trouble(SimulatedProcess process) {
        if (chance(weather.crash())) {
            kill(process);
        }
        if (chance(weather.powerLoss())) {
            losePower();
        }
        if (chance(weather.damage())) {
            damage();
        }
    }

    private void kill(SimulatedProcess process) {
        if (!process.ended && !process.dead) {
            tell(process.name, "is killed");
            process.dead = true;
        }
    }

    private void losePower() {
        powerLosses++;
        processes.running().stream()
                .filter(process -> process.client.host().equals("here"))
                .forEach(this::kill);
        List<String> back = disk.losePower(random);
        tell(
                "here",
                "loses power; removed files that are back: "
                        + back.stream().map(history::brief).toList());
        model.back(back);
        judgeAll = true;
        judge();
    }

    /// Harms one file: it vanishes, is cut short, has a bit turned over or another's content.
    private void damage() {
        List<String> names = new ArrayList<>();
        for (String kind : List.of("data/", "index/", "snapshots/", "marks/")) {
            names.addAll(disk.names(kind));
        }
        if (names.isEmpty()) {
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        String other = names.get(random.nextInt(names.size()));
        byte[] content = disk.get(name);
        if (content == null || content.length == 0) {
            return;
        }
        int kind = random.nextInt(4);
        byte @Nullable [] harmed = switch (kind) {
            case 0 -> null;
            case 1 -> Arrays.copyOf(content, random.nextInt(content.length));
            case 2 -> {
                byte[] flipped = content.clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            default -> disk.get(other);
        };
        tell("storage", "harms " + history.brief(name) + " (" + kind + ")");
        model.damaged(name);
        disk.damage(name, harmed);
        judgeAll = true;
        judge();
    }

    // ---- judgement

    private void judge() {
        if (!judgeAll && !judgeList) {
            return;
        }
        boolean all = judgeAll;
        Set<String> chosen = Set.copyOf(newSnapshots);
        judgeAll = false;
        judgeList = false;
        newSnapshots.clear();
        quietly("judge", process -> {
            try (Repository repository = open(process)) {
                watch.judge(repository, model);
                new Judge(repository, model).judge(snapshot -> all || chosen.contains("snapshots/" + snapshot.id()));
            }
        });
        watch.requireNone();
        judgements++;
    }

    /// What a quiet process does.
    @FunctionalInterface
    interface Quiet {
        void run(SimulatedProcess process) throws IOException;
    }

    /// Runs a process that no trouble reaches and that takes no time, while all others stand still.
    void quietly(String name, Quiet work) {
        SimulatedProcess process = new SimulatedProcess(name, new Client("here", name, 0, 0, 1), Duration.ZERO);
        process.quiet = true;
        processes.runAlone(process, () -> work.run(process), judging);
        switch (process.outcome) {
            case null -> {}
            case Model.Violation violation -> throw violation;
            case Throwable other -> throw new Model.Violation(name + " failed: " + other, other);
        }
    }
}
