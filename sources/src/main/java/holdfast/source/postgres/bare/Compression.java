package holdfast.source.postgres.bare;

import com.github.luben.zstd.ZstdInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/// Streams that are compressed as a whole, told by their first bytes.
final class Compression {
    private static final int BUFFER = 1 << 16;
    private static final int GZIP = 0x1f8b;
    private static final long ZSTD = 0x28b52ffdL;

    private Compression() {}

    /// @param in which can mark
    static InputStream opened(InputStream in) throws IOException {
        in.mark(4);
        byte[] magic = in.readNBytes(4);
        in.reset();
        long number = 0;
        for (byte b : magic) {
            number = number << 8 | (b & 0xff);
        }
        if (magic.length == 4 && number >>> 16 == GZIP) {
            return new GZIPInputStream(in, BUFFER);
        }
        return magic.length == 4 && number == ZSTD ? new ZstdInputStream(in) : in;
    }

    /// The reason in words.
    static String told(IOException e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        if (e instanceof EOFException && (message.isEmpty() || message.startsWith("Unexpected end"))) {
            return "it ends too early";
        }
        return switch (message) {
            case "Corrupt GZIP trailer" -> "its checksum (CRC) is not that of its content";
            case "Truncated source" -> "it ends too early";
            default -> message.isEmpty() ? e.getClass().getSimpleName() : message;
        };
    }
}
