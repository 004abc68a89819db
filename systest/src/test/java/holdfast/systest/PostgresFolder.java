package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.ServerPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A restored dump in `pg_dump`'s directory format, and the stock programs on it.
///
/// @param path the folder that holds `toc.dat`
record PostgresFolder(Path path) {
    /// The only one below a folder.
    static PostgresFolder below(Path restored) throws IOException {
        try (Stream<Path> paths = Files.walk(restored)) {
            List<Path> found = paths.filter(
                            path -> String.valueOf(path.getFileName()).equals("toc.dat"))
                    .toList();
            assertThat(found).as("toc.dat below " + restored).hasSize(1);
            return new PostgresFolder(found.getFirst().resolveSibling(""));
        }
    }

    /// Makes a database of it.
    ///
    /// @return its name, which is also given
    String into(PostgresServer server, String database, String... options) throws IOException, SQLException {
        server.run(
                PostgresServer.SUPERUSER,
                "CREATE DATABASE " + PostgresServer.identifier(database) + " TEMPLATE template0");
        List<String> arguments = new ArrayList<>(List.of("--exit-on-error", "--dbname=" + server.url(database)));
        arguments.addAll(List.of(options));
        restore(server.programs(), arguments);
        return database;
    }

    /// Runs `pg_restore`, which must succeed and have nothing to remark.
    ///
    /// @return what it wrote
    String restore(ServerPrograms programs, List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(programs.program("pg_restore").toString()));
        command.addAll(arguments);
        command.add(path.toString());
        Path out = Files.createTempFile("holdfast-pg_restore", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            Process process = builder.start();
            process.getOutputStream().close();
            String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            assertThat(said).as(String.join(" ", command)).isEmpty();
            assertThat(exit).as(String.join(" ", command)).isZero();
            return Files.readString(out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            Files.delete(out);
        }
    }
}
