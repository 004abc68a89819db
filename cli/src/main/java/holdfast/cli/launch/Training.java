package holdfast.cli.launch;

import holdfast.cli.Main;
import holdfast.source.postgres.rows.RowDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/// The run whose loaded classes and profiles the JVM writes into the AOT cache: what people do
/// most, in small, in a temporary folder. Prints nothing; what fails in it only makes the cache
/// smaller.
public final class Training {
    private static final int ROWS = 20_000;
    private static final int FILES = 60;
    private static final int FILE_BYTES = 100_000;
    private static final int LINES = 400_000;

    private Training() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("holdfast-training");
        try {
            makeSources(folder);
            Map<String, String> variables = Map.of(
                    "HOLDFAST_PASSWORD", "training",
                    "HOLDFAST_REPOSITORY", folder.resolve("backups").toString(),
                    "TMPDIR", folder.toString());
            for (String line : List.of(
                    "--help",
                    "version",
                    "init --key-cost 10",
                    "backup app.db files --prove identical",
                    "snapshots",
                    "snapshots --json",
                    "show",
                    "ls latest -l",
                    "backup app.db files",
                    "backup rows",
                    "backup postgresql:///training?host=" + folder.resolve("nobody-listens"),
                    "restore --help",
                    "restore latest --target restored --yes",
                    "forget --keep-last 1 --prune",
                    "check --read-data",
                    "stats",
                    "snapshots --bogus")) {
                Main.silently(folder, variables, line.split(" "));
            }
        } catch (SQLException e) {
            throw new IOException("cannot make a database to train on", e);
        } finally {
            delete(folder);
        }
    }

    private static void makeSources(Path folder) throws IOException, SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("app.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, image BLOB)");
            statement.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS + ")"
                    + " INSERT INTO item SELECT i, 'item ' || i, i * 1.5, randomblob(40) FROM n");
        }
        makeRows(folder.resolve("rows"));
        Path files = Files.createDirectory(folder.resolve("files"));
        Random random = new Random(1);
        for (int i = 0; i < FILES; i++) {
            byte[] content = new byte[FILE_BYTES];
            random.nextBytes(content);
            Files.write(files.resolve("file" + i), content);
        }
    }

    /// As PostgreSQL sends them. There need not be a server where Holdfast is built, so that at
    /// least what is done with rows is trained.
    private static void makeRows(Path file) throws IOException {
        StringBuilder lines = new StringBuilder();
        Random random = new Random(2);
        for (int i = 0; i < LINES; i++) {
            lines.append(i).append("\tname ").append(random.nextInt()).append("\t\\N\t2026-01-01 00:00:00+00\n");
        }
        byte[] rows = lines.toString().getBytes(StandardCharsets.US_ASCII);
        Files.write(file, rows);
        new RowDigest().add(rows, 0, rows.length);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
