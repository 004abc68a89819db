package holdfast.storage;

import static holdfast.storage.FaultyStorage.Operation.DELETE;
import static holdfast.storage.FaultyStorage.Operation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.storage.FaultyStorage.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Without faults it keeps the contract; and each fault is what it says it is.
final class FaultyStorageTest extends StorageContract {
    private static final String NAME = "data/" + "0f".repeat(32);

    private final MemoryStorage memory = new MemoryStorage();

    @Override
    protected Storage open() {
        return FaultyStorage.counting(new MemoryStorage());
    }

    @Test
    void oneCallFailsAndIsNotDone() throws IOException {
        FaultyStorage storage = FaultyStorage.failingCall(memory, 1);
        storage.delete(NAME);
        assertThatThrownBy(() -> put(storage)).isInstanceOf(IOException.class).hasMessageContaining(NAME);
        put(storage);
        assertThat(storage.calls()).hasSize(3);
        assertThat(storage.calls(PUT)).isEqualTo(2);
        assertThat(storage.faults()).containsExactly(new FaultyStorage.Call(1, PUT, NAME));
    }

    @Test
    void everythingFailsFromACallOn() throws IOException {
        FaultyStorage storage = FaultyStorage.failingFrom(memory, 1);
        put(storage);
        assertThatThrownBy(() -> storage.get(NAME)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.get(NAME, 0, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.list("data/").close()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.delete(NAME)).isInstanceOf(IOException.class);
        assertThat(memory.get(NAME).remaining()).isEqualTo(4);
    }

    @Test
    void anAnswerIsLostThoughTheWorkWasDone() throws IOException {
        assertThatThrownBy(() -> put(FaultyStorage.losingAnswer(memory, 0))).isInstanceOf(IOException.class);
        assertThat(memory.get(NAME).remaining()).isEqualTo(4);
        FaultyStorage lossy = FaultyStorage.whenever(memory, _ -> true, Fault.LOSE_ANSWER);
        assertThatThrownBy(() -> lossy.get(NAME)).isInstanceOf(IOException.class);
        try (Stream<StoredFile> files = lossy.list("data/")) {
            assertThatThrownBy(files::toList).isInstanceOf(UncheckedIOException.class);
        }
        assertThatThrownBy(() -> lossy.delete(NAME)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> memory.get(NAME)).isInstanceOf(IOException.class);
    }

    @Test
    void contentIsHalvedOrSpoiltInSilence() throws IOException {
        put(FaultyStorage.whenever(memory, _ -> true, Fault.HALVE));
        assertThat(memory.get(NAME).remaining()).isEqualTo(2);
        memory.delete(NAME);
        put(memory);
        FaultyStorage flipping = FaultyStorage.whenever(memory, _ -> true, Fault.FLIP_BIT);
        assertThat(flipping.get(NAME)).isNotEqualTo(memory.get(NAME));
        assertThat(flipping.get(NAME, 0, 2)).isNotEqualTo(memory.get(NAME, 0, 2));
        FaultyStorage ignoring = FaultyStorage.whenever(memory, call -> call.operation() == DELETE, Fault.IGNORE);
        ignoring.delete(NAME);
        assertThat(memory.get(NAME)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
    }

    private static void put(Storage storage) throws IOException {
        storage.put(NAME, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
    }
}
