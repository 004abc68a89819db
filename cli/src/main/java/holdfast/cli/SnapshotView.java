package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.policy.Candidate;
import holdfast.repair.SnapshotRepair;
import holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A snapshot with all that lists say of it. Made from the snapshot's own file and the proofs alone, so that a
/// list is quick however large the repository is.
///
/// @param proof what is known, see [Repository#bestProofs]; null for a snapshot that was never verified
record SnapshotView(Snapshot snapshot, @Nullable Proof proof) {
    /// Views of some snapshots, in their order.
    static List<SnapshotView> of(Repository repository, List<Snapshot> snapshots) throws IOException {
        Map<ObjectId, Proof> proofs = repository.bestProofs();
        return snapshots.stream()
                .map(snapshot -> new SnapshotView(snapshot, proofs.get(snapshot.id())))
                .toList();
    }

    /// Whether the source was damaged when the snapshot was taken, or what is left of it is, or the newest
    /// proof failed.
    boolean damaged() {
        return sourceDamaged() || (proof != null && !proof.passed());
    }

    private boolean sourceDamaged() {
        return snapshot.tags().contains(Manifest.DAMAGED);
    }

    boolean incomplete() {
        return snapshot.tags().contains(Manifest.INCOMPLETE);
    }

    /// What a retention policy decides about.
    Candidate candidate() {
        return new Candidate(snapshot, level(), damaged());
    }

    /// The highest level that was passed and stands; null when there is none.
    @Nullable
    ProofLevel level() {
        return proof == null || !proof.passed() ? null : proof.level();
    }

    /// For instance `identical`, `not proven`, `FAILED at sound`.
    String proofText() {
        if (proof == null) {
            return "not proven";
        }
        return proof.passed()
                ? proof.level().label()
                : "FAILED at " + proof.level().label();
    }

    /// What deserves a second look, in a few words; empty when nothing does.
    String marks() {
        List<String> marks = new ArrayList<>();
        if (sourceDamaged()) {
            marks.add(snapshot.tags().contains(SnapshotRepair.TAG) ? "DAMAGED" : "SOURCE DAMAGED");
        }
        if (incomplete()) {
            marks.add("incomplete");
        }
        return String.join(", ", marks);
    }

    /// The tags that people gave, safe to be shown.
    String tags() {
        return Console.safe(String.join(
                ",",
                snapshot.tags().stream()
                        .filter(tag -> !tag.equals(Manifest.DAMAGED) && !tag.equals(Manifest.INCOMPLETE))
                        .toList()));
    }

    /// Logical bytes of what it holds; -1 when nobody wrote that down.
    long bytes() {
        Snapshot.Summary summary = snapshot.summary();
        return summary == null ? -1 : summary.totalBytesProcessed();
    }
}
