package holdfast.source.postgres.connection;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The password file, `~/.pgpass` or what `PGPASSFILE` names (`passwordFromFile`): lines
/// `host:port:database:user:password`, where `*` stands for anything and a backslash takes the
/// meaning from a colon or a backslash. The first line that fits counts. Holds secrets and shows
/// none.
///
/// @param path where it was read; empty when there is none
record PasswordFile(String path, List<String> lines) {
    static final PasswordFile NONE = new PasswordFile("", List.of());

    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    PasswordFile {
        lines = List.copyOf(lines);
    }

    /// Whoever else may read the file may have changed it, so it is ignored, with a warning.
    ///
    /// @param named whether somebody asked for this very file, so that its absence is worth a
    /// warning
    static PasswordFile read(Path path, boolean named, Consumer<String> warnings) {
        try {
            if (!Files.exists(path)) {
                if (named) {
                    warnings.accept("there is no password file " + path);
                }
                return NONE;
            }
            if (!Files.isRegularFile(path)) {
                warnings.accept("the password file " + path + " is ignored: it is not a plain file");
                return NONE;
            }
            if (!OWNERS.containsAll(Files.getPosixFilePermissions(path))) {
                warnings.accept("the password file " + path
                        + " is ignored: others than its owner have access; chmod 0600 lets it count");
                return NONE;
            }
            String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
            return new PasswordFile(
                    path.toString(),
                    text.lines().filter(line -> !line.startsWith("#")).toList());
        } catch (IOException _) {
            warnings.accept("the password file " + path + " is ignored: it cannot be read");
            return NONE;
        }
    }

    Optional<String> password(Server server, String database, String user) {
        List<String> wanted = List.of(server.passwordFileName(), Integer.toString(server.port()), database, user);
        return lines.stream().flatMap(line -> password(line, wanted).stream()).findFirst();
    }

    private static Optional<String> password(String line, List<String> wanted) {
        int at = 0;
        for (String one : wanted) {
            at = afterField(line, at, one);
            if (at < 0) {
                return Optional.empty();
            }
        }
        StringBuilder password = new StringBuilder();
        for (int i = at; i < line.length() && line.charAt(i) != ':'; i++) {
            if (line.charAt(i) == '\\' && i + 1 < line.length()) {
                i++;
            }
            password.append(line.charAt(i));
        }
        return Optional.of(password.toString());
    }

    /// Where the next field begins, if the one at `start` fits; else -1.
    private static int afterField(String line, int start, String wanted) {
        if (line.startsWith("*:", start)) {
            return start + 2;
        }
        int at = start;
        for (int i = 0; i < wanted.length(); i++) {
            if (at < line.length() && line.charAt(at) == '\\') {
                at++;
            }
            if (at >= line.length() || line.charAt(at) != wanted.charAt(i)) {
                return -1;
            }
            at++;
        }
        return at < line.length() && line.charAt(at) == ':' ? at + 1 : -1;
    }

    @Override
    public String toString() {
        return path;
    }
}
