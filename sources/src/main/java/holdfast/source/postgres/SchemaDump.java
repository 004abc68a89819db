package holdfast.source.postgres;

import holdfast.extract.ScratchFolder;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.connection.Libpq;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

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
    private final Libpq libpq;
    private final Path scratch;
    private final Duration silence;
    private final Consumer<String> told;

    /// @param scratch folder for what `pg_dump` says
    /// @param silence how long it may be at a standstill
    /// @param told why it runs again
    SchemaDump(Path program, Libpq libpq, Path scratch, Duration silence, Consumer<String> told) {
        this.program = program;
        this.libpq = libpq;
        this.scratch = scratch;
        this.silence = silence;
        this.told = told;
    }

    /// Runs it again, in the same snapshot, when its connection broke.
    ///
    /// @param encoding of the database: a role may have another one of its own, and the rows are
    ///     read in this one
    /// @param lockWaitMillis how long to wait for a table that is locked
    /// @param selection more options of `pg_dump`
    /// @param served when the server was last seen working for it, by [System#nanoTime]
    /// @throws HoldfastException.PreCheckFailed with what `pg_dump` said, when it refused
    /// @throws HoldfastException.Failed when it was at a standstill, or lost the server again and
    ///     again
    /// @throws SnapshotLostException when it lost the server, and the snapshot is lost too
    TableOfContents run(
            ExportedSnapshot snapshot,
            String encoding,
            long lockWaitMillis,
            List<String> selection,
            LongSupplier served,
            WhileLocked locked)
            throws IOException, SQLException {
        Attempts attempts = new Attempts(snapshot::held, "the definitions of the database");
        while (true) {
            try {
                return once(command(snapshot.name(), encoding, lockWaitMillis, selection), served, locked);
            } catch (LostConnectionException e) {
                attempts.failed(e, true);
                told.accept(e.getMessage() + "; pg_dump runs again, in the same snapshot");
            }
        }
    }

    private List<String> command(String snapshot, String encoding, long lockWaitMillis, List<String> selection) {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--format=custom",
                "--compress=0",
                "--no-password",
                "--dbname=" + libpq.settings(),
                "--snapshot=" + snapshot,
                "--encoding=" + encoding,
                "--lock-wait-timeout=" + lockWaitMillis));
        command.addAll(selection);
        return command;
    }

    private TableOfContents once(List<String> command, LongSupplier served, WhileLocked locked)
            throws IOException, SQLException {
        try (ScratchFolder folder = ScratchFolder.in(scratch, "holdfast-pg_dump-")) {
            Path messages = folder.path().resolve("messages");
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(messages.toFile());
            libpq.prepare(builder);
            // constants of times are written in the session's zone: the same one whatever server and database say
            builder.environment().put("PGTZ", "UTC");
            Process process = builder.start();
            try (InputStream out = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
                process.getOutputStream().close();
                TableOfContents toc = described(process, out, messages, served);
                locked.described(toc);
                return toc;
            } finally {
                stop(process);
            }
        }
    }

    private TableOfContents described(Process process, InputStream out, Path messages, LongSupplier served)
            throws IOException {
        try (Watchdog watchdog = Watchdog.over(process, silence, served)) {
            try {
                return TocReader.read(out);
            } catch (EOFException | BrokenArchiveException e) {
                if (watchdog.ended()) {
                    throw new HoldfastException.Failed(
                            "pg_dump came to a standstill: for " + silence.toSeconds()
                                    + " s no server was seen working for it",
                            "see whether the server answers others; --silence-timeout makes this wait longer",
                            e);
                }
                stop(process);
                String said = said(messages);
                if (LostConnectionException.isIn(said)) {
                    throw LostConnectionException.of("pg_dump", said, e);
                }
                throw refused(said, e);
            }
        }
    }

    private static String said(Path messages) throws IOException {
        try (InputStream in = Files.newInputStream(messages)) {
            return new String(in.readNBytes(MESSAGE_BYTES), StandardCharsets.UTF_8).strip();
        }
    }

    private HoldfastException refused(String said, IOException cause) {
        String text = said.replaceAll("pg_dump: (error: )?", "");
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
