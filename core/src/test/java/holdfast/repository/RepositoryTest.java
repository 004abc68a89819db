package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RepositoryTest {
    private final Storage storage = new MemoryStorage();

    @Test
    void whatWasWrittenIsReadBackByWhoeverOpensTheRepositoryLater() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            files.add(i % 3 == 0 ? new byte[i + 1] : Repositories.noise(i, 1 + 997 * i));
        }
        Snapshot saved;
        try (Repository repository = Repositories.init(storage)) {
            saved = Repositories.backUp(repository, files);
            assertThat(Repositories.restore(repository, saved))
                    .usingElementComparator(Bytes.ORDER)
                    .isEqualTo(files);
        }
        try (Repository repository = Repositories.open(storage)) {
            assertThat(repository.snapshots()).containsExactly(saved);
            assertThat(Repositories.restore(repository, saved))
                    .usingElementComparator(Bytes.ORDER)
                    .isEqualTo(files);
        }
    }

    @Test
    void storingTheSameAgainAddsNothing() throws IOException {
        List<byte[]> files = List.of(Repositories.noise(1, 100_000), new byte[70_000], Repositories.noise(2, 10));
        try (Repository repository = Repositories.init(storage)) {
            Snapshot first = Repositories.backUp(repository, files);
            long packs = count(Kinds.DATA);
            try (BlobWriter writer = repository.writer(Repositories.options())) {
                assertThat(Repositories.write(writer, files)).isEqualTo(first.tree());
                writer.finish();
                assertThat(writer.addedBytes() + writer.storedBytes() + writer.dataBlobs() + writer.treeBlobs())
                        .isZero();
            }
            assertThat(count(Kinds.DATA)).isEqualTo(packs);
            assertThat(count(Kinds.INDEX)).isEqualTo(1);
        }
    }

    private long count(String kind) throws IOException {
        try (var files = storage.list(kind)) {
            return files.count();
        }
    }

    @Test
    void theErrorsOfOpeningAreToldApart() throws IOException {
        assertThatThrownBy(() -> Repositories.open(storage)).isInstanceOf(HoldfastException.NoRepository.class);
        assertThat(Repository.exists(storage)).isFalse();
        Repositories.init(storage).close();
        assertThat(Repository.exists(storage)).isTrue();
        assertThatThrownBy(() -> Repository.open(storage, Password.of("wrong"), Repositories.CLOCK))
                .isInstanceOf(HoldfastException.WrongPassword.class);
        assertThatThrownBy(() -> Repositories.init(storage))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("there is one already");
        Repositories.open(storage).close();
    }

    @Test
    void ofRacingInitsOneMakesARepositoryAndTheOthersLeaveNothing() throws Exception {
        for (int round = 0; round < 10; round++) {
            Storage shared = new MemoryStorage();
            CyclicBarrier barrier = new CyclicBarrier(4);
            Callable<Boolean> init = () -> {
                barrier.await();
                try {
                    Repositories.init(shared).close();
                    return true;
                } catch (HoldfastException.PreCheckFailed e) {
                    return false;
                }
            };
            int made = 0;
            try (var pool = Executors.newFixedThreadPool(4)) {
                for (Future<Boolean> one : pool.invokeAll(List.of(init, init, init, init))) {
                    made += one.get() ? 1 : 0;
                }
            }
            assertThat(made).isEqualTo(1);
            try (var keys = shared.list(Kinds.KEYS)) {
                assertThat(keys).hasSize(1);
            }
            Repositories.open(shared).close();
        }
    }
}
