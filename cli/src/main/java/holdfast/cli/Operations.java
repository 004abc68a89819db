package holdfast.cli;

import holdfast.backup.Backup;
import holdfast.backup.BackupRequest;
import holdfast.backup.BackupResult;
import holdfast.backup.Origin;
import holdfast.cli.console.ProgressLine;
import holdfast.extract.ScratchFolder;
import holdfast.model.Progress;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.repository.Client;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.restore.Restore;
import holdfast.source.postgres.sandbox.SandboxServer;
import holdfast.source.sqlite.SqliteSwap.WhenInUse;
import holdfast.verify.Verify;
import holdfast.verify.VerifyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The engine's verbs wired to this host, this user and this console: what several commands share.
final class Operations {
    private final Session session;
    private final OpenRepository open;
    private final Drivers drivers;
    private final Client client = Client.current();

    Operations(Session session, OpenRepository open) {
        this.session = session;
        this.open = open;
        this.drivers = new Drivers(session.zone(), session.environment().searchPath());
    }

    Repository repository() {
        return open.repository();
    }

    Drivers drivers() {
        return drivers;
    }

    /// Where working copies and sandboxes are made; what killed runs left there is gone.
    static Path scratch(Session session) throws IOException {
        Path folder = Path.of(session.environment().temporaryFolder().orElse("/tmp"));
        return tidied(Files.createDirectories(session.world().folder().resolve(folder)));
    }

    /// @param chosen by the user; null for the one of the environment
    static Path scratch(Session session, @Nullable Path chosen) throws IOException {
        return chosen == null
                ? scratch(session)
                : tidied(Files.createDirectories(session.world().folder().resolve(chosen)));
    }

    private static Path tidied(Path folder) throws IOException {
        SandboxServer.removeAbandoned(folder);
        ScratchFolder.removeAbandoned(folder, "holdfast-", _ -> {});
        return folder;
    }

    String host(String chosen) {
        return chosen.isEmpty() ? client.host() : chosen;
    }

    /// @param host how the snapshot's host shall be called
    BackupResult backUp(BackupRequest request, String host, String environment, HeldLock lock) throws IOException {
        Origin origin = new Origin(
                host,
                session.environment().operator().orElse(client.user()),
                client.uid(),
                client.gid(),
                environment,
                Version.program());
        Progress progress = new Progress();
        Lock held = Objects.requireNonNull(lock.lock(), "a backup needs a lock");
        try (ProgressLine _ = session.console().follow(progress)) {
            return new Backup(
                            repository(),
                            session.options().compression.level(),
                            origin,
                            session.clock(),
                            progress,
                            drivers::folder)
                    .run(request, held);
        }
    }

    VerifyResult verify(Snapshot snapshot, ProofLevel level, Path sandboxes) throws IOException {
        Progress progress = new Progress();
        Verify.Setting setting = new Verify.Setting(client.host(), sandboxes, mayGiveAway());
        try (ProgressLine _ = session.console().follow(progress)) {
            return new Verify(
                            repository(),
                            drivers.host(),
                            drivers.inspectors(sandboxes),
                            setting,
                            session.clock(),
                            progress)
                    .run(snapshot, level);
        }
    }

    Restore restore(Progress progress, InUse inUse) throws IOException {
        return new Restore(
                repository(),
                drivers.host(),
                drivers.folderInspectors(scratch(session)),
                drivers.swaps(inUse.timeout(), inUse.then()),
                mayGiveAway(),
                session.clock(),
                progress);
    }

    /// How to deal with whoever has a database open.
    record InUse(Duration timeout, WhenInUse then) {}

    /// Only root may give files to others.
    private boolean mayGiveAway() {
        return client.uid() == 0;
    }
}
