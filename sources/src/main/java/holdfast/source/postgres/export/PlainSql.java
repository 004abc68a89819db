package holdfast.source.postgres.export;

import holdfast.extract.ScratchFolder;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.ClientPrograms.Installation;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Has `pg_restore` write a dump as one script for `psql`. Since August 2025 such a script begins
/// with `\restrict`, so that nothing that a hostile database has put into names or definitions
/// can run a command of `psql` (CVE-2025-8714, CVE-2025-8715); a `pg_restore` without it is
/// refused. Used by one thread.
///
/// @param scratch folder for what `pg_restore` says
public record PlainSql(Installation installation, DumpFolder dump, Path scratch) {
    private static final int HEAD_BYTES = 4096;
    private static final int MESSAGE_BYTES = 8 << 10;
    private static final int STOP_SECONDS = 10;
    private static final int FIRST_WITH_TRANSACTION_TIMEOUT = 17;
    private static final String TRANSACTION_TIMEOUT = "\nSET transaction_timeout = 0;\n";

    /// What a script holds.
    public enum Content {
        EVERYTHING,
        /// Definitions without rows.
        SCHEMA
    }

    /// @throws HoldfastException.Failed with what `pg_restore` said, when it refused
    /// @throws HoldfastException.PreCheckFailed when it is too old to write a safe script
    public void write(Content content, OutputStream to) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(installation.program("pg_restore").toString(), "--file=-"));
        if (content == Content.SCHEMA) {
            command.add("--schema-only");
        }
        command.add(dump.folder().toString());
        try (ScratchFolder folder = ScratchFolder.in(scratch, "holdfast-pg_restore-")) {
            Path messages = folder.path().resolve("messages");
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(messages.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C.UTF-8");
            Process process = builder.start();
            try (InputStream out = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
                process.getOutputStream().close();
                byte[] head = out.readNBytes(HEAD_BYTES);
                boolean safe = new String(head, StandardCharsets.ISO_8859_1).contains("\n\\restrict ");
                if (safe) {
                    to.write(understood(head));
                    out.transferTo(to);
                } else {
                    process.destroy();
                }
                boolean ended = ended(process);
                if (head.length == 0 || (safe && !ended)) {
                    throw failed(messages);
                }
                if (!safe) {
                    throw new HoldfastException.PreCheckFailed(
                            "pg_restore " + installation.version() + " writes scripts in which a hostile database"
                                    + " could hide commands of psql (CVE-2025-8714)",
                            "update the package postgresql-client-" + installation.major()
                                    + ", or export with --format directory");
                }
            } finally {
                process.destroyForcibly();
            }
        }
    }

    /// Without the setting that a newer `pg_restore` writes, among its first lines, for servers
    /// that have it.
    private byte[] understood(byte[] head) {
        if (installation.major() < FIRST_WITH_TRANSACTION_TIMEOUT
                || dump.toc().header().serverMajor() >= FIRST_WITH_TRANSACTION_TIMEOUT) {
            return head;
        }
        String text = new String(head, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(TRANSACTION_TIMEOUT);
        return at < 0
                ? head
                : (text.substring(0, at) + text.substring(at + TRANSACTION_TIMEOUT.length() - 1))
                        .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Whether it did what it should.
    private static boolean ended(Process process) {
        try {
            return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted while pg_restore was running", "");
        }
    }

    private HoldfastException failed(Path messages) throws IOException {
        byte[] said;
        try (InputStream in = Files.newInputStream(messages)) {
            said = in.readNBytes(MESSAGE_BYTES);
        }
        String text = new String(said, StandardCharsets.UTF_8).strip().replaceAll("pg_restore: (error: )?", "");
        return new HoldfastException.Failed(
                "pg_restore cannot write the dump as SQL: " + text.replace("\n", "; "),
                "run " + installation.program("pg_restore") + " by hand as the same user to see more");
    }
}
