package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.DatabaseEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/// What `pg_dump` would write of a database's objects, to compare it. Immutable.
///
/// @param preferred major version of `pg_dump` that words things as the other side was worded
/// @param scratch folder for small temporary files
public record DatabaseStructure(ClientPrograms programs, int preferred, Path scratch, Duration lockTimeout) {
    /// @param encoding in which the server shall describe it: that of what it is compared with
    /// @throws HoldfastException.PreCheckFailed when no `pg_dump` fits the server
    public TableOfContents read(Connections connections, String encoding) throws IOException {
        try (ExportedSnapshot snapshot = ExportedSnapshot.take(connections)) {
            Catalog catalog = new Catalog(snapshot::rows);
            ClientPrograms.Installation installation = programs.dumping(catalog.serverMajor(), preferred);
            SchemaDump dump = new SchemaDump(
                    installation.program("pg_dump"),
                    connections.libpq(),
                    scratch,
                    PostgresOptions.DEFAULTS.silence(),
                    _ -> {});
            try (LockWatch watch = LockWatch.start(connections, _ -> {})) {
                return DatabaseEncoding.readable(
                        dump.run(snapshot, encoding, lockTimeout.toMillis(), List.of(), watch::working, _ -> {}));
            } catch (HoldfastException.PreCheckFailed | HoldfastException.Failed e) {
                if (snapshot.held()) {
                    throw e;
                }
                throw new SnapshotLostException(
                        "lost the server while the database was described: " + e.getMessage(), e);
            }
        } catch (SnapshotLostException e) {
            throw e.failed("");
        } catch (SQLException e) {
            throw new IOException("cannot describe the database: " + e.getMessage(), e);
        }
    }
}
