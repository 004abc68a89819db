package holdfast.backup;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// Direct buffers used again, a queue for each size. How many exist is bounded by how many their users
/// take at once. Safe for use by many threads.
final class BufferPool {
    private final Map<Integer, ArrayDeque<ByteBuffer>> free = new HashMap<>();

    /// A cleared buffer of exactly that capacity.
    ByteBuffer take(int capacity) {
        synchronized (free) {
            ArrayDeque<ByteBuffer> queue = free.get(capacity);
            ByteBuffer buffer = queue == null ? null : queue.poll();
            if (buffer != null) {
                return buffer.clear();
            }
        }
        return ByteBuffer.allocateDirect(capacity);
    }

    void give(ByteBuffer buffer) {
        synchronized (free) {
            free.computeIfAbsent(buffer.capacity(), size -> new ArrayDeque<>()).push(buffer);
        }
    }
}
