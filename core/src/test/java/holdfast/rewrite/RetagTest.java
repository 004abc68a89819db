package holdfast.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.storage.FaultyStorage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Goal: tags change and nothing else does: not the tree, the time, the proof; whichever call
/// fails, no snapshot is lost.
class RetagTest {
    private static final Instant TIME = Instant.parse("2026-02-01T00:00:00Z");

    private final SampleRepository repository = new SampleRepository();
    private Snapshot first;
    private Snapshot second;

    @BeforeEach
    void twoSnapshots() throws IOException {
        first = new SampleTree().file("/a", "one").save(repository.open(), TIME);
        second = new SampleTree().file("/a", "two").save(repository.open(), TIME.plus(Duration.ofDays(1)));
        repository.open().save(proof(first.id()));
    }

    private static Proof proof(ObjectId id) {
        return new Proof(id, ProofLevel.SOUND, true, TIME.plusSeconds(9), Duration.ofSeconds(1), "web", List.of());
    }

    private static List<Retag.Changed> retag(Repository open, TagChange change) throws IOException {
        try (Lock lock = SampleRepository.exclusive(open)) {
            return new Retag(open).apply(Retag.plan(open.snapshots(), change), lock);
        }
    }

    @Test
    void whatBecomesOfTags() {
        List<String> tags = List.of("a", "b");
        assertThat(TagChange.to(List.of("x", "x")).of(tags)).containsExactly("x");
        assertThat(TagChange.to(List.of()).of(tags)).isEmpty();
        assertThat(TagChange.by(List.of("c", "a"), List.of()).of(tags)).containsExactly("a", "b", "c");
        assertThat(TagChange.by(List.of("a", "c"), List.of("a", "z")).of(tags)).containsExactly("b", "c");
    }

    @Test
    void onlyTheTagsChange() throws IOException {
        List<Retag.Changed> changed = retag(repository.open(), TagChange.by(List.of("keep"), List.of()));
        assertThat(changed).hasSize(2);
        Repository next = repository.reopen();
        assertThat(next.snapshots())
                .hasSize(2)
                .allSatisfy(snapshot -> assertThat(snapshot.tags()).containsExactly("keep"));
        Snapshot now = next.snapshots().getFirst();
        assertThat(now.original()).isEqualTo(first.id());
        assertThat(now.tree()).isEqualTo(first.tree());
        assertThat(now.time()).isEqualTo(first.time());
        assertThat(now.paths()).isEqualTo(first.paths());
        assertThat(next.proofs()).containsExactly(proof(now.id()));
        assertThat(repository.names("locks/")).isEmpty();
    }

    @Test
    void theFirstFormIsRememberedAndWhatIsRightStays() throws IOException {
        retag(repository.open(), TagChange.to(List.of("one")));
        retag(repository.reopen(), TagChange.to(List.of("two")));
        assertThat(repository.reopen().snapshots().getFirst().original()).isEqualTo(first.id());
        assertThat(retag(repository.reopen(), TagChange.by(List.of("two"), List.of("other"))))
                .isEmpty();
    }

    @Test
    void noSnapshotIsLostWhicheverCallFails() throws IOException {
        for (FaultyStorage.Trouble trouble : FaultyStorage.Trouble.values()) {
            for (int number = 0; ; number++) {
                SampleRepository copy = repository.copy();
                FaultyStorage storage = trouble.over(copy.storage(), number);
                try {
                    retag(SampleRepository.open(storage), TagChange.to(List.of("new")));
                } catch (IOException | HoldfastException e) {
                    assertThat(storage.faults()).isNotEmpty();
                }
                Repository next = copy.reopen();
                assertThat(next.snapshots().stream().map(Snapshot::tree).distinct())
                        .containsExactly(first.tree(), second.tree());
                // whatever of the two forms is proven, no proof is of anything else
                assertThat(next.proofs())
                        .isNotEmpty()
                        .allSatisfy(proof -> assertThat(proof.level()).isEqualTo(ProofLevel.SOUND));
                next.locks().removeAll();
                retag(next, TagChange.to(List.of("new")));
                assertThat(copy.reopen().snapshots())
                        .allSatisfy(snapshot -> assertThat(snapshot.tags()).containsExactly("new"));
                if (storage.faults().isEmpty()) {
                    break;
                }
            }
        }
    }
}
