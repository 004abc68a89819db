package holdfast.source.postgres;

import holdfast.source.FileContent;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads content for what its reading learns.
final class Drain {
    private static final int BUFFER = 1 << 18;

    private Drain() {}

    /// @return bytes read
    static long all(FileContent content) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long bytes = 0;
        try (FileContent.Reading reading = content.open()) {
            for (int read = reading.read(buffer); read >= 0; read = reading.read(buffer.clear())) {
                bytes += read;
            }
            return bytes;
        }
    }
}
