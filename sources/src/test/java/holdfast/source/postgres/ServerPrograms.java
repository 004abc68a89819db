package holdfast.source.postgres;

import holdfast.source.NastyTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The programs of one PostgreSQL version on this machine.
///
/// @param bin the folder with `initdb`, `pg_ctl`, `psql` …
public record ServerPrograms(Path bin) {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final Map<Path, Path> CLIENTS = new ConcurrentHashMap<>();

    /// The newest version below `/usr/lib/postgresql`, or that in the folder `-Dpostgres.newest=`;
    /// where there is neither, the newest that `-Dpostgres.bin=` names.
    ///
    /// @throws AssertionError with instructions when there is none
    public static ServerPrograms newest() {
        List<ServerPrograms> installed = all();
        return named("postgres.newest")
                .findFirst()
                .orElseGet(() -> installed.isEmpty() ? every().getLast() : installed.getLast());
    }

    /// Every version below `/usr/lib/postgresql`, and also those that
    /// `-Dpostgres.bin=FOLDER:FOLDER` names, oldest first.
    ///
    /// @throws AssertionError with instructions when there is none
    public static List<ServerPrograms> every() {
        List<ServerPrograms> every = Stream.concat(all().stream(), named("postgres.bin"))
                .distinct()
                .sorted(Comparator.comparingInt(programs -> programs.version("postgres")))
                .toList();
        if (every.isEmpty()) {
            throw new AssertionError("these tests need a PostgreSQL server: apt-get install postgresql, or give the"
                    + " folder of its programs with -Dpostgres.bin=/usr/lib/postgresql/15/bin");
        }
        return every;
    }

    private static Stream<ServerPrograms> named(String property) {
        return Stream.of(System.getProperty(property, "").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> new ServerPrograms(Path.of(folder)));
    }

    /// Every version below `/usr/lib/postgresql` that has a server, oldest first.
    public static List<ServerPrograms> all() {
        if (!Files.isDirectory(DEBIAN)) {
            return List.of();
        }
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(DEBIAN, "[0-9]*")) {
            List<ServerPrograms> found = new ArrayList<>();
            versions.forEach(version -> found.add(new ServerPrograms(version.resolve("bin"))));
            return found.stream()
                    .filter(one -> Files.isExecutable(one.program("initdb")))
                    .filter(one -> Files.isExecutable(one.program("postgres")))
                    .sorted(Comparator.comparingInt(ServerPrograms::majorVersion))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As Debian names the folder above the programs; 0 when it is named otherwise.
    private int majorVersion() {
        String version = String.valueOf(bin.resolveSibling("").getFileName());
        return version.matches("[0-9]{1,4}") ? Integer.parseInt(version) : 0;
    }

    /// One of its own programs; where there is a server alone, a client program of the same version or
    /// a newer one.
    public Path program(String name) {
        Path own = bin.resolve(name);
        return Files.isExecutable(own) ? own : clients().resolve(name);
    }

    /// Where all these programs are, as in the variable `PATH`.
    public String path() {
        return clients().equals(bin) ? bin.toString() : bin + ":" + clients();
    }

    private Path clients() {
        return CLIENTS.computeIfAbsent(bin, ServerPrograms::findClients);
    }

    private static Path findClients(Path bin) {
        if (Files.isExecutable(bin.resolve("pg_dump"))) {
            return bin;
        }
        int least = version(bin.resolve("postgres"));
        return Stream.concat(
                        Stream.concat(all().stream(), named("postgres.bin")).map(ServerPrograms::bin),
                        Stream.of(System.getenv("PATH").split(":")).map(Path::of))
                .filter(folder -> Files.isExecutable(folder.resolve("pg_dump")))
                .filter(folder -> version(folder.resolve("pg_dump")) >= least)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is a server of version " + least + " in " + bin
                        + ", and no pg_dump that reads it: put the folder of one on the PATH"));
    }

    /// The version that one of [#program] tells, such as 17.
    public int version(String name) {
        return version(program(name));
    }

    private static int version(Path program) {
        try {
            String said = end(new ProcessBuilder(program.toString(), "--version"), Path.of("/dev/null"));
            return Integer.parseInt(said.replaceFirst("(?s)^\\D*(\\d+).*", "$1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a program to its end, as a user who may run a server: PostgreSQL refuses to be root.
    ///
    /// @return what it wrote
    /// @throws AssertionError when it fails or takes longer than a minute
    String run(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(unprivileged());
        command.add(program(name).toString());
        command.addAll(List.of(arguments));
        return end(new ProcessBuilder(command), Path.of("/dev/null"));
    }

    /// Who the server runs as.
    static String user() {
        return NastyTree.isRoot() ? "nobody" : System.getProperty("user.name");
    }

    private static List<String> unprivileged() {
        return NastyTree.isRoot() ? List.of("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups") : List.of();
    }

    static String end(ProcessBuilder builder, Path input) throws IOException {
        // what the server leaves open must not be waited for: its output goes to a file, not a pipe
        Path output = Files.createTempFile("holdfast-output-", ".txt");
        try {
            builder.redirectErrorStream(true).redirectInput(input.toFile()).redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            Process process = builder.start();
            boolean ended = process.waitFor(1, TimeUnit.MINUTES);
            String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(builder.command() + (ended ? " failed: " : " took too long: ") + said);
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /// Makes the user who runs the server the owner of a file.
    static void handOver(Path path) throws IOException {
        if (NastyTree.isRoot()) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user()));
        }
    }

    static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
