package holdfast.systest;

import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A database with every kind of object that PostgreSQL knows: the scripts in the folder `every-kind`, in order, and
/// those named `since-<version>` where the server is at least of that version. The server must allow tablespaces in
/// place.
final class EveryKind {
    private static final Pattern SINCE = Pattern.compile("since-(\\d+)\\.sql");

    private EveryKind() {}

    /// @param database where it is made; roles and tablespaces named `kinds…` are made beside it
    static void make(PostgresServer server, String database) throws IOException, SQLException {
        int version =
                Integer.parseInt(server.ask(database, "SHOW server_version_num").getFirst()) / 10_000;
        for (Path script : scripts()) {
            Matcher since = SINCE.matcher(String.valueOf(script.getFileName()));
            if (!since.matches() || Integer.parseInt(since.group(1)) <= version) {
                server.psql(database, script);
            }
        }
    }

    private static List<Path> scripts() throws IOException {
        URL folder = EveryKind.class.getResource("/every-kind");
        if (folder == null) {
            throw new IllegalStateException("the scripts are not on the class path");
        }
        try (Stream<Path> scripts = Files.list(Path.of(folder.toURI()))) {
            return scripts.sorted().toList();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
