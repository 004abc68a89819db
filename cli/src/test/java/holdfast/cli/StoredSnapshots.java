package holdfast.cli;

import holdfast.model.CheckResult;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobWriter;
import holdfast.repository.Lock;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import holdfast.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Puts snapshots into a real repository in a folder, without any source.
final class StoredSnapshots {
    static final String PASSWORD = "correct horse";

    private final Path folder;
    private final InstantSource clock = InstantSource.system();

    StoredSnapshots(Path folder) {
        this.folder = folder;
    }

    /// A snapshot of `/srv/app.db` on `web1`.
    Snapshot save(String time, List<String> tags, boolean damaged) throws IOException {
        try (Repository repository = Repository.open(new LocalStorage(folder), Password.of(PASSWORD), clock);
                Lock lock = repository.locks().shared();
                BlobWriter writer = repository.writer(WriterOptions.standard(lock::check, new Progress()))) {
            Instant taken = Instant.parse(time);
            ObjectId tree = writer.writeTree(new Tree(List.of()));
            writer.finish();
            return repository.save(new Snapshot(
                    new ObjectId(0, 0, 0, 0),
                    taken,
                    tree,
                    List.of("/srv/app.db"),
                    "web1",
                    "app",
                    0,
                    0,
                    List.of(),
                    damaged ? List.of(Manifest.DAMAGED) : tags,
                    null,
                    null,
                    "holdfast test",
                    new Snapshot.Summary(taken, taken, 1, 0, 0, 1, 0, 0, 1, 1, 900, 500, 1, 3 << 20)));
        }
    }

    void prove(Snapshot snapshot, ProofLevel level, boolean passed) throws IOException {
        try (Repository repository = Repository.open(new LocalStorage(folder), Password.of(PASSWORD), clock)) {
            repository.save(new Proof(
                    snapshot.id(),
                    level,
                    passed,
                    snapshot.time().plusSeconds(60),
                    Duration.ofSeconds(1),
                    "web1",
                    List.of(new CheckResult("x", passed, ""))));
        }
    }
}
