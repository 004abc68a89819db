package holdfast.source.postgres.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.ServerPrograms;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what runs within a proof's server learns nothing of the program that proves.
@Tag("slow")
final class SandboxServerTest {
    @TempDir
    Path folder;

    @Test
    void itsEnvironmentHoldsNothingOfOurs() throws Exception {
        Path told = folder.resolve("told");
        Files.createFile(told);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(told, PosixFilePermissions.fromString("rw-rw-rw-"));
        ServerPrograms there = ServerPrograms.newest();
        ClientPrograms programs = ClientPrograms.find(there.bin().toString());
        try (SandboxServer server = SandboxServer.start(programs.dumping(0), "postgres", Path.of("/tmp"));
                Connection connection =
                        new Connections(server.target("postgres"), Duration.ofSeconds(20)).openForRestore("UTF8");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT 1) TO PROGRAM 'env > " + told + "'");
        }

        List<String> names = Files.readAllLines(told).stream()
                .map(line -> line.replaceFirst("=.*", ""))
                .toList();
        assertThat(names).contains("PATH");
        // the server itself and the shell that it starts add the rest
        assertThat(names)
                .isSubsetOf(
                        "PATH",
                        "LD_LIBRARY_PATH",
                        "LC_ALL",
                        "HOME",
                        "PWD",
                        "OLDPWD",
                        "SHLVL",
                        "_",
                        "PGLOCALEDIR",
                        "PGSYSCONFDIR",
                        "LC_COLLATE",
                        "LC_CTYPE",
                        "LC_MESSAGES",
                        "LC_MONETARY",
                        "LC_NUMERIC",
                        "LC_TIME");
    }

    /// Goal: whoever proves next ends the server of a program that was killed, and removes all of it.
    @Test
    void theServerOfAKilledProgramIsEndedByTheNextRun() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        long server;
        Process killed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Proving.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        try (var said = killed.inputReader()) {
            server = Long.parseLong(said.readLine());
            SandboxServer.removeAbandoned(folder);
            assertThat(ProcessHandle.of(server)).as("in use").isPresent();
        } finally {
            killed.destroyForcibly().waitFor();
        }
        assertThat(ProcessHandle.of(server)).as("nobody ended it yet").isPresent();
        List<ProcessHandle> all = Stream.concat(
                        ProcessHandle.of(server).stream(),
                        ProcessHandle.of(server).orElseThrow().descendants())
                .toList();
        assertThat(all).as("the server and what it started").hasSizeGreaterThan(2);

        SandboxServer.removeAbandoned(folder);
        assertThat(all).noneMatch(ProcessHandle::isAlive);
        try (Stream<Path> left = Files.list(place())) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("holdfast-server-")))
                    .noneMatch(path -> Files.exists(path.resolve("server/data/mine")));
        }
    }

    private Path place() throws IOException {
        return ServerAccount.current().mayEnter(folder) ? folder : Path.of("/tmp");
    }

    /// A process of its own, with a session that is busy.
    static final class Proving {
        private Proving() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] args) throws Exception {
            ClientPrograms programs =
                    ClientPrograms.find(ServerPrograms.newest().bin().toString());
            try (SandboxServer server = SandboxServer.start(programs.dumping(0), "postgres", Path.of(args[0]));
                    Connection connection =
                            new Connections(server.target("postgres"), Duration.ofSeconds(20)).openForRestore("UTF8");
                    Statement statement = connection.createStatement()) {
                statement.execute("COPY (SELECT 1) TO PROGRAM 'cat > mine'");
                System.out.println(ProcessHandle.current()
                        .children()
                        .findFirst()
                        .orElseThrow()
                        .pid());
                statement.execute("SELECT count(*) FROM generate_series(1, 1000000000000)");
            }
        }
    }
}
