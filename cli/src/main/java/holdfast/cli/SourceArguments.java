package holdfast.cli;

import holdfast.io.posix.HostFiles;
import holdfast.model.HoldfastException;
import holdfast.model.SourceKind;
import holdfast.source.Source;
import holdfast.source.files.FilesOptions;
import holdfast.source.files.FilesSource;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.LateSource;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.sqlite.SqliteFiles;
import holdfast.source.sqlite.SqliteOptions;
import holdfast.source.sqlite.SqliteSource;
import holdfast.source.sqlite.SqliteUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/// What people name on the command line, or by `DATABASE_URL`, as sources: a SQLite database is
/// told from an ordinary file by its header, or by being called so (`sqlite:app.db`); everything
/// else is files.
final class SourceArguments {
    /// How sources are read.
    ///
    /// @param staging directory for the copies that databases are taken from
    record Reading(HostFiles host, Path staging, SqliteOptions sqlite, FilesOptions files, Databases databases) {}

    /// How PostgreSQL databases are read.
    ///
    /// @param searchPath where PostgreSQL's programs may be, as in the variable `PATH`
    /// @param notices told what keeps the work waiting
    record Databases(
            String searchPath,
            Function<ConnectionTarget, PostgresOptions> options,
            InstantSource clock,
            Consumer<String> notices) {}

    /// One source that somebody named.
    sealed interface Named {
        SourceKind kind();

        /// Absolute path in the snapshot's tree.
        String path();

        /// Something on this host.
        ///
        /// @param place absolute
        record OnDisk(SourceKind kind, Path place) implements Named {
            @Override
            public String path() {
                return place.toString();
            }
        }

        /// @param ofAll whether it is one of all databases of its server, which come and go: in
        ///     lists the snapshot then goes by the server
        record Database(ConnectionTarget target, boolean ofAll) implements Named {
            Database(ConnectionTarget target) {
                this(target, false);
            }

            @Override
            public SourceKind kind() {
                return SourceKind.POSTGRES_DATABASE;
            }

            @Override
            public String path() {
                return ofAll ? PostgresSource.serverPath(target) : PostgresSource.path(target);
            }
        }
    }

    private final Path folder;
    private final Environment environment;

    /// @param folder what relative paths are relative to
    /// @param environment may say how databases are reached
    SourceArguments(Path folder, Environment environment) {
        this.folder = folder;
        this.environment = environment;
    }

    /// Databases come first, so that rows never name files that were stored before them.
    ///
    /// @throws HoldfastException.PreCheckFailed when something is not there
    /// @throws HoldfastException.BadUsage when a source lies within another, or cannot be meant
    List<Named> parse(List<String> arguments) throws IOException {
        List<Named> named = new ArrayList<>();
        for (String argument : arguments) {
            Named source = parse(argument);
            if (!named.contains(source)) {
                named.add(source);
            }
        }
        named.sort(Comparator.comparing(Named::kind));
        refuseNested(named);
        return List.copyOf(named);
    }

    private Named parse(String argument) throws IOException {
        if (argument.startsWith("postgres://") || argument.startsWith("postgresql://")) {
            return new Named.Database(environment.database(argument));
        }
        if (argument.startsWith("files:")) {
            return new Named.OnDisk(SourceKind.FILES, existing(argument.substring("files:".length())));
        }
        if (SqliteUrl.hasScheme(argument)) {
            return new Named.OnDisk(
                    SourceKind.SQLITE, existing(SqliteUrl.path(argument).toString()));
        }
        Path path = existing(argument);
        boolean database = Files.isRegularFile(path) && SqliteFiles.looksLikeSqlite(path);
        return new Named.OnDisk(database ? SourceKind.SQLITE : SourceKind.FILES, path);
    }

    private Path existing(String text) {
        Path path;
        try {
            path = folder.resolve(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new HoldfastException.BadUsage("no path: " + text, "name a file or folder");
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot back up " + path + ": no such file or folder", "check the spelling; nothing was stored");
        }
        return path;
    }

    private static void refuseNested(List<Named> sources) {
        List<Path> folders = new ArrayList<>();
        for (Named source : sources) {
            if (source instanceof Named.OnDisk(SourceKind kind, Path place) && kind == SourceKind.FILES) {
                folders.add(place);
            }
        }
        for (Path outer : folders) {
            for (Path inner : folders) {
                if (!outer.equals(inner) && inner.startsWith(outer)) {
                    throw new HoldfastException.BadUsage(
                            inner + " lies within " + outer + ", which is backed up too", "name only the outer one");
                }
            }
        }
    }

    /// Opens what was named. A database that lies within a folder is stored once, as a database.
    static List<Source> open(List<Named> named, Reading reading) throws IOException {
        List<String> databases = named.stream()
                .filter(source -> source.kind() == SourceKind.SQLITE)
                .map(Named::path)
                .toList();
        List<Source> sources = new ArrayList<>();
        for (Named source : named) {
            sources.add(
                    switch (source) {
                        case Named.Database(ConnectionTarget target, boolean ofAll) -> {
                            Source database = database(target, reading);
                            yield ofAll ? new LateSource(database) : database;
                        }
                        case Named.OnDisk(SourceKind kind, Path place)
                        when kind == SourceKind.SQLITE -> new SqliteSource(place, reading.staging(), reading.sqlite());
                        case Named.OnDisk files ->
                            new FilesSource(reading.host(), files.path(), leavingOut(reading.files(), databases));
                    });
        }
        return List.copyOf(sources);
    }

    private static Source database(ConnectionTarget target, Reading reading) throws IOException {
        Databases how = reading.databases();
        ClientPrograms programs = ClientPrograms.find(how.searchPath());
        return new PostgresSource(
                target, programs, how.options().apply(target), reading.staging(), how.clock(), how.notices());
    }

    private static FilesOptions leavingOut(FilesOptions options, List<String> databases) {
        List<String> all = new ArrayList<>(options.leaveOut());
        for (String database : databases) {
            for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
                all.add(database + suffix);
            }
        }
        return options.withLeaveOut(Set.copyOf(all));
    }
}
