package holdfast.cli;

import holdfast.cli.console.Durations;
import holdfast.model.Manifest;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.policy.SourceGroup;
import holdfast.repair.Recovery;
import holdfast.repository.Client;
import holdfast.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// What the doctor finds out about the newest backup of every source. Used by one thread.
final class ProofExamination {
    /// A day and what a nightly backup may be late.
    private static final Duration AGE_MAX = Duration.ofHours(25);

    private static final Duration AHEAD_MAX = Duration.ofMinutes(5);

    private final Session session;
    private final Diagnosis diagnosis;
    private final UnaryOperator<String> command;

    /// @param command a command as it is to be typed for this repository
    ProofExamination(Session session, Diagnosis diagnosis, UnaryOperator<String> command) {
        this.session = session;
        this.diagnosis = diagnosis;
        this.command = command;
    }

    /// @return the newest snapshot of every source
    List<Snapshot> run(Repository repository) throws IOException {
        Map<SourceGroup, Snapshot> newest = new LinkedHashMap<>();
        for (Snapshot snapshot : repository.snapshots(_ -> {})) {
            if (!snapshot.tags().contains(Snapshot.BEFORE_RESTORE)
                    && !snapshot.tags().contains(Recovery.TAG)) {
                newest.put(SourceGroup.of(snapshot, SourceGroup.DEFAULT), snapshot);
            }
        }
        if (newest.isEmpty()) {
            diagnosis.warning("backups", "there are none", command.apply("backup PATH..."));
        }
        List<Snapshot> snapshots = new ArrayList<>(newest.values());
        SnapshotView.of(repository, snapshots).forEach(this::examine);
        return snapshots;
    }

    private void examine(SnapshotView view) {
        Snapshot snapshot = view.snapshot();
        String source = snapshot.host() + ":" + String.join(", ", snapshot.paths());
        Instant now = session.clock().instant();
        Duration age = Duration.between(snapshot.time(), now);
        String newest = "the newest backup, " + snapshot.id().brief() + ", ";
        if (age.negated().compareTo(AHEAD_MAX) > 0) {
            diagnosis.error(
                    "clock",
                    newest + "of " + source + " lies in the future by the clock of this host, " + session.time(now),
                    "timedatectl set-ntp true");
            return;
        }
        String old = Durations.rough(age.isNegative() ? Duration.ZERO : age) + " old";
        if (view.damaged()) {
            String why = snapshot.tags().contains(Manifest.DAMAGED) ? "is damaged" : "failed its proof";
            diagnosis.error(source, newest + why + " and " + old, backup(snapshot));
        } else if (age.compareTo(AGE_MAX) > 0) {
            diagnosis.warning(source, newest + "is " + old, backup(snapshot));
        } else if (view.incomplete()) {
            diagnosis.warning(
                    source,
                    newest + "is incomplete",
                    command.apply("show " + snapshot.id().brief()));
        }
        if (view.proof() == null || view.level() == ProofLevel.WRITTEN) {
            diagnosis.warning(
                    source,
                    newest + (view.proof() == null ? "is not proven" : "is not proven beyond written"),
                    command.apply("verify " + snapshot.id().brief()));
        } else if (!view.damaged()) {
            diagnosis.good(source, newest + "is " + old + " and proven: " + view.proofText());
        }
    }

    private String backup(Snapshot snapshot) {
        String words = snapshot.paths().stream()
                .map(path -> path.startsWith("/postgresql/")
                        ? "postgresql://" + path.substring("/postgresql/".length())
                        : path)
                .map(RepositoryExamination::quoted)
                .collect(Collectors.joining(" "));
        boolean here = snapshot.host().equals(Client.current().host());
        return (here ? "" : "ssh " + RepositoryExamination.quoted(snapshot.host()) + " ")
                + command.apply("backup " + words);
    }
}
