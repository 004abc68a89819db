package holdfast.cli;

import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A snapshot in the documents of `--json`; where restic has a name for something, it is restic's.
///
/// @param bytes logical size; null when unknown
/// @param bytesStored what the backup added to the repository; null when unknown
/// @param proof null when it was never verified
record SnapshotDocument(
        String id,
        String shortId,
        Instant time,
        String tree,
        Optional<String> parent,
        String hostname,
        String username,
        List<String> paths,
        List<String> tags,
        String programVersion,
        Optional<Long> bytes,
        Optional<Long> bytesStored,
        Optional<ProofDocument> proof,
        boolean damaged,
        boolean incomplete) {
    /// @param level by name
    record ProofDocument(String level, int number, boolean passed, Instant at) {
        static ProofDocument of(Proof proof) {
            return new ProofDocument(proof.level().label(), proof.level().number(), proof.passed(), proof.at());
        }
    }

    static SnapshotDocument of(SnapshotView view) {
        Snapshot snapshot = view.snapshot();
        Optional<Snapshot.Summary> summary = Optional.ofNullable(snapshot.summary());
        return new SnapshotDocument(
                snapshot.id().hex(),
                snapshot.id().brief(),
                snapshot.time(),
                snapshot.tree().hex(),
                Optional.ofNullable(snapshot.parent()).map(ObjectId::hex),
                snapshot.host(),
                snapshot.username(),
                snapshot.paths(),
                snapshot.tags(),
                snapshot.programVersion(),
                summary.map(Snapshot.Summary::totalBytesProcessed),
                summary.map(Snapshot.Summary::dataAddedPacked),
                Optional.ofNullable(view.proof()).map(ProofDocument::of),
                view.damaged(),
                view.incomplete());
    }
}
