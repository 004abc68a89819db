package holdfast.source.postgres.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.ServerPrograms;
import holdfast.source.postgres.connection.Connections;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
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
}
