package holdfast.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.policy.Candidate;
import holdfast.policy.Period;
import holdfast.policy.Plan;
import holdfast.policy.RetentionPolicy;
import holdfast.policy.SourceGroup;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForgetTest {
    private static final Instant START = Instant.parse("2026-02-01T00:00:00Z");

    private final SampleRepository repository = new SampleRepository();
    private final List<Snapshot> daily = new ArrayList<>();

    @BeforeEach
    void fiveDays() throws IOException {
        for (int day = 0; day < 5; day++) {
            SampleTree tree = new SampleTree().file("/day", "day " + day);
            daily.add(tree.save(repository.open(), START.plus(Duration.ofDays(day))));
        }
    }

    private static Plan keepLast(Repository open, int count) throws IOException {
        RetentionPolicy policy =
                new RetentionPolicy(Map.of(Period.LAST, count), Map.of(), List.of(), 0, ZoneOffset.UTC);
        List<Candidate> candidates = open.snapshots().stream()
                .map(snapshot -> new Candidate(snapshot, null, false))
                .toList();
        return policy.plan(candidates, SourceGroup.DEFAULT, SampleRepository.CLOCK.instant(), false);
    }

    private static ForgetResult forget(Repository open, Plan plan) throws IOException {
        try (Lock lock = SampleRepository.exclusive(open)) {
            return new Forget(open).apply(plan, lock);
        }
    }

    @Test
    void exactlyWhatThePlanSaysGoesOldestFirst() throws IOException {
        Plan plan = keepLast(repository.open(), 2);
        var packs = repository.names("data/");
        ForgetResult result = forget(repository.open(), plan);
        assertThat(result.removed()).isEqualTo(daily.subList(0, 3));
        assertThat(result.kept()).isEqualTo(2);
        assertThat(repository.reopen().snapshots()).isEqualTo(daily.subList(3, 5));
        assertThat(repository.names("data/")).isEqualTo(packs);
        assertThat(repository.names("locks/")).isEmpty();
    }

    @Test
    void whatSomebodyElseRemovedIsPassedOver() throws IOException {
        Plan plan = keepLast(repository.open(), 2);
        repository.open().delete(daily.get(1));
        assertThat(forget(repository.open(), plan).removed()).containsExactly(daily.get(0), daily.get(2));
    }

    @Test
    void nothingGoesWhenASnapshotThatWasToStayIsGone() throws IOException {
        Plan plan = keepLast(repository.open(), 2);
        repository.open().delete(daily.get(4));
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> forget(repository.open(), plan))
                .withMessageContaining(daily.get(4).id().brief());
        assertThat(repository.reopen().snapshots()).isEqualTo(daily.subList(0, 4));
    }

    @Test
    void aStorageThatForbidsDeletingIsToldClearly() throws IOException {
        FaultyStorage storage = FaultyStorage.whenever(
                repository.storage(),
                call -> call.operation() == Operation.DELETE && call.name().startsWith("snapshots/"),
                Fault.REFUSE);
        Repository open = SampleRepository.open(storage);
        Plan plan = keepLast(open, 2);
        assertThatExceptionOfType(HoldfastException.Failed.class)
                .isThrownBy(() -> forget(open, plan))
                .withMessageContaining(
                        "cannot forget snapshot " + daily.getFirst().id().brief())
                .withMessageContaining("0 of 3");
        assertThat(repository.reopen().snapshots()).isEqualTo(daily);
    }

    /// Goal: whichever call fails, what was to stay stays, and the next run finishes.
    @Test
    void whatIsKeptStaysWhicheverCallFails() throws IOException {
        for (FaultyStorage.Trouble trouble : FaultyStorage.Trouble.values()) {
            for (int number = 0; ; number++) {
                SampleRepository copy = repository.copy();
                FaultyStorage storage = trouble.over(copy.storage(), number);
                try {
                    Repository open = SampleRepository.open(storage);
                    forget(open, keepLast(open, 2));
                } catch (IOException | HoldfastException e) {
                    assertThat(storage.faults()).isNotEmpty();
                }
                Repository next = copy.reopen();
                List<ObjectId> left =
                        next.snapshots().stream().map(Snapshot::id).toList();
                assertThat(daily.stream().map(Snapshot::id).toList())
                        .as("only the oldest are gone")
                        .endsWith(left.toArray(ObjectId[]::new));
                assertThat(left).hasSizeGreaterThanOrEqualTo(2);
                next.locks().removeAll();
                forget(next, keepLast(next, 2));
                assertThat(copy.reopen().snapshots()).isEqualTo(daily.subList(3, 5));
                if (storage.faults().isEmpty()) {
                    break;
                }
            }
        }
    }
}
