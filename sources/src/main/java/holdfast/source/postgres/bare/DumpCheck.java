package holdfast.source.postgres.bare;

import holdfast.model.CheckResult;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Checks one bare dump: a file in custom, tar or plain format, each also compressed as a whole,
/// or a folder in directory format. Everything is read to its end. What it is is told by its
/// content, not by its name. Stateless; safe for use by many threads.
public final class DumpCheck {
    /// What a check found.
    ///
    /// @param kind for people: `PostgreSQL dump, custom format`
    public record Result(String kind, List<CheckResult> checks) {
        public Result {
            checks = List.copyOf(checks);
        }

        public boolean passed() {
            return checks.stream().allMatch(CheckResult::passed);
        }
    }

    private static final int HEAD = 512;
    private static final int TAR_MAGIC = 257;

    private DumpCheck() {}

    /// @param path of a file or folder that exists
    public static Result of(Path path) {
        List<CheckResult> checks = new ArrayList<>();
        String kind = "unknown";
        try {
            if (Files.isDirectory(path)) {
                kind = "PostgreSQL dump, directory format";
                new DirectoryArchive(path, checks).check();
                return new Result(kind, checks);
            }
            try (InputStream raw = new BufferedInputStream(Files.newInputStream(path), HEAD);
                    InputStream in = new BufferedInputStream(Compression.opened(raw), 1 << 16)) {
                byte[] head = head(in);
                if (head.length == 0) {
                    checks.add(CheckResult.fail("content", "it is empty"));
                } else if (begins(head, 0, "PGDMP")) {
                    kind = "PostgreSQL dump, custom format";
                    new CustomArchive(in, checks).check();
                } else if (begins(head, TAR_MAGIC, "ustar")) {
                    kind = "PostgreSQL dump, tar format";
                    new TarArchive(in, checks).check();
                } else {
                    kind = "SQL script";
                    new PlainScript(in, checks).check();
                }
                drain(in);
            }
            checks.add(CheckResult.pass("end", "read to its end"));
        } catch (IOException e) {
            checks.add(CheckResult.fail("content", Compression.told(e)));
        }
        return new Result(kind, checks);
    }

    /// The checksum of a compressed file stands at its end.
    static void drain(InputStream in) throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    private static byte[] head(InputStream in) throws IOException {
        in.mark(HEAD);
        byte[] head = in.readNBytes(HEAD);
        in.reset();
        return head;
    }

    private static boolean begins(byte[] bytes, int at, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        return bytes.length >= at + wanted.length
                && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length);
    }

    /// Whether the content, compressed or not, begins as that of a SQLite database.
    public static boolean isSqlite(Path file) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), HEAD);
                InputStream in = new BufferedInputStream(Compression.opened(raw), HEAD)) {
            return begins(head(in), 0, "SQLite format 3\0");
        } catch (IOException e) {
            return false; // told by the check that follows
        }
    }

    /// The content of a file that may be compressed as a whole.
    ///
    /// @throws IOException when it cannot be read; also later, when it turns out to be damaged
    public static InputStream content(Path file) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), HEAD);
        boolean done = false;
        try {
            InputStream in = Compression.opened(raw);
            done = true;
            return in;
        } finally {
            if (!done) {
                raw.close();
            }
        }
    }
}
