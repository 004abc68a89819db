package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocReader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Has `pg_dump` describe a database: the table of contents it writes before the first row. Then it
/// is stopped; the rows are read by others, in the same exported snapshot. Used by one thread.
final class SchemaDump {
    /// What is done while `pg_dump` still holds its locks on all tables.
    @FunctionalInterface
    interface WhileLocked {
        void described(TableOfContents toc) throws IOException, SQLException;
    }

    private static final int MESSAGE_BYTES = 8 << 10;
    private static final int STOP_SECONDS = 10;

    private final Path program;
    private final Map<String, String> environment;
    private final Path scratch;

    /// @param environment how the database is reached, as libpq's variables
    /// @param scratch folder for what `pg_dump` says
    SchemaDump(Path program, Map<String, String> environment, Path scratch) {
        this.program = program;
        this.environment = environment;
        this.scratch = scratch;
    }

    /// @param snapshot name of the exported snapshot
    /// @param encoding of the database: a role may have another one of its own, and the rows are
    ///     read in this one
    /// @param lockWaitMillis how long to wait for a table that is locked
    /// @param selection more options of `pg_dump`
    /// @throws HoldfastException.PreCheckFailed with what `pg_dump` said, when it refused
    TableOfContents run(String snapshot, String encoding, long lockWaitMillis, List<String> selection)
            throws IOException, SQLException {
        return run(snapshot, encoding, lockWaitMillis, selection, _ -> {});
    }

    /// As the other one.
    TableOfContents run(
            String snapshot, String encoding, long lockWaitMillis, List<String> selection, WhileLocked locked)
            throws IOException, SQLException {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--format=custom",
                "--compress=0",
                "--no-password",
                "--snapshot=" + snapshot,
                "--encoding=" + encoding,
                "--lock-wait-timeout=" + lockWaitMillis));
        command.addAll(selection);
        Path messages = Files.createTempFile(scratch, "holdfast-pg_dump", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(messages.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().putAll(environment);
            builder.environment().put("LC_ALL", "C.UTF-8");
            // constants of times are written in the session's zone: the same one whatever server and database say
            builder.environment().put("PGTZ", "UTC");
            Process process = builder.start();
            try (InputStream out = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
                process.getOutputStream().close();
                TableOfContents toc = TocReader.read(out);
                locked.described(toc);
                return toc;
            } catch (EOFException | BrokenArchiveException e) {
                throw refused(process, messages, e);
            } finally {
                stop(process);
            }
        } finally {
            Files.deleteIfExists(messages);
        }
    }

    private HoldfastException refused(Process process, Path messages, IOException cause) throws IOException {
        stop(process);
        byte[] said;
        try (InputStream in = Files.newInputStream(messages)) {
            said = in.readNBytes(MESSAGE_BYTES);
        }
        String text = new String(said, StandardCharsets.UTF_8).strip().replaceAll("pg_dump: (error: )?", "");
        return new HoldfastException.PreCheckFailed(
                "pg_dump cannot describe the database: "
                        + (text.isEmpty() ? cause.getMessage() : text.replace("\n", "; ")),
                "run " + program + " by hand as the same user to see more",
                cause);
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
