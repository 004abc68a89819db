package holdfast.prune;

import static holdfast.prune.PruneTest.assertRestorable;
import static holdfast.prune.PruneTest.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.BlobIndex;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Goal: whoever else is at work, and whenever it began, a prune takes nothing away from it and waits for nobody.
/// Method: every order of the steps that matters, driven by hand: a writer that read the index before the mark or
/// after it, a stock restic that knows nothing of marks, two prunes, and a failure at every call of both phases.
class PruneBesideOthersTest {
    private static final PruneOptions GRACE = new PruneOptions(new MaxUnused.Bytes(0), Long.MAX_VALUE);
    private static final PruneOptions NO_GRACE =
            new PruneOptions(new MaxUnused.Bytes(0), Long.MAX_VALUE, false, Duration.ZERO);
    /// What the snapshot that was forgotten had alone: all of it lies in packs that a prune marks.
    private static final byte[] GONE = random(5000, 3);

    private final SampleRepository repository = new SampleRepository();

    @BeforeEach
    void live() throws IOException {
        PruneTest.lived(repository);
    }

    /// Somebody with a lock, and with the index as it was when that was taken.
    private record Worker(Repository open, Lock lock) implements AutoCloseable {
        static Worker begin(SampleRepository repository) throws IOException {
            Repository open = SampleRepository.open(repository.storage());
            Lock lock = SampleRepository.shared(open);
            open.index();
            return new Worker(open, lock);
        }

        Snapshot commit(int second) throws IOException {
            lock.confirm();
            return backUp(open, second);
        }

        void end() {
            lock.close();
            open.close();
        }

        @Override
        public void close() {
            end();
        }
    }

    private static Snapshot backUp(Repository open, int second) throws IOException {
        return new SampleTree()
                .file("/again", GONE)
                .file("/new", random(1500, second))
                .save(open, Instant.EPOCH.plusSeconds(second));
    }

    /// Where something lies that the snapshot which was forgotten had too.
    private String packOf(Snapshot snapshot) throws IOException {
        repository.reopen();
        return "data/" + repository.blob(snapshot, "/again", 4).pack();
    }

    private static PruneResult prune(Repository open, PruneOptions options) throws IOException {
        Prune prune = new Prune(open, new Progress());
        try (Lock lock = SampleRepository.maintenance(open)) {
            return prune.apply(prune.plan(options), lock);
        }
    }

    private PruneResult prune(PruneOptions options) throws IOException {
        return prune(repository.reopen(), options);
    }

    /// As a prune does that may not remove, because a stock restic is at work.
    private PruneResult mark() throws IOException {
        Repository open = repository.reopen();
        Prune prune = new Prune(open, new Progress());
        try (Lock lock = SampleRepository.shared(open)) {
            return prune.apply(prune.plan(NO_GRACE), lock);
        }
    }

    private static void assertClean(SampleRepository repository) throws IOException {
        assertRestorable(repository.reopen());
        assertThat(new Prune(repository.open(), new Progress())
                        .plan(NO_GRACE)
                        .summary()
                        .isEmpty())
                .isTrue();
        assertThat(repository.names("marks/")).isEmpty();
    }

    @Test
    void whenNobodyElseIsThereTheSpaceIsFreedAtOnce() throws IOException {
        PruneResult result = prune(GRACE);
        assertThat(result.pending()).isEmpty();
        assertThat(result.packsRemoved()).isPositive();
        assertThat(result.packsRepacked()).isPositive();
        assertClean(repository);
    }

    @Test
    void whatAWriterFromBeforeTheMarkReliesOnStays() throws IOException {
        Snapshot committed;
        try (Worker writer = Worker.begin(repository)) {
            List<String> before = repository.names("data/");
            PruneResult marked = prune(NO_GRACE);
            assertThat(marked.packsRemoved()).isZero();
            assertThat(marked.packsRepacked()).isPositive();
            assertThat(marked.pending().orElseThrow().locks()).hasSize(1);
            assertThat(repository.names("data/")).containsAll(before);
            committed = writer.commit(20);
            assertThat(before).contains(packOf(committed));
            assertThat(prune(NO_GRACE).packsRemoved()).as("it is still there").isZero();
        }
        PruneResult removed = prune(NO_GRACE);
        assertThat(removed.packsRemoved() + removed.packsRepacked()).isPositive();
        assertThat(removed.pending()).isEmpty();
        assertThat(repository.reopen().snapshots()).contains(committed);
        assertRestorable(repository.open());
        prune(NO_GRACE);
        assertClean(repository);
    }

    @Test
    void aWriterFromAfterTheMarkStoresAgainAndIsNotWaitedFor() throws IOException {
        Worker early = Worker.begin(repository);
        List<String> before = repository.names("data/");
        prune(NO_GRACE);
        try (Worker late = Worker.begin(repository)) {
            early.end();
            Snapshot committed = late.commit(20);
            assertThat(before).doesNotContain(packOf(committed));
            PruneResult removed = prune(NO_GRACE);
            assertThat(removed.packsRemoved()).isPositive();
            assertThat(removed.pending()).isEmpty();
            late.commit(21);
        }
        assertClean(repository);
    }

    @Test
    void besideOthersTheGracePeriodIsKept() throws IOException {
        try (Worker early = Worker.begin(repository)) {
            early.lock().check();
            prune(GRACE);
        }
        Instant marked = SampleRepository.CLOCK.instant();
        try (Worker late = Worker.begin(repository)) {
            late.lock().check();
            PruneResult.Pending pending = prune(GRACE).pending().orElseThrow();
            assertThat(pending.from()).isEqualTo(marked.plus(PruneOptions.GRACE_PERIOD));
            assertThat(pending.locks()).isEmpty();
            assertThat(pending.packs()).isPositive();
        }
        InstantSource hourLater = InstantSource.fixed(marked.plus(PruneOptions.GRACE_PERIOD));
        Repository open = SampleRepository.open(repository.storage(), hourLater);
        try (Lock late = SampleRepository.shared(SampleRepository.open(repository.storage(), hourLater))) {
            assertThat(prune(open, GRACE).pending()).isEmpty();
            late.check();
        }
        assertClean(repository);
    }

    @Test
    void aStockResticAtWorkIsNotTouchedAndNothingGoesUnderIt() throws IOException {
        String stock = SampleRepository.stockLock(repository.storage());
        Repository restic = SampleRepository.open(repository.storage());
        BlobIndex read = restic.index();
        assertThatExceptionOfType(HoldfastException.Locked.class).isThrownBy(() -> prune(NO_GRACE));
        List<String> before = repository.names("data/");
        PruneResult marked = mark();
        assertThat(marked.pending().orElseThrow().locks())
                .singleElement()
                .asString()
                .contains("elsewhere");
        assertThat(repository.names("data/")).containsAll(before);
        Snapshot committed = backUp(restic, 20);
        assertThat(restic.index()).as("it looks at the index once").isSameAs(read);
        assertThat(before).contains(packOf(committed));
        repository.storage().delete(stock);
        prune(NO_GRACE);
        assertThat(repository.reopen().snapshots()).contains(committed);
        assertRestorable(repository.open());
        prune(NO_GRACE);
        assertClean(repository);
    }

    @Test
    void twoPrunesAtOnceDoNotTakeBothCopies() throws IOException {
        Repository one = SampleRepository.open(repository.storage());
        Repository two = SampleRepository.open(repository.storage());
        Prune first = new Prune(one, new Progress());
        Prune second = new Prune(two, new Progress());
        try (Lock held = SampleRepository.shared(one);
                Lock alsoHeld = SampleRepository.shared(two)) {
            PrunePlan plan = first.plan(NO_GRACE);
            PrunePlan same = second.plan(NO_GRACE);
            first.apply(plan, held);
            second.apply(same, alsoHeld);
            // and one that sees the copies of both
            second.apply(second.plan(NO_GRACE), alsoHeld);
        }
        assertThat(repository.names("marks/")).hasSizeGreaterThanOrEqualTo(2);
        assertRestorable(repository.reopen());
        prune(NO_GRACE);
        assertClean(repository);
    }

    /// One prune has carried over what it needs and is about to mark the packs that this came from; the other keeps
    /// those, and marks the copies. Which copies it keeps is chance, hence several times.
    @RepeatedTest(10)
    void aPruneThatMarksTheCopiesOfAnotherDoesNotTakeThemWithIt() throws IOException {
        AtomicInteger others = new AtomicInteger();
        FaultyStorage between = FaultyStorage.whenever(
                repository.storage(),
                call -> {
                    if (call.operation() == Operation.PUT
                            && call.name().startsWith("marks/")
                            && others.getAndIncrement() == 0) {
                        markWhatLiesTwice();
                    }
                    return false;
                },
                Fault.NONE);
        PruneResult result = prune(SampleRepository.open(between), NO_GRACE);
        assertThat(result.packsRepacked()).isPositive();
        assertThat(others).hasValue(1);
        assertRestorable(repository.reopen());
        prune(NO_GRACE);
        assertClean(repository);
    }

    private void markWhatLiesTwice() {
        try {
            Repository other = SampleRepository.open(repository.storage());
            Prune prune = new Prune(other, new Progress());
            try (Lock lock = SampleRepository.shared(other)) {
                PruneOptions keeping =
                        new PruneOptions(new MaxUnused.Unlimited(), Long.MAX_VALUE, false, Duration.ZERO);
                PruneResult marked = prune.apply(prune.plan(keeping), lock);
                assertThat(marked.pending()).isPresent();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void removingThatIsForbiddenMidwayHarmsNothingAndIsToldPlainly() throws IOException {
        AtomicInteger deletes = new AtomicInteger();
        FaultyStorage forbidding = FaultyStorage.whenever(
                repository.storage(),
                call -> call.operation() == Operation.DELETE
                        && call.name().startsWith("data/")
                        && deletes.incrementAndGet() > 1,
                Fault.REFUSE);
        Repository open = SampleRepository.open(forbidding);
        assertThatExceptionOfType(HoldfastException.Failed.class)
                .isThrownBy(() -> prune(open, NO_GRACE))
                .withMessageContaining("prune stopped: data/")
                .withMessageMatching("(?s).*\\(1 of \\d packs were removed before\\)")
                .satisfies(e -> assertThat(e.hint()).contains("next prune goes on"));
        assertRestorable(repository.reopen());
        assertThat(repository.names("marks/")).hasSize(1);
        prune(GRACE);
        assertClean(repository);
    }

    @Test
    void aMarkedPackThatIsGoneIsNotTakenForDamage() throws IOException {
        Repository open = repository.reopen();
        List<String> told = new ArrayList<>();
        open.tellOfDamage(damage -> told.add(damage.getMessage()));
        ObjectId marked = open.index().packs().getFirst();
        open.mark(Set.of(marked));
        repository.storage().delete("data/" + marked);
        BlobIndex index = open.reloadIndexOfWholePacks();
        assertThat(told).isEmpty();
        assertThat(index.hasPack(marked)).as("nobody may rely on it").isFalse();
        ObjectId other = index.packs().getFirst();
        repository.storage().delete("data/" + other);
        open.reloadIndexOfWholePacks();
        assertThat(told).singleElement().asString().contains(other.hex());
    }

    @Test
    void aDamagedMarkKeepsWritersAwayUntilAPruneRemovesIt() throws IOException {
        try (Worker early = Worker.begin(repository)) {
            prune(NO_GRACE);
            early.lock().check();
        }
        String mark = repository.names("marks/").getFirst();
        repository.flip(mark, 30);
        assertThatExceptionOfType(HoldfastException.Damaged.class)
                .isThrownBy(() -> backUp(repository.reopen(), 20))
                .withMessageContaining(mark)
                .satisfies(e -> assertThat(e.hint()).contains("holdfast prune"));
        assertRestorable(repository.reopen());
        prune(NO_GRACE);
        assertClean(repository);
        backUp(repository.open(), 21);
        assertRestorable(repository.reopen());
    }

    /// The storage is gone from some call on, in the phase that marks, and in the one that removes.
    @Test
    @Tag("slow")
    void whereverAPruneIsCutOffTheOthersGoOnAndTheNextOneFinishes() throws IOException {
        for (boolean removing : new boolean[] {false, true}) {
            if (removing) {
                try (Worker early = Worker.begin(repository)) {
                    prune(NO_GRACE);
                    early.lock().check();
                }
            }
            int calls = 0;
            while (cutOff(calls)) {
                calls++;
            }
            assertThat(calls).isGreaterThan(20);
        }
    }

    /// @return whether there was such a call
    private boolean cutOff(int call) throws IOException {
        SampleRepository copy = repository.copy();
        FaultyStorage storage = FaultyStorage.failingFrom(copy.storage(), call);
        List<Snapshot> committed = new ArrayList<>();
        try (Worker writer = Worker.begin(copy)) {
            try {
                prune(SampleRepository.open(storage), NO_GRACE);
            } catch (IOException | HoldfastException e) {
                assertThat(storage.faults()).isNotEmpty();
            }
            assertRestorable(copy.reopen());
            committed.add(writer.commit(20));
            committed.add(writer.commit(21));
        }
        assertRestorable(copy.reopen());
        copy.open().locks().removeAll();
        prune(copy.reopen(), NO_GRACE);
        assertThat(copy.reopen().snapshots()).containsAll(committed);
        assertRestorable(copy.open());
        prune(copy.reopen(), NO_GRACE);
        assertClean(copy);
        return !storage.faults().isEmpty();
    }
}
