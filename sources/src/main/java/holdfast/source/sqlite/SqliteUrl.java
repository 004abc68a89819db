package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The ways in which people and frameworks name a SQLite database:
///
/// | text | file |
/// |---|---|
/// | `./app.db`, `/srv/app.db` | as it stands, nothing is decoded |
/// | `sqlite:app.db`, `sqlite3:app.db` | `app.db` in the current folder |
/// | `sqlite:///srv/app.db` | `/srv/app.db` |
/// | `file:./app.db`, `file:///srv/app.db?mode=ro` | SQLite's own URI names; `%20` is a blank |
/// | `jdbc:sqlite:` before any of these | the same |
///
/// Parameters that change only how an application connects are accepted and ignored. All others are refused:
/// some make SQLite ignore locks or journals (`nolock`, `immutable`), some mean another format (`vfs`,
/// `key`), and one that is not understood may mean anything. Messages name parameters but never tell their
/// values. Pure.
public final class SqliteUrl {
    private static final List<String> SCHEMES = List.of("file:", "sqlite:", "sqlite3:");

    private static final Set<String> HARMLESS =
            Set.of("mode", "cache", "timeout", "busy_timeout", "connection_limit", "socket_timeout", "journal_mode");

    private SqliteUrl() {}

    /// Whether the text has a scheme that means SQLite. A plain path has none.
    public static boolean hasScheme(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.startsWith("jdbc:sqlite:") || SCHEMES.stream().anyMatch(lower::startsWith);
    }

    /// The database file that is meant; relative to the current folder unless it is absolute.
    ///
    /// @throws HoldfastException.BadUsage when no file is meant, or a parameter is refused
    public static Path path(String text) {
        String rest = text;
        if (rest.toLowerCase(Locale.ROOT).startsWith("jdbc:sqlite:")) {
            rest = rest.substring("jdbc:sqlite:".length());
        }
        String lower = rest.toLowerCase(Locale.ROOT);
        for (String scheme : SCHEMES) {
            if (lower.startsWith(scheme)) {
                return ofUrl(rest.substring(scheme.length()));
            }
        }
        return ofName(rest);
    }

    private static Path ofUrl(String text) {
        int fragment = text.indexOf('#');
        String rest = fragment < 0 ? text : text.substring(0, fragment);
        int query = rest.indexOf('?');
        if (query >= 0) {
            checkParameters(rest.substring(query + 1));
            rest = rest.substring(0, query);
        }
        if (rest.startsWith("//")) {
            int path = rest.indexOf('/', 2);
            String host = path < 0 ? rest.substring(2) : rest.substring(2, path);
            if (path < 0 || !(host.isEmpty() || host.equals("localhost"))) {
                throw new HoldfastException.BadUsage(
                        "not a SQLite location: it names a host",
                        "write three slashes before an absolute path, none before a relative one");
            }
            rest = rest.substring(path);
        }
        return ofName(decoded(rest));
    }

    private static void checkParameters(String query) {
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
            if (name.isEmpty()) {
                continue;
            }
            if (!HARMLESS.contains(name)) {
                throw new HoldfastException.BadUsage(
                        "not a SQLite location that can be backed up: parameter '" + name + "' is not supported",
                        "leave it out if the file is an ordinary SQLite database");
            }
            if (name.equals("mode") && !Set.of("ro", "rw", "rwc").contains(value)) {
                throw new HoldfastException.BadUsage(
                        "not a SQLite location that can be backed up: the mode must be ro, rw or rwc",
                        "a database in memory has no file to back up");
            }
        }
    }

    private static Path ofName(String name) {
        if (name.isEmpty() || name.equals(":memory:")) {
            throw new HoldfastException.BadUsage(
                    "not a SQLite location: it names no file", "give the path of the database file");
        }
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new HoldfastException.BadUsage(
                    "not a SQLite location: " + e.getReason(), "give the path of the database file");
        }
    }

    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                out.write(bytes[i]);
                continue;
            }
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                throw new HoldfastException.BadUsage(
                        "not a SQLite location: a % is not followed by two hexadecimal digits of a character",
                        "write %25 for a percent sign");
            }
            out.write(high * 16 + low);
            i += 2;
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
