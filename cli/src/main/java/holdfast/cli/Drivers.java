package holdfast.cli;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.NodeReader;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ProofLevel;
import holdfast.model.SourceKind;
import holdfast.source.Inspector;
import holdfast.source.Swap;
import holdfast.source.postgres.PostgresInspector;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.sqlite.SqliteInspector;
import holdfast.source.sqlite.SqliteOptions;
import holdfast.source.sqlite.SqliteSwap;
import holdfast.source.sqlite.SqliteSwap.WhenInUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;

/// What knows the kinds of sources: the one place that is wired when a kind is added.
final class Drivers {
    private final HostFiles host = HostFiles.system();
    private final ZoneId zone;
    private final String searchPath;

    /// @param zone for the names of kept files
    /// @param searchPath where programs are, as in the variable `PATH`
    Drivers(ZoneId zone, String searchPath) {
        this.zone = zone;
        this.searchPath = searchPath;
    }

    HostFiles host() {
        return host;
    }

    /// @param scratch folder for servers that prove dumps
    Map<SourceKind, Inspector> inspectors(Path scratch) {
        return Map.of(
                SourceKind.SQLITE, new SqliteInspector(SqliteOptions.DEFAULTS),
                SourceKind.POSTGRES_DATABASE, new PostgresInspector(searchPath, scratch));
    }

    /// For what was restored into a folder, where a dump is a dump and no server is asked for.
    Map<SourceKind, Inspector> folderInspectors(Path scratch) {
        Inspector dump = new PostgresInspector(searchPath, scratch);
        return Map.of(
                SourceKind.SQLITE,
                new SqliteInspector(SqliteOptions.DEFAULTS),
                SourceKind.POSTGRES_DATABASE,
                (recorded, restored, _) -> dump.inspect(recorded, restored, ProofLevel.SOUND));
    }

    /// @param timeout for whoever has a database open
    Map<SourceKind, Swap> swaps(Duration timeout, WhenInUse whenInUse) {
        return Map.of(SourceKind.SQLITE, new DatabaseSwap(timeout, whenInUse, zone));
    }

    private record DatabaseSwap(Duration timeout, WhenInUse whenInUse, ZoneId zone) implements Swap {
        @Override
        public void check(Path live) throws IOException {
            String users = new SqliteSwap(live, timeout, whenInUse).users();
            if (!users.isEmpty() && whenInUse == WhenInUse.REFUSE) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot replace " + live + ": it is in use by " + users,
                        "stop those programs first, or add --overwrite-in-place to write into the live file");
            }
        }

        @Override
        public Optional<Path> replace(Path restored, Path live, Instant at) throws IOException {
            return new SqliteSwap(live, timeout, whenInUse)
                    .put(restored, LocalDateTime.ofInstant(at, zone))
                    .kept();
        }
    }

    /// Name and attributes of a real folder, for the folders above the sources; links to folders
    /// are followed. What is above a database of a server is no real folder.
    Node folder(String path) {
        if (PostgresSource.isAbove(path)) {
            return PostgresSource.folder(path.substring(path.lastIndexOf('/') + 1));
        }
        try (OpenDirectory directory = host.open(path)) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            return new NodeReader(host).read(directory, ".", name, directory.status("."), _ -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
