package holdfast.cli.export;

import holdfast.model.ObjectId;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/// A file written to its end and to the disk, with what it then holds.
///
/// @param sha256 of its bytes, hexadecimal
record WrittenFile(Path path, long bytes, String sha256) {
    private static final int BUFFER = 1 << 16;

    /// Writes the content.
    @FunctionalInterface
    interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    static WrittenFile write(Path path, Body body) throws IOException {
        return write(path, false, body);
    }

    static WrittenFile compress(Path path, Body body) throws IOException {
        return write(path, true, body);
    }

    private static WrittenFile write(Path path, boolean gzip, Body body) throws IOException {
        MessageDigest digest = ObjectId.sha256();
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out =
                    new BufferedOutputStream(new DigestOutputStream(Channels.newOutputStream(file), digest), BUFFER);
            if (gzip) {
                GZIPOutputStream zip = new GZIPOutputStream(out, BUFFER);
                body.writeTo(unclosed(zip));
                zip.finish();
            } else {
                body.writeTo(unclosed(out));
            }
            out.flush();
            file.force(true);
            return new WrittenFile(path, file.size(), HexFormat.of().formatHex(digest.digest()));
        }
    }

    /// The content's writer may close what it was given.
    private static OutputStream unclosed(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                out.flush();
            }
        };
    }
}
