package holdfast.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes large files past the system's page cache (`O_DIRECT`). So a backup does not push out what
/// a database beside it has there, is spared a copy of everything it stores, and is read from the
/// disk, not from memory, when it is proven. Not every file system can do that, and none must.
///
/// Stateless; safe for use by many threads.
final class UncachedFiles {
    /// What is smaller is not worth it.
    static final int LEAST_BYTES = 1 << 20;
    /// Where the file system has larger blocks, files are written in the ordinary way.
    static final int BLOCK_BYTES = 4096;

    private static final @Nullable OpenOption DIRECT = direct();

    private UncachedFiles() {}

    /// The option of the JDK's `jdk.unsupported`, of which the compiler warns when it is named.
    private static @Nullable OpenOption direct() {
        try {
            for (Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option instanceof OpenOption direct && option.toString().equals("DIRECT")) {
                    return direct;
                }
            }
            return null;
        } catch (ClassNotFoundException _) {
            return null;
        }
    }

    /// A buffer that begins at a block of memory.
    static ByteBuffer buffer(int bytes) {
        // a slice ends at a block too
        return ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * BLOCK_BYTES))
                .alignedSlice(BLOCK_BYTES)
                .slice(0, bytes);
    }

    /// Whether content can be written so.
    static boolean suits(ByteBuffer content) {
        return DIRECT != null
                && content.isDirect()
                && content.remaining() >= LEAST_BYTES
                && content.alignmentOffset(content.position(), BLOCK_BYTES) == 0;
    }

    /// Writes a new file and forces it to disk. The position does not change.
    ///
    /// @return whether that was done; if not, there is no file, and another way may do
    static boolean write(Path file, ByteBuffer content) throws IOException {
        boolean done = false;
        try (FileChannel channel = DurableFiles.create(file, Objects.requireNonNull(DIRECT))) {
            write(channel, content.duplicate());
            channel.force(true);
            done = true;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
            // said when the ordinary way fails too
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
        return done;
    }

    /// Whole blocks only: the last one is filled up, and cut off again.
    private static void write(FileChannel channel, ByteBuffer content) throws IOException {
        int bytes = content.remaining();
        int tail = bytes % BLOCK_BYTES;
        int end = content.limit() - tail;
        ByteBuffer last = buffer(BLOCK_BYTES).put(content.slice(end, tail)).clear();
        all(channel, content.limit(end));
        if (tail > 0) {
            all(channel, last);
            channel.truncate(bytes);
        }
    }

    private static void all(FileChannel channel, ByteBuffer blocks) throws IOException {
        while (blocks.hasRemaining()) {
            channel.write(blocks);
        }
    }
}
