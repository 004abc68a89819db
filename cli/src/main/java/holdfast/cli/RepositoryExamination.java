package holdfast.cli;

import holdfast.cli.console.ProgressLine;
import holdfast.cli.console.Sizes;
import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.KeyInfo;
import holdfast.repository.LockInfo;
import holdfast.repository.Mark;
import holdfast.repository.Repository;
import holdfast.verify.CheckOptions;
import holdfast.verify.CheckReport;
import holdfast.verify.Finding;
import holdfast.verify.RepositoryCheck;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the doctor finds in and around the repository. Used by one thread, once.
final class RepositoryExamination {
    private static final long SPACE_LEAST = 64L << 20;
    private static final long SPACE_COMFORTABLE = 1L << 30;
    private static final int SHOWN_MAX = 10;
    private static final Duration MARKS_LEFT = Duration.ofDays(1);

    private final Session session;
    private final Diagnosis diagnosis;
    private Optional<Snapshot> largest = Optional.empty();

    RepositoryExamination(Session session, Diagnosis diagnosis) {
        this.session = session;
        this.diagnosis = diagnosis;
    }

    /// The largest of the newest snapshots of all sources.
    Optional<Snapshot> largestSnapshot() {
        return largest;
    }

    void run() throws IOException {
        Optional<Path> place;
        try {
            place = session.location().path();
        } catch (HoldfastException | IOException e) {
            diagnosis.error("repository", Failure.of(e).message(), "holdfast doctor --repo /srv/backups");
            return;
        }
        if (place.isPresent() && !isUsable(place.get())) {
            return;
        }
        try (OpenRepository open = session.open()) {
            diagnosis.good(
                    "repository",
                    open.storage().location() + ", format "
                            + open.repository().config().version());
            inside(open);
        } catch (HoldfastException | IOException e) {
            diagnosis.error(subject(e), Failure.of(e).message(), remedy(e, place));
        }
    }

    private boolean isUsable(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            diagnosis.error("repository", "there is no folder " + folder, command("init"));
            return false;
        }
        try (Stream<Path> kinds = Files.list(folder)) {
            for (Path kind : Stream.concat(Stream.of(folder), kinds.filter(Files::isDirectory))
                    .toList()) {
                if (!Files.isWritable(kind) || !Files.isReadable(kind) || !Files.isExecutable(kind)) {
                    diagnosis.error(
                            "permissions",
                            kind + " cannot be read and written by " + System.getProperty("user.name", "this user"),
                            "sudo chown -R \"$(id -un)\" " + quoted(folder));
                    break;
                }
            }
        } catch (IOException e) {
            diagnosis.error("permissions", Failure.of(e).message(), "sudo chown -R \"$(id -un)\" " + quoted(folder));
            return false;
        }
        space(folder);
        return true;
    }

    private void space(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        long left = store.getUsableSpace();
        String text = Sizes.format(left) + " of " + Sizes.format(store.getTotalSpace()) + " left for " + folder;
        if (left < SPACE_LEAST) {
            diagnosis.error("disk space", text, command("prune"));
        } else if (left < SPACE_COMFORTABLE) {
            diagnosis.warning("disk space", text, command("prune"));
        } else {
            diagnosis.good("disk space", text);
        }
    }

    private void inside(OpenRepository open) throws IOException {
        keys(open.repository());
        locks(open.repository());
        marks(open.repository());
        try (HeldLock lock = open.lockToRead()) {
            diagnosis.good("lock", "can be taken");
            check(open.repository());
            lock.check();
            List<Snapshot> newest = new ProofExamination(session, diagnosis, this::command).run(open.repository());
            largest = newest.stream().max(Comparator.comparingLong(RepositoryExamination::bytes));
        }
    }

    static long bytes(Snapshot snapshot) {
        Snapshot.Summary summary = snapshot.summary();
        return summary == null ? 0 : summary.totalBytesProcessed();
    }

    private void keys(Repository repository) throws IOException {
        try {
            List<KeyInfo> keys = repository.keys().list();
            diagnosis.good("password", "opens one of " + Count.of(keys.size(), "key"));
        } catch (HoldfastException.Damaged e) {
            diagnosis.good("password", "opens a key; another one is damaged, see below");
        }
    }

    private void locks(Repository repository) throws IOException {
        for (LockInfo lock : repository.locks().list()) {
            if (lock.stale()) {
                diagnosis.warning("lock", "left behind: " + lock, command("unlock"));
            } else if (lock.time().isAfter(session.clock().instant().plusSeconds(300))) {
                diagnosis.warning("clock", "of the future, by this host's clock: " + lock, "timedatectl status");
            } else {
                diagnosis.good("lock", "in use: " + lock);
            }
        }
    }

    /// What is marked goes with a later prune; after a day there should have been one.
    private void marks(Repository repository) throws IOException {
        List<Mark> marks = repository.marks(_ -> {});
        if (marks.isEmpty()) {
            return;
        }
        Instant oldest = marks.getFirst().at();
        String text =
                Count.of(marks.stream().mapToLong(mark -> mark.packs().size()).sum(), "pack")
                        + " marked for removal since " + session.time(oldest);
        if (oldest.plus(MARKS_LEFT).isBefore(session.clock().instant())) {
            diagnosis.warning("prune", text + ", and no prune has gone on with it", command("prune"));
        } else {
            diagnosis.good("prune", text);
        }
    }

    private void check(Repository repository) throws IOException {
        Progress progress = new Progress();
        CheckReport report;
        try (ProgressLine _ = session.console().follow(progress)) {
            report = new RepositoryCheck(repository, progress).run(CheckOptions.STRUCTURE);
        }
        CheckReport.Counts counts = report.counts();
        report.findings().stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR || !isOrphan(finding))
                .limit(SHOWN_MAX)
                .forEach(finding -> {
                    String affected = finding.affected().isEmpty()
                            ? ""
                            : " (affects "
                                    + finding.affected().getFirst().snapshot().brief() + ":"
                                    + finding.affected().getFirst().path()
                                    + (finding.affected().size() > 1 || finding.more() ? " and more)" : ")");
                    if (finding.severity() == Finding.Severity.ERROR) {
                        diagnosis.error(
                                finding.subject(), finding.problem() + affected, remedy(finding, counts.orphans() > 0));
                    } else {
                        diagnosis.warning(finding.subject(), finding.problem(), remedy(finding, counts.orphans() > 0));
                    }
                });
        if (report.errors() > SHOWN_MAX) {
            diagnosis.error("repository", report.errors() + " errors in all", command("check"));
        }
        if (counts.orphans() > 0) {
            diagnosis.warning(
                    "left-overs",
                    Count.of(counts.orphans(), "pack") + " of interrupted runs, " + Sizes.format(counts.orphanBytes()),
                    report.passed() ? command("prune") : command("repair index"));
        }
        if (report.passed()) {
            diagnosis.good(
                    "repository",
                    "index, packs and folders of " + Count.of(counts.snapshots(), "snapshot") + " agree; `"
                            + command("check --read-data") + "` reads the bytes too");
        }
    }

    private static boolean isOrphan(Finding finding) {
        return finding.subject().startsWith("data/");
    }

    /// @param orphans whether there are packs that no index file names, which may hold what is not found
    private String remedy(Finding finding, boolean orphans) {
        String subject = finding.subject();
        String kind = subject.substring(0, Math.max(0, subject.indexOf('/')));
        return switch (kind) {
            case "index" -> command("repair index");
            case "marks" -> command("prune");
            case "data" ->
                finding.problem().contains("is missing") ? command("repair index") : command("repair packs " + subject);
            case "snapshots" -> command("recover");
            case "locks" -> command("unlock --remove-all");
            case "keys" -> command("key add");
            case "proofs" -> command("verify");
            default -> command(orphans ? "repair index" : "repair snapshots --dry-run");
        };
    }

    private static String subject(Exception e) {
        return switch (e) {
            case HoldfastException.WrongPassword _, HoldfastException.BadUsage _ -> "password";
            case HoldfastException.Locked _ -> "lock";
            default -> "repository";
        };
    }

    private String remedy(Exception e, Optional<Path> place) {
        return switch (e) {
            case HoldfastException.NoRepository _ -> command("init");
            case HoldfastException.WrongPassword _ -> command("doctor --password-file FILE");
            case HoldfastException.BadUsage _ -> command("doctor --password-file FILE");
            case HoldfastException.Locked _ -> command("unlock");
            case HoldfastException.Damaged _ ->
                "cp -p /another/copy/config " + quoted(place.orElse(Path.of("REPOSITORY")));
            default -> "ls -la " + quoted(place.orElse(Path.of(".")));
        };
    }

    /// The command as it is to be typed for this repository.
    private String command(String words) {
        String repository = session.options().repository;
        return "holdfast " + words + (repository == null ? "" : " --repo " + quoted(repository));
    }

    static String quoted(Path path) {
        return quoted(path.toString());
    }

    /// For a shell.
    static String quoted(String text) {
        return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
