package holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class ThrottledStorageTest extends StorageContract {
    private static final int MEBIBYTE = 1 << 20;

    private final FakeTicker ticker = new FakeTicker();
    private final Storage storage = new ThrottledStorage(new MemoryStorage(), MEBIBYTE, 2 * MEBIBYTE, ticker);
    private int names;

    @Override
    protected Storage open() {
        return new ThrottledStorage(new MemoryStorage(), 1L << 40, 0);
    }

    @Test
    void uploadsKeepToTheirRate() throws IOException {
        for (int i = 0; i < 11; i++) {
            put(MEBIBYTE);
        }
        // the first second's worth had been saved up
        assertThat(ticker.slept()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void downloadsHaveARateOfTheirOwn() throws IOException {
        String name = put(MEBIBYTE);
        for (int i = 0; i < 6; i++) {
            storage.get(name);
            storage.get(name, 0, MEBIBYTE);
        }
        assertThat(ticker.slept()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whatIsLargerThanTheRatePassesInItsTime() throws IOException {
        put(5 * MEBIBYTE);
        assertThat(ticker.slept()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void noMoreThanASecondIsSavedUp() throws IOException {
        put(MEBIBYTE);
        ticker.advance(Duration.ofHours(1));
        put(MEBIBYTE);
        put(MEBIBYTE);
        assertThat(ticker.slept()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void smallFilesAreCountedButNeverWait() throws IOException {
        put(5 * MEBIBYTE);
        assertThat(ticker.slept()).isEqualTo(Duration.ofSeconds(4));
        for (int i = 0; i < 16; i++) {
            put(ThrottledStorage.SMALL_BYTES);
        }
        assertThat(ticker.slept()).isEqualTo(Duration.ofSeconds(4));
        put(MEBIBYTE);
        assertThat(ticker.slept()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void allThreadsShareTheRate() throws Exception {
        List<Callable<String>> puts = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            puts.add(() -> put(MEBIBYTE));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> done : threads.invokeAll(puts)) {
                done.get();
            }
        }
        // fake sleeps do not overlap, so their sum is an upper bound; real ones end together
        assertThat(ticker.slept()).isGreaterThanOrEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void noLimitNeverWaits() throws IOException {
        Storage free = new ThrottledStorage(new MemoryStorage(), 0, 0, ticker);
        free.put("config", ByteBuffer.allocate(10 * MEBIBYTE));
        free.get("config");
        assertThat(ticker.sleeps()).isEmpty();
        assertThatThrownBy(() -> new ThrottledStorage(free, -1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInterruptEndsTheWaitingAndNothingIsStored() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> put(5 * MEBIBYTE)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private synchronized String nextName() {
        return "data/" + String.format("%064x", names++);
    }

    private String put(int bytes) throws IOException {
        String name = nextName();
        storage.put(name, ByteBuffer.allocate(bytes));
        return name;
    }
}
