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
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import holdfast.storage.MemoryStorage;
import holdfast.view.StoredFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// A database of a test's server in a repository in memory, to be restored in one way and another.
final class StoredDatabase implements AutoCloseable {
    static final Placement INTO = new Placement(false, false, false);
    static final Placement CREATE = new Placement(true, false, false);
    static final Placement REPLACE = new Placement(false, true, false);

    private final PostgresServer server;
    private final Path scratch = Files.createTempDirectory("holdfast-backed-up-");
    private final Repository repository = Backups.init(new MemoryStorage());
    private final BackupResult backup;
    /// What the last restore has logged.
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    StoredDatabase(PostgresServer server, String database) throws IOException {
        this.server = server;
        this.backup = Backups.backUp(
                repository,
                new PostgresSource(
                        target(server.url(database)),
                        programs(),
                        PostgresOptions.DEFAULTS,
                        scratch,
                        InstantSource.system()));
    }

    private static ConnectionTarget target(String url) {
        return ConnectionTarget.of(url, Map.of());
    }

    private ClientPrograms programs() throws IOException {
        return ClientPrograms.find(server.programs().bin().toString());
    }

    SourceRecord record() {
        return backup.manifest().sources().getFirst();
    }

    StoredFolder folder() throws IOException {
        return new StoredFolder(repository, backup.snapshot(), record().path());
    }

    DatabaseStructure structure() throws IOException {
        return new DatabaseStructure(programs(), 0, scratch, Duration.ofSeconds(10));
    }

    List<String> log() {
        return List.copyOf(log);
    }

    static RestoreOptions options(Content content, Placement placement) {
        RestoreOptions usual = RestoreOptions.DEFAULTS;
        return new RestoreOptions(
                3,
                100_000,
                usual.timeout(),
                usual.connectTimeout(),
                64,
                content,
                placement,
                true,
                true,
                true,
                usual.checks());
    }

    /// @param url of the database that is restored into
    DatabaseRestore restore(String url, RestoreOptions options) throws IOException {
        log.clear();
        return new DatabaseRestore(
                new StoredDump(folder()),
                record(),
                target(url),
                options,
                new DatabaseRestore.Surroundings(
                        structure(), new Progress(), log::add, _ -> {}, InstantSource.system()));
    }

    DatabaseResult run(String into, Content content, Placement placement) throws IOException {
        DatabaseRestore restore = restore(server.url(into), options(content, placement));
        return restore.run(restore.plan());
    }

    @Override
    public void close() throws IOException {
        repository.close();
        Files.deleteIfExists(scratch);
    }
}
