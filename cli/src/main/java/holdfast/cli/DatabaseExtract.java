package holdfast.cli;

import holdfast.extract.PathFilter;
import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import holdfast.restore.Restore;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreResult;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.sqlite.SqliteSwap.WhenInUse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// One database of a snapshot written into a working folder, and compared with the snapshot.
record DatabaseExtract(Session session, OpenRepository open, Snapshot snapshot) {
    /// @return the database's file
    Path sqlite(SourceRecord database, Path work) throws IOException {
        return Path.of(restored(database, work).plan().tree().files().getFirst().path());
    }

    /// @return the folder of the dump
    Path postgres(SourceRecord database, Path work) throws IOException {
        return restored(database, work).plan().tree().files().stream()
                .map(file -> Path.of(file.path()))
                .filter(file -> file.endsWith(TableOfContents.NAME))
                .findFirst()
                .orElseThrow(() -> new HoldfastException.Damaged(
                        "cannot export " + database.location() + ": it has no table of contents",
                        "'holdfast verify' tells more"))
                .resolveSibling("");
    }

    private RestoreResult restored(SourceRecord database, Path work) throws IOException {
        Operations operations = new Operations(session, open);
        Restore restore = operations.restore(new Progress(), new Operations.InUse(Duration.ZERO, WhenInUse.REFUSE));
        PathFilter only = (path, directory) -> path.equals(database.path()) || path.startsWith(database.path() + "/")
                ? PathFilter.Choice.TAKE
                : directory ? PathFilter.Choice.DESCEND : PathFilter.Choice.LEAVE;
        Path data = work.resolve("data");
        RestoreResult result = restore.run(restore.plan(
                snapshot,
                new RestoreRequest(
                        new RestoreRequest.Destination.Directory(data.toString()), only, false, false, true, false)));
        if (!result.passed()) {
            String why = result.checks().stream()
                    .filter(check -> !check.passed())
                    .map(CheckResult::detail)
                    .findFirst()
                    .orElse("it could not be restored");
            throw new HoldfastException.Damaged(
                    "cannot export " + database.location() + ": " + why, "'holdfast verify' tells more");
        }
        return result;
    }
}
