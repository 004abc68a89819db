package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class BlobMemoryTest {
    private final Failure state = new Failure();
    private final BlobMemory memory = new BlobMemory(state, BlobMemory.SLAB_BITS);

    /// Goal: no two pieces in use overlap, and all of the memory comes back. Method: fill each piece with its own
    /// number, look at it when it is given back, in random order and sizes.
    @Test
    void piecesNeverOverlapAndAllMemoryComesBack() throws IOException {
        long seed = Seeds.seed();
        Random random = new Random(seed);
        List<BlobMemory.Room> rooms = new ArrayList<>();
        long inUse = 0;
        for (int i = 0; i < 3_000; i++) {
            int bytes = 1 + random.nextInt(1 << random.nextInt(24));
            if (inUse + 2L * Math.max(bytes, 1 << 14) > 16 << 20) {
                BlobMemory.Room room = rooms.remove(random.nextInt(rooms.size()));
                inUse -= 2L * Math.max(room.buffer().capacity(), 1 << 14);
                giveBack(room, seed);
            } else {
                BlobMemory.Room room = memory.take(bytes);
                assertThat(room.buffer().remaining()).isEqualTo(bytes);
                inUse += 2L * Math.max(bytes, 1 << 14);
                mark(room.buffer(), rooms.size() + i);
                rooms.add(room);
            }
        }
        for (BlobMemory.Room room : rooms) {
            giveBack(room, seed);
        }
        for (int slab = 0; slab < 4; slab++) {
            assertThat(memory.take(8 << 20).first()).as("seed %d", seed).isGreaterThanOrEqualTo(0);
        }
    }

    private static void mark(ByteBuffer buffer, int number) {
        for (int at = 0; at + 4 <= buffer.capacity(); at += 4096) {
            buffer.putInt(at, number);
        }
        if (buffer.capacity() >= 4) {
            buffer.putInt(buffer.capacity() - 4, number);
        }
    }

    private void giveBack(BlobMemory.Room room, long seed) {
        ByteBuffer buffer = room.buffer();
        if (buffer.capacity() >= 4) {
            int number = buffer.getInt(buffer.capacity() - 4);
            for (int at = 0; at + 8 <= buffer.capacity(); at += 4096) {
                assertThat(buffer.getInt(at)).as("seed %d", seed).isEqualTo(number);
            }
        }
        memory.giveBack(room);
    }

    @Test
    void whoeverFindsNoRoomWaitsUntilThereIsSomeOrSomethingWentWrong() throws Exception {
        List<BlobMemory.Room> all = new ArrayList<>();
        for (int slab = 0; slab < 4; slab++) {
            all.add(memory.take(8 << 20));
        }
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<BlobMemory.Room> waiting = pool.submit(() -> memory.take(5));
            assertThatThrownBy(() -> waiting.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            memory.giveBack(all.removeFirst());
            assertThat(waiting.get(5, TimeUnit.SECONDS).buffer().capacity()).isEqualTo(5);
            Future<BlobMemory.Room> hopeless = pool.submit(() -> memory.take(8 << 20));
            state.set(new IOException("disk on fire"));
            assertThatThrownBy(() -> hopeless.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("disk on fire");
        }
    }

    @Test
    void blobsLargerThanASlabGetMemoryOfTheirOwnOneAtATime() throws Exception {
        BlobMemory.Room large = memory.take(20 << 20);
        assertThat(large.buffer().capacity()).isEqualTo(20 << 20);
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<BlobMemory.Room> second = pool.submit(() -> memory.take(9 << 20));
            assertThatThrownBy(() -> second.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            memory.giveBack(large);
            assertThat(second.get(5, TimeUnit.SECONDS).buffer().capacity()).isEqualTo(9 << 20);
        }
    }
}
