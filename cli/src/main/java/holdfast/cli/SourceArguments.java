package holdfast.cli;

import holdfast.io.posix.HostFiles;
import holdfast.model.HoldfastException;
import holdfast.model.SourceKind;
import holdfast.source.Source;
import holdfast.source.files.FilesOptions;
import holdfast.source.files.FilesSource;
import holdfast.source.sqlite.SqliteFiles;
import holdfast.source.sqlite.SqliteOptions;
import holdfast.source.sqlite.SqliteSource;
import holdfast.source.sqlite.SqliteUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// What people name on the command line, or by `DATABASE_URL`, as sources: a SQLite database is told
/// from an ordinary file by its header, or by being called so (`sqlite:app.db`); everything else is
/// files.
final class SourceArguments {
    /// How sources are read.
    ///
    /// @param staging directory for the copies that databases are taken from
    record Reading(HostFiles host, Path staging, SqliteOptions sqlite, FilesOptions files) {}

    /// One source that somebody named.
    ///
    /// @param path absolute
    record Named(SourceKind kind, Path path) {}

    private final Path folder;

    /// @param folder what relative paths are relative to
    SourceArguments(Path folder) {
        this.folder = folder;
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
        if (argument.startsWith("postgres:") || argument.startsWith("postgresql:")) {
            throw new HoldfastException.BadUsage(
                    "PostgreSQL databases cannot be backed up by this version",
                    "back up its dump as a file, or wait for the next version");
        }
        if (argument.startsWith("files:")) {
            return new Named(SourceKind.FILES, existing(argument.substring("files:".length())));
        }
        if (SqliteUrl.hasScheme(argument)) {
            return new Named(
                    SourceKind.SQLITE, existing(SqliteUrl.path(argument).toString()));
        }
        Path path = existing(argument);
        boolean database = Files.isRegularFile(path) && SqliteFiles.looksLikeSqlite(path);
        return new Named(database ? SourceKind.SQLITE : SourceKind.FILES, path);
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
        for (Named outer : sources) {
            for (Named inner : sources) {
                if (!outer.equals(inner)
                        && inner.path().startsWith(outer.path())
                        && outer.kind() == SourceKind.FILES
                        && inner.kind() == SourceKind.FILES) {
                    throw new HoldfastException.BadUsage(
                            inner.path() + " lies within " + outer.path() + ", which is backed up too",
                            "name only the outer one");
                }
            }
        }
    }

    /// Opens what was named. A database that lies within a folder is stored once, as a database.
    static List<Source> open(List<Named> named, Reading reading) {
        List<String> databases = named.stream()
                .filter(source -> source.kind() == SourceKind.SQLITE)
                .map(source -> source.path().toString())
                .toList();
        List<Source> sources = new ArrayList<>();
        for (Named source : named) {
            sources.add(
                    switch (source.kind()) {
                        case SQLITE -> new SqliteSource(source.path(), reading.staging(), reading.sqlite());
                        case FILES ->
                            new FilesSource(
                                    reading.host(), source.path().toString(), leavingOut(reading.files(), databases));
                    });
        }
        return List.copyOf(sources);
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
