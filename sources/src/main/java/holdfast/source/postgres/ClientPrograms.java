package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.ArchiveHeader;
import holdfast.source.postgres.archive.ArchiveVersion;
import holdfast.source.postgres.connection.Libpq;
import holdfast.source.postgres.sandbox.SandboxServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PostgreSQL's own programs on this machine: those on the PATH, and those of every version where
/// the packages of distributions put them. Immutable; safe for use by many threads.
public final class ClientPrograms {
    /// One folder with a `pg_dump`.
    ///
    /// @param major for instance 18
    public record Installation(Path folder, int major, String version) {
        public Path program(String name) {
            return folder.resolve(name);
        }
    }

    private static final List<String> PLACES = List.of("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt");
    private static final List<String> RED_HAT = List.of("/usr", "/opt");
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)[^ \\n]*)");
    private static final int FIRST_WITH_ALGORITHM = 16;
    private static final int FIRST_WITH_RELATION_KIND = 17;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<Installation> installations;

    ClientPrograms(List<Installation> installations) {
        this.installations = installations.stream()
                .sorted(Comparator.comparingInt(Installation::major).reversed())
                .toList();
    }

    /// Looks for them.
    ///
    /// @param path as in the variable `PATH`
    public static ClientPrograms find(String path) throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        for (String folder : path.split(":", -1)) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        for (String place : PLACES) {
            folders.addAll(below(Path.of(place), "*"));
        }
        for (String place : RED_HAT) {
            folders.addAll(below(Path.of(place), "pgsql-*"));
        }
        Set<Path> real = new LinkedHashSet<>();
        List<Installation> found = new ArrayList<>();
        for (Path folder : folders) {
            Path dump = folder.resolve("pg_dump");
            if (Files.isExecutable(dump) && !isWrapper(dump) && real.add(dump.toRealPath())) {
                version(folder, dump).ifPresent(found::add);
            }
        }
        return new ClientPrograms(found);
    }

    /// Debian's program of many names that runs the version of the cluster it finds configured, or
    /// the newest when `PGHOST` names a server: not the one whose version it tells. What it may
    /// run is found where that is.
    private static boolean isWrapper(Path dump) throws IOException {
        return dump.toRealPath().endsWith("pg_wrapper");
    }

    private static List<Path> below(Path place, String names) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(place, names)) {
            versions.forEach(version -> folders.add(version.resolve("bin")));
        }
        return folders;
    }

    private static Optional<Installation> version(Path folder, Path dump) throws IOException {
        ProcessBuilder asking =
                new ProcessBuilder(dump.toString(), "--version").redirectError(ProcessBuilder.Redirect.DISCARD);
        Libpq.clear(asking.environment());
        Process process = asking.start();
        try {
            String said = new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8);
            process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            Matcher version = VERSION.matcher(said);
            return version.find()
                    ? Optional.of(new Installation(folder, Integer.parseInt(version.group(2)), version.group(1)))
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted while looking for pg_dump", "nothing was done");
        } finally {
            process.destroyForcibly();
        }
    }

    /// All of them, the newest first.
    public List<Installation> installations() {
        return installations;
    }

    /// The nearest: `pg_dump` reads servers of its own version and of many before it, and never
    /// newer ones, but what it writes is in the words of its own version, which the server's own
    /// `pg_restore` may not read, and the server not understand.
    ///
    /// @throws HoldfastException.PreCheckFailed when none fits; the message names what there is
    public Installation dumping(int serverMajor) {
        return installations.stream()
                .filter(installation -> installation.major() >= serverMajor)
                .min(Comparator.comparingInt(Installation::major))
                .orElseThrow(() -> new HoldfastException.PreCheckFailed(
                        "no pg_dump here fits a server of version " + serverMajor + ": " + there(),
                        "install the package postgresql-client-" + serverMajor
                                + " (or newer), or put its programs on the PATH"));
    }

    /// The one of a certain version when it fits, else as [#dumping(int)].
    Installation dumping(int serverMajor, int preferred) {
        return ofMajor(preferred)
                .filter(installation -> installation.major() >= serverMajor)
                .orElseGet(() -> dumping(serverMajor));
    }

    /// The one whose `pg_restore` reads an archive and writes what a server of its source's
    /// version takes: the nearest to that version, since each `pg_restore` begins its scripts
    /// with settings that only its own version and newer ones know.
    ///
    /// @throws HoldfastException.PreCheckFailed when none reads it
    public Installation restoring(ArchiveHeader header) {
        int server = header.serverMajor();
        int least = header.version().atLeast(ArchiveVersion.RELATION_KIND)
                ? FIRST_WITH_RELATION_KIND
                : header.version().atLeast(ArchiveVersion.ALGORITHM) ? FIRST_WITH_ALGORITHM : 0;
        return installations.stream()
                .filter(installation -> installation.major() >= least)
                .filter(installation -> Files.isExecutable(installation.program("pg_restore")))
                .min(Comparator.comparing((Installation installation) -> installation.major() < server)
                        .thenComparingInt(installation -> Math.abs(installation.major() - server)))
                .orElseThrow(() -> new HoldfastException.PreCheckFailed(
                        "no pg_restore here reads this dump, made by pg_dump " + header.dumpVersion() + ": " + there(),
                        "install the package postgresql-client-" + header.dumpMajor()
                                + " (or newer), or put its programs on the PATH"));
    }

    /// The installation whose programs, and server if there is one, are of just that version.
    public Optional<Installation> ofMajor(int major) {
        return installations.stream()
                .filter(installation -> installation.major() == major)
                .findFirst();
    }

    /// One with a server that takes what a server of the given version held: of that version, or of
    /// the next newer one.
    Optional<Installation> serving(int major) {
        return installations.reversed().stream()
                .filter(installation -> installation.major() >= major && SandboxServer.possible(installation))
                .findFirst();
    }

    private String there() {
        if (installations.isEmpty()) {
            return "there is none on the PATH nor in the usual folders";
        }
        return "found only "
                + String.join(
                        ", ",
                        installations.stream()
                                .map(found -> found.version() + " in " + found.folder())
                                .toList());
    }
}
