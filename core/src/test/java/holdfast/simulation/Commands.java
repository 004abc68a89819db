package holdfast.simulation;

import holdfast.backup.Backup;
import holdfast.backup.BackupRequest;
import holdfast.backup.Origin;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.policy.Candidate;
import holdfast.policy.Plan;
import holdfast.policy.SourceGroup;
import holdfast.prune.Forget;
import holdfast.prune.MaxUnused;
import holdfast.prune.Prune;
import holdfast.prune.PruneOptions;
import holdfast.repository.Lock;
import holdfast.repository.Locks;
import holdfast.repository.Repository;
import holdfast.rewrite.Retag;
import holdfast.rewrite.TagChange;
import holdfast.verify.CheckOptions;
import holdfast.verify.CheckReport;
import holdfast.verify.RepositoryCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/// The commands of the program, as one process runs them: the repository opened, the lock taken that each needs, the
/// verb of the engine, and what the user is told noted in the model. All that the simulation knows of the verbs'
/// interfaces stands here.
final class Commands {
    private final World world;
    private final SimulatedProcess process;
    private final Random random;

    Commands(World world, SimulatedProcess process, Random random) {
        this.world = world;
        this.process = process;
        this.random = random;
    }

    void run(Action.Verb verb, String run, SimulatedFiles files) throws IOException {
        switch (verb) {
            case BACKUP -> backup(run, files);
            case FORGET -> forget(random.nextInt(4));
            case PRUNE -> {
                if (process.stock) {
                    read(); // restic's own prune is not ours to test
                } else {
                    prune(options());
                }
            }
            case READ -> read();
            case CHECK -> check(random.nextBoolean() ? CheckOptions.READ_DATA : CheckOptions.STRUCTURE);
            case RETAG -> retag();
            case PROVE -> prove();
            case UNLOCK -> unlock();
        }
    }

    /// Something done with an open repository under a lock.
    @FunctionalInterface
    private interface Work {
        void on(Repository repository, Lock lock) throws IOException;
    }

    /// Takes a lock.
    @FunctionalInterface
    private interface Locking {
        Lock take(Locks locks) throws IOException;
    }

    private void reading(Work work) throws IOException {
        withLock(Locks::shared, work);
    }

    private void withLock(Locking locking, Work work) throws IOException {
        Duration patience = random.nextBoolean() ? Duration.ZERO : Duration.ofMinutes(random.nextInt(60));
        try (Repository repository = world.open(process)) {
            Locks locks = repository.locks().with(patience, note -> world.tell(process.name, note));
            try (Lock lock = locking.take(locks)) {
                world.watch().holds(process, lock.mode());
                try {
                    work.on(repository, lock);
                } catch (HoldfastException.Damaged e) {
                    lock.check(); // without a lock all may vanish
                    throw e;
                } finally {
                    world.watch().released(process);
                }
            }
        }
    }

    void backup(String run, SimulatedFiles files) throws IOException {
        world.model().begins(run, files);
        reading((repository, lock) -> {
            Origin origin = new Origin(process.client.host(), process.client.user(), 7, 8, "", "simulation");
            BackupRequest request = new BackupRequest(
                    List.of(files),
                    List.of(files.location()),
                    List.of(),
                    List.of(run),
                    "",
                    "",
                    new BackupRequest.Parent.Latest());
            new Backup(
                            repository,
                            3,
                            origin,
                            world.clock(process),
                            new Progress(),
                            path -> SimulatedFiles.folder(path.substring(path.lastIndexOf('/') + 1)))
                    .run(request, lock);
            world.model().saved(run);
        });
    }

    /// Forgets the oldest but some, or some of any age.
    void forget(int keep) throws IOException {
        withLock(process.stock ? Locks::exclusive : Locks::maintenance, (repository, lock) -> {
            List<Snapshot> snapshots = repository.snapshots();
            List<Snapshot> victims = keep > 0
                    ? snapshots.subList(0, Math.max(0, snapshots.size() - keep))
                    : snapshots.stream().filter(_ -> random.nextBoolean()).toList();
            Plan plan = Plan.removing(
                    victims.stream().map(Snapshot::id).collect(Collectors.toSet()),
                    snapshots.stream()
                            .map(snapshot -> new Candidate(snapshot, null, false))
                            .toList(),
                    EnumSet.noneOf(SourceGroup.Trait.class),
                    true);
            world.model().toForget(victims);
            new Forget(repository).apply(plan, lock);
            world.model().forgotten(victims);
        });
    }

    /// If it is not to be had to remove, then to mark.
    private static Lock toPrune(Locks locks) throws IOException {
        try {
            return locks.maintenance();
        } catch (HoldfastException.Locked e) {
            return locks.shared();
        }
    }

    private PruneOptions options() {
        return random.nextBoolean()
                ? PruneOptions.DEFAULT
                : new PruneOptions(
                        random.nextBoolean() ? NOTHING_UNUSED : MaxUnused.DEFAULT,
                        random.nextBoolean() ? random.nextInt(10_000) : Long.MAX_VALUE,
                        random.nextBoolean(),
                        random.nextBoolean() ? Duration.ZERO : Duration.ofMinutes(random.nextInt(90)));
    }

    private static final MaxUnused NOTHING_UNUSED = new MaxUnused.Bytes(0);

    static PruneOptions thorough() {
        return new PruneOptions(NOTHING_UNUSED, Long.MAX_VALUE);
    }

    void prune(PruneOptions options) throws IOException {
        withLock(Commands::toPrune, (repository, lock) -> {
            Prune prune = new Prune(repository, new Progress());
            prune.apply(prune.plan(options), lock);
        });
    }

    private void read() throws IOException {
        reading((repository, lock) -> {
            List<Snapshot> snapshots = repository.snapshots();
            if (!snapshots.isEmpty()) {
                Snapshot snapshot = snapshots.get(random.nextInt(snapshots.size()));
                var files = new Judge(repository, world.model()).files(snapshot);
                lock.check();
                world.model().checkContent(snapshot, files);
            }
        });
    }

    CheckReport check(CheckOptions options) throws IOException {
        CheckReport[] report = new CheckReport[1];
        reading((repository, lock) -> {
            report[0] = new RepositoryCheck(repository, new Progress()).run(options);
            lock.check();
            if (!report[0].passed() && !world.model().isDamaged() && process.faults == 0 && !process.dead) {
                throw new Model.Violation("check finds damage where none was done: " + report[0].findings());
            }
        });
        return report[0];
    }

    private void retag() throws IOException {
        withLock(Locks::exclusive, (repository, lock) -> {
            List<Snapshot> some = repository.snapshots().stream()
                    .filter(_ -> random.nextInt(3) == 0)
                    .toList();
            List<Retag.Changed> plan = Retag.plan(
                    some, TagChange.by(List.of("mark-" + random.nextInt(3)), List.of("mark-" + random.nextInt(3))));
            new Retag(repository).apply(plan, lock);
            world.model().forgotten(plan.stream().map(Retag.Changed::before).toList());
        });
    }

    private void prove() throws IOException {
        reading((repository, lock) -> {
            List<Snapshot> snapshots = new ArrayList<>(repository.snapshots());
            if (!snapshots.isEmpty()) {
                Snapshot snapshot = snapshots.get(random.nextInt(snapshots.size()));
                lock.check();
                repository.save(new Proof(
                        snapshot.id(),
                        ProofLevel.STORED,
                        true,
                        world.clock(process).instant(),
                        Duration.ofSeconds(1),
                        process.client.host(),
                        List.of()));
            }
        });
    }

    private void unlock() throws IOException {
        try (Repository repository = world.open(process)) {
            repository.locks().removeStale();
        }
    }
}
