package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The room that a restore takes at the server, and what is free there, as far as it can be told: a
/// server tells nobody, but the disk of one that runs on this machine can be looked at. Immutable.
///
/// @param about bytes it will take
/// @param least bytes it takes in any case
/// @param free bytes where the server writes; -1 when that cannot be told from here
public record Room(long about, long least, long free) {
    private static final String DATABASE_BYTES = "postgres.database-bytes";
    /// The server may compress what is stored as text.
    private static final int COMPRESSED = 3;

    /// Only what a socket of this machine leads to is a server whose folders are this machine's.
    private static final String OWN = """
            SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'data_directory'
              AND (pg_catalog.inet_server_addr() IS NULL OR pg_catalog.inet_server_addr() <<= '127.0.0.0/8'
                OR pg_catalog.inet_server_addr() <<= '::1')""";

    private static final String OTHERS =
            "SELECT pg_catalog.pg_tablespace_location(oid) FROM pg_catalog.pg_tablespace" + " WHERE spcname !~ '^pg_'";

    /// @param whole whether everything of the backup is restored
    /// @param bytes of rows, as stored
    static Room of(SourceRecord recorded, boolean whole, long bytes, TargetServer server) throws IOException {
        long before = Long.parseLong(recorded.details().getOrDefault(DATABASE_BYTES, "0"));
        boolean known = whole && before > 0;
        return new Room(
                known ? Math.max(before, bytes) : bytes,
                known ? Math.min(before, bytes) : bytes / COMPRESSED,
                free(server));
    }

    private static long free(TargetServer server) throws IOException {
        try {
            List<Path> folders = new ArrayList<>();
            List<String> own = server.ask(OWN);
            own.forEach(folder -> folders.add(Path.of(folder)));
            if (!own.isEmpty()) {
                server.ask(OTHERS).forEach(folder -> folders.add(Path.of(folder)));
            }
            if (folders.isEmpty() || !folders.stream().allMatch(Files::isDirectory)) {
                return -1;
            }
            long most = 0;
            for (Path folder : folders) {
                most = Math.max(most, Files.getFileStore(folder).getUsableSpace());
            }
            return most;
        } catch (SQLException e) {
            throw new IOException("cannot ask for the server's folders: " + FirstLine.of(e), e);
        }
    }

    /// @throws HoldfastException.PreCheckFailed when it cannot be enough
    void require(String target) {
        if (free >= 0 && free < least) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore into " + target + ": its server has " + megabytes(free)
                            + " free, and the rows take at" + " least " + megabytes(least),
                    "free some space there, restore less by --table or --schema, or restore to another server");
        }
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
