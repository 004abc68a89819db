package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.source.postgres.connection.Libpq;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Roles and tablespaces, which belong to the server and not to a database: as `pg_dumpall` writes
/// them, without passwords, and the same bytes as long as none of them changes.
///
/// @param silence how long it may be at a standstill
/// @param told why it runs again
record Globals(Path program, Libpq libpq, Duration silence, Consumer<String> told) {
    static final String NAME = "globals.sql";

    private static final Pattern RESTRICT = Pattern.compile("^\\\\restrict ([A-Za-z0-9]{16,})$", Pattern.MULTILINE);
    private static final int BYTES_MAX = 64 << 20;
    private static final int EXIT_SECONDS = 10;

    /// @param snapshot without which nobody needs them
    /// @throws IOException with what `pg_dumpall` said, when it refused
    /// @throws HoldfastException.Failed when it lost the server again and again
    /// @throws SnapshotLostException when it lost the server, and the snapshot is lost too
    byte[] read(ExportedSnapshot snapshot) throws IOException {
        Attempts attempts = new Attempts(snapshot::held, "roles and tablespaces");
        while (true) {
            try {
                return once();
            } catch (LostConnectionException e) {
                attempts.failed(e, true);
                told.accept(e.getMessage() + "; pg_dumpall runs again");
            }
        }
    }

    private byte[] once() throws IOException {
        if (!Files.isExecutable(program)) {
            throw new IOException("there is no pg_dumpall beside pg_dump in " + program.getParent());
        }
        ProcessBuilder builder = new ProcessBuilder(
                program.toString(),
                "--globals-only",
                "--no-role-passwords",
                "--no-password",
                "--dbname=" + libpq.settings(),
                // as a connection string without a name, or it would want postgres or template1
                "--database=" + libpq.settings());
        libpq.prepare(builder);
        builder.redirectError(ProcessBuilder.Redirect.PIPE);
        Process process = builder.start();
        long begin = System.nanoTime();
        try (Watchdog watchdog = Watchdog.over(process, silence, () -> begin);
                InputStream out = process.getInputStream();
                InputStream err = process.getErrorStream()) {
            process.getOutputStream().close();
            byte[] content = out.readNBytes(BYTES_MAX);
            String said = new String(err.readNBytes(2000), StandardCharsets.UTF_8).strip();
            boolean exited = process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
            if (watchdog.ended()) {
                throw new IOException("pg_dumpall had no answer for " + silence.toSeconds() + " s");
            }
            if (exited && process.exitValue() != 0 && LostConnectionException.isIn(said)) {
                throw LostConnectionException.of("pg_dumpall", said, null);
            }
            if (!exited || process.exitValue() != 0) {
                throw new IOException(said.isEmpty() ? "pg_dumpall did not finish" : said.replace("\n", "; "));
            }
            return repeatable(content);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Newer ones begin with the command "restrict" of `psql` and a random key, so that names from
    /// a hostile server cannot give it commands. The key becomes one that is the same every time
    /// and that nobody can write into a name either: a hash of all the rest.
    static byte[] repeatable(byte[] script) {
        String text = new String(script, StandardCharsets.ISO_8859_1);
        Matcher begin = RESTRICT.matcher(text);
        if (!begin.find()) {
            return script;
        }
        String without = text.replace(begin.group(1), "");
        String key =
                ObjectId.hash(without.getBytes(StandardCharsets.ISO_8859_1)).hex();
        return text.replace(begin.group(1), key).getBytes(StandardCharsets.ISO_8859_1);
    }
}
