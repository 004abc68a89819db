package holdfast.cli;

import holdfast.cli.console.Sizes;
import holdfast.model.Snapshot;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.ClientPrograms.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// What the doctor finds on this host. Used by one thread.
final class HostExamination {
    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Session session;
    private final Diagnosis diagnosis;

    HostExamination(Session session, Diagnosis diagnosis) {
        this.session = session;
        this.diagnosis = diagnosis;
    }

    /// @param largest what a sandbox must have room for
    void run(Optional<Snapshot> largest) throws IOException {
        diagnosis.good(
                "clock",
                session.time(session.clock().instant()) + " " + session.zone().getId());
        sandboxes(largest);
        postgres();
        restic();
    }

    private void sandboxes(Optional<Snapshot> largest) {
        try {
            Path scratch = Operations.scratch(session);
            if (!Files.isWritable(scratch)) {
                diagnosis.error("TMPDIR", scratch + " cannot be written to", "export TMPDIR=/var/tmp");
                return;
            }
            long left = Files.getFileStore(scratch).getUsableSpace();
            String text = Sizes.format(left) + " left in " + scratch;
            long wanted = largest.map(RepositoryExamination::bytes).orElse(0L);
            if (left < wanted) {
                diagnosis.warning(
                        "TMPDIR",
                        text + ", and a sandbox for snapshot "
                                + largest.map(snapshot -> snapshot.id().brief()).orElse("") + " needs up to "
                                + Sizes.format(wanted),
                        "export TMPDIR=/a/larger/folder");
            } else {
                diagnosis.good("TMPDIR", text + " for sandboxes");
            }
            leftOvers(scratch);
        } catch (IOException e) {
            diagnosis.error("TMPDIR", Failure.of(e).message(), "export TMPDIR=/var/tmp");
        }
    }

    private void leftOvers(Path scratch) throws IOException {
        Instant limit = session.clock().instant().minus(ABANDONED);
        List<Path> old = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(scratch, "{holdfast,.holdfast}-*")) {
            for (Path entry : entries) {
                if (Files.getLastModifiedTime(entry).toInstant().isBefore(limit)) {
                    old.add(entry);
                }
            }
        }
        if (!old.isEmpty()) {
            diagnosis.warning(
                    "left-overs",
                    old.size() + " folders or files in " + scratch + " that interrupted runs left behind",
                    "rm -r -- "
                            + old.stream()
                                    .sorted()
                                    .map(RepositoryExamination::quoted)
                                    .collect(Collectors.joining(" ")));
        }
    }

    private void postgres() throws IOException {
        List<Installation> found =
                ClientPrograms.find(session.environment().searchPath()).installations();
        if (found.isEmpty()) {
            diagnosis.good("PostgreSQL programs", "none found; only backups of PostgreSQL need them");
        }
        for (Installation one : found) {
            String text = "pg_dump " + one.version() + " in " + one.folder();
            if (Files.isExecutable(one.program("pg_restore"))) {
                diagnosis.good("PostgreSQL programs", text + ", with pg_restore");
            } else {
                diagnosis.warning(
                        "PostgreSQL programs",
                        text + ", without pg_restore",
                        "sudo apt-get install postgresql-client-" + one.major());
            }
        }
    }

    private void restic() throws IOException {
        for (String folder : session.environment().searchPath().split(":", -1)) {
            Path program = Path.of(folder).resolve("restic");
            if (!folder.isEmpty() && Files.isExecutable(program)) {
                diagnosis.good("restic", version(program) + " (not needed)");
                return;
            }
        }
        diagnosis.good("restic", "not found; not needed");
    }

    private static String version(Path program) throws IOException {
        Process process = new ProcessBuilder(program.toString(), "version")
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return program + " does not answer";
            }
            String said = new String(process.getInputStream().readNBytes(200), StandardCharsets.UTF_8);
            return said.lines().findFirst().orElse(program + " says nothing");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return program + " does not answer";
        } finally {
            process.destroyForcibly();
        }
    }
}
