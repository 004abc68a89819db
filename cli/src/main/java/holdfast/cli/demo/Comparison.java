package holdfast.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Compares what was restored with copies of the originals, by other means than Holdfast's own: SQL, and the JDK's
/// reading of files.
final class Comparison {
    private Comparison() {}

    /// What was compared and what differs.
    record Outcome(long compared, List<String> differences) {}

    /// Every row of every table, both ways.
    static Outcome databases(Path restored, Path original) throws SQLException {
        long rows = 0;
        List<String> differences = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + restored);
                Statement statement = connection.createStatement()) {
            statement.execute("ATTACH '" + original.toString().replace("'", "''") + "' AS original");
            for (String table : tables(statement)) {
                String name = '"' + table.replace("\"", "\"\"") + '"';
                rows += one(statement, "SELECT count(*) FROM main." + name);
                long missing = one(
                        statement,
                        "SELECT count(*) FROM (SELECT * FROM original." + name + " EXCEPT SELECT * FROM main." + name
                                + ")");
                long extra = one(
                        statement,
                        "SELECT count(*) FROM (SELECT * FROM main." + name + " EXCEPT SELECT * FROM original." + name
                                + ")");
                long difference = one(
                        statement,
                        "SELECT (SELECT count(*) FROM main." + name + ") - (SELECT count(*) FROM original." + name
                                + ")");
                if (missing + extra + Math.abs(difference) > 0) {
                    differences.add("table " + table + ": " + missing + " rows missing, " + extra + " too many");
                }
            }
        }
        return new Outcome(rows, differences);
    }

    private static List<String> tables(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet names =
                statement.executeQuery("SELECT name FROM original.sqlite_schema WHERE type = 'table' ORDER BY name")) {
            while (names.next()) {
                tables.add(names.getString(1));
            }
        }
        return tables;
    }

    private static long one(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    /// Every entry: kind, mode, time of change, link target, content.
    static Outcome trees(Path restored, Path original) throws IOException {
        List<String> differences = new ArrayList<>();
        TreeSet<Path> all = new TreeSet<>(entries(original));
        all.addAll(entries(restored));
        for (Path entry : all) {
            String difference = difference(restored.resolve(entry), original.resolve(entry));
            if (!difference.isEmpty()) {
                differences.add(entry + ": " + difference);
            }
        }
        return new Outcome(all.size(), differences);
    }

    private static List<Path> entries(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(root::relativize).toList();
        }
    }

    private static String difference(Path restored, Path original) throws IOException {
        if (!Files.exists(restored, LinkOption.NOFOLLOW_LINKS)) {
            return "missing";
        }
        if (!Files.exists(original, LinkOption.NOFOLLOW_LINKS)) {
            return "was not there";
        }
        PosixFileAttributes is = attributes(restored);
        PosixFileAttributes was = attributes(original);
        if (is.isDirectory() != was.isDirectory() || is.isSymbolicLink() != was.isSymbolicLink()) {
            return "is something else";
        }
        if (is.isSymbolicLink()) {
            return Files.readSymbolicLink(restored).equals(Files.readSymbolicLink(original)) ? "" : "points elsewhere";
        }
        if (!is.permissions().equals(was.permissions())) {
            return "other permissions";
        }
        if (!is.lastModifiedTime().equals(was.lastModifiedTime())) {
            return "other time";
        }
        return is.isRegularFile() && Files.mismatch(restored, original) >= 0 ? "other content" : "";
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
