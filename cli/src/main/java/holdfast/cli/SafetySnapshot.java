package holdfast.cli;

import holdfast.backup.BackupRequest;
import holdfast.backup.BackupResult;
import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.restore.RestorePlan;
import holdfast.source.Source;
import holdfast.source.files.FilesOptions;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.sqlite.SqliteFiles;
import holdfast.source.sqlite.SqliteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The snapshot of what a restore is about to replace, by which it can be taken back.
record SafetySnapshot(Session session, Operations operations, Operations.InUse inUse) {
    /// What stands at the targets now, as it is: a database that is no longer one is kept as a
    /// plain file.
    Snapshot take(Optional<RestorePlan> plan, DatabaseRestores servers, HeldLock lock) throws IOException {
        List<SourceArguments.Named> named = new ArrayList<>(servers.changed());
        for (RestorePlan.Target target : plan.map(RestorePlan::targets).orElse(List.of())) {
            if (target.exists()) {
                Path path = Path.of(target.path());
                boolean database = target.source().map(SourceRecord::kind).orElse(SourceKind.FILES) == SourceKind.SQLITE
                        && Files.isRegularFile(path)
                        && SqliteFiles.looksLikeSqlite(path);
                named.add(new SourceArguments.Named.OnDisk(database ? SourceKind.SQLITE : SourceKind.FILES, path));
            }
        }
        try {
            return take(named, servers.remarks(), lock);
        } catch (HoldfastException.Damaged e) {
            throw new HoldfastException.Damaged(
                    "nothing was restored, since no safety snapshot can be taken: " + e.getMessage(),
                    "restore into a --target, or in place without a safety snapshot by --no-safety-snapshot",
                    e);
        } catch (HoldfastException.PreCheckFailed | IOException e) {
            if (plan.isEmpty()) {
                throw new HoldfastException.PreCheckFailed(
                        "nothing was restored, since no safety snapshot can be taken: " + e.getMessage(),
                        "restore without one by --no-safety-snapshot, or as a role that may read everything",
                        e);
            }
            session.console().detail("as a database it cannot be read any more: " + e.getMessage());
            return take(named.stream().map(SafetySnapshot::asFiles).toList(), servers.remarks(), lock);
        }
    }

    private static SourceArguments.Named asFiles(SourceArguments.Named source) {
        return switch (source) {
            case SourceArguments.Named.OnDisk disk -> new SourceArguments.Named.OnDisk(SourceKind.FILES, disk.place());
            case SourceArguments.Named.Database database -> database;
        };
    }

    private Snapshot take(List<SourceArguments.Named> named, Map<String, Map<String, String>> remarks, HeldLock lock)
            throws IOException {
        Set<String> leaveOut =
                session.location().path().map(Path::toString).map(Set::of).orElse(Set.of());
        SourceArguments.Reading reading = new SourceArguments.Reading(
                operations.drivers().host(),
                Operations.scratch(session),
                SqliteOptions.DEFAULTS.withBusyTimeout(inUse.timeout()),
                FilesOptions.EVERYTHING.withLeaveOut(leaveOut),
                new SourceArguments.Databases(
                        session.environment().searchPath(),
                        _ -> PostgresOptions.DEFAULTS,
                        session.clock(),
                        notice -> session.console().warn(Console.safe(notice))));
        BackupRequest request = new BackupRequest(
                SourceArguments.open(named, reading).stream()
                        .<Source>map(
                                source -> new RemarkedSource(source, remarks.getOrDefault(source.location(), Map.of())))
                        .toList(),
                named.stream().map(SourceArguments.Named::path).toList(),
                List.of(),
                List.of(Snapshot.BEFORE_RESTORE),
                Snapshot.BEFORE_RESTORE,
                "what a restore was about to replace",
                new BackupRequest.Parent.Latest());
        BackupResult result = operations.backUp(
                request,
                operations.host(""),
                session.environment().environmentLabel().orElse(""),
                lock);
        return result.snapshot();
    }
}
