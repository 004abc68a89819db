package holdfast.source.postgres.restore;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.DatabaseStructure;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import holdfast.storage.MemoryStorage;
import holdfast.view.StoredFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// A backup of one database, to be restored into others.
final class BackedUp implements AutoCloseable {
    private final PostgresServer server;
    private final Path folder;
    private final Repository repository;
    private final BackupResult backup;
    /// What the restores have logged.
    private final List<String> log = new CopyOnWriteArrayList<>();

    BackedUp(PostgresServer server, String database, Path folder) throws IOException {
        this.server = server;
        this.folder = folder;
        this.repository = Backups.init(new MemoryStorage());
        this.backup = Backups.backUp(
                repository,
                new PostgresSource(
                        ConnectionTarget.of(server.url(database), Map.of()),
                        programs(),
                        PostgresOptions.DEFAULTS,
                        folder,
                        InstantSource.system()));
    }

    private ClientPrograms programs() throws IOException {
        return ClientPrograms.find(server.programs().path());
    }

    List<String> log() {
        return log;
    }

    DatabaseRestore restore(String url, RestoreOptions options, InstantSource clock) throws IOException {
        SourceRecord record = backup.manifest().sources().getFirst();
        return new DatabaseRestore(
                new StoredDump(new StoredFolder(repository, backup.snapshot(), record.path())),
                record,
                ConnectionTarget.of(url, Map.of()),
                options,
                new DatabaseRestore.Surroundings(
                        new DatabaseStructure(programs(), 0, folder, Duration.ofSeconds(10)),
                        new Progress(),
                        log::add,
                        _ -> {},
                        clock));
    }

    DatabaseResult run(String into, Placement placement) throws IOException {
        DatabaseRestore restore =
                restore(server.url(into), RestoreOptions.DEFAULTS.with(placement), InstantSource.system());
        return restore.run(restore.plan());
    }

    @Override
    public void close() {
        repository.close();
    }
}
