package holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import holdfast.storage.FaultyStorage.Script;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Goal: failures that pass are not seen, failures that do not pass are seen soon, and no retry changes what a
/// call means.
final class RetryingStorageTest extends StorageContract {
    private static final String NAME = "data/" + "0f".repeat(32);
    private static final RetryPolicy POLICY =
            new RetryPolicy(4, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofMinutes(1));

    private final MemoryStorage memory = new MemoryStorage();
    private final FakeTicker ticker = new FakeTicker();

    @Override
    protected Storage open() {
        return new RetryingStorage(new MemoryStorage(), POLICY);
    }

    private Storage retrying(FaultyStorage storage) {
        return new RetryingStorage(storage, POLICY, ticker, () -> 0.5);
    }

    private FaultyStorage faulty(Script script) {
        return new FaultyStorage(memory, script);
    }

    /// Method: every third call fails, before or after it did its work.
    @Test
    void passingFailuresAreNotSeen() throws IOException {
        for (Fault fault : List.of(Fault.REFUSE, Fault.LOSE_ANSWER)) {
            Storage storage = retrying(faulty(call -> call.number() % 3 == 0 ? fault : Fault.NONE));
            put(storage, 1, 2, 3);
            assertThat(storage.get(NAME)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(storage.get(NAME, 1, 2)).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
            try (Stream<StoredFile> files = storage.list("data/")) {
                assertThat(files).containsExactly(new StoredFile(NAME, 3));
            }
            storage.delete(NAME);
            assertThatThrownBy(() -> memory.get(NAME)).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void aPutWhoseAnswerWasLostHasSucceeded() throws IOException {
        FaultyStorage faulty = FaultyStorage.losingAnswer(memory, 0);
        put(retrying(faulty), 1, 2, 3);
        assertThat(faulty.calls()).hasSize(3);
        assertThat(faulty.calls(Operation.GET)).isEqualTo(1);
    }

    @Test
    void aPutThatFindsOtherContentOnItsSecondAttemptHasFailed() throws IOException {
        put(memory, 9);
        FaultyStorage faulty = FaultyStorage.failingCall(memory, 0);
        assertThatThrownBy(() -> put(retrying(faulty), 1)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(memory.get(NAME)).isEqualTo(ByteBuffer.wrap(new byte[] {9}));
    }

    @Test
    void theComparisonItselfIsRetried() throws IOException {
        FaultyStorage faulty = faulty(call -> switch (call.number()) {
            case 0 -> Fault.LOSE_ANSWER;
            case 2 -> Fault.REFUSE;
            default -> Fault.NONE;
        });
        put(retrying(faulty), 1, 2, 3);
        assertThat(faulty.calls()).hasSize(5);
    }

    @Test
    void whatCannotPassIsNotTriedAgain() throws IOException {
        FaultyStorage faulty = FaultyStorage.counting(memory);
        Storage storage = retrying(faulty);
        put(storage, 1, 2, 3);
        assertThatThrownBy(() -> put(storage, 1, 2, 3)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> storage.get(NAME, 2, 2)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> storage.get("config")).isInstanceOf(NoSuchFileException.class);
        assertThat(faulty.calls()).hasSize(4);
        assertThat(ticker.sleeps()).isEmpty();
    }

    /// Method: an injected failure says the name it was asked for, so the name is what the system says of the disk.
    @Test
    void whatSomebodyMustPutRightFirstIsToldAtOnce() {
        for (String message : List.of(
                "No space left on device",
                "Disk quota exceeded",
                "Read-only file system",
                "permission denied",
                "Operation not permitted",
                "Not a directory")) {
            FaultyStorage faulty = FaultyStorage.failingFrom(memory, 0);
            assertThatThrownBy(() -> retrying(faulty).get(message)).hasMessageContaining(message);
            assertThat(faulty.calls()).hasSize(1);
        }
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void pausesDoubleUpToALimitAndThenItGivesUpSayingSo() {
        Storage storage = retrying(FaultyStorage.failingFrom(memory, 0));
        assertThatThrownBy(() -> storage.get(NAME))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining("4 attempts in 4 s");
        assertThat(ticker.sleeps())
                .containsExactly(Duration.ofMillis(750), Duration.ofMillis(1500), Duration.ofMillis(2250));
    }

    @Test
    void itGivesUpWhenItsPatienceIsSpent() {
        FaultyStorage slow = faulty(_ -> {
            ticker.advance(Duration.ofSeconds(40));
            return Fault.REFUSE;
        });
        assertThatThrownBy(() -> retrying(slow).get(NAME)).hasMessageContaining("2 attempts in 80 s");
    }

    @Test
    void pausesLieBetweenHalfAndAll() {
        assertThat(POLICY.pause(1, 0)).isEqualTo(Duration.ofMillis(500));
        assertThat(POLICY.pause(1, 0.999_999)).isLessThan(Duration.ofSeconds(1));
        assertThat(POLICY.pause(1000, 0)).isEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void anInterruptEndsTheWaiting() {
        Storage storage = retrying(FaultyStorage.whenever(
                memory,
                _ -> {
                    Thread.currentThread().interrupt();
                    return true;
                },
                Fault.REFUSE));
        assertThatThrownBy(() -> storage.get(NAME)).hasMessageContaining("injected");
        assertThat(Thread.interrupted()).isTrue();

        Ticker impatient = new Ticker() {
            @Override
            public long nanos() {
                return 0;
            }

            @Override
            public void sleep(Duration time) throws InterruptedException {
                throw new InterruptedException();
            }
        };
        Storage waiting = new RetryingStorage(FaultyStorage.failingFrom(memory, 0), POLICY, impatient, () -> 0.5);
        assertThatThrownBy(() -> waiting.get(NAME)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void put(Storage storage, int... bytes) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(bytes.length);
        for (int b : bytes) {
            content.put((byte) b);
        }
        storage.put(NAME, content.flip());
    }
}
