package holdfast.source.postgres.restore;

import holdfast.model.Progress;
import holdfast.source.postgres.archive.ArchiveFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/// The contents of one list of large objects, in one transaction. Their numbers were made before.
record ObjectLoad(ArchiveFiles files, String list, Progress progress) {
    private static final Pattern LINE = Pattern.compile("(\\d+) (blob_\\d+\\.dat)");
    private static final int BUFFER = 256 << 10;

    /// One of the list.
    record Stored(long oid, String file) {}

    /// @return how many
    int load(TargetSession session) throws IOException, SQLException {
        List<Stored> objects = listed(files, list);
        Connection connection = session.raw();
        boolean done = false;
        try {
            connection.setAutoCommit(false);
            LargeObjectManager target = connection.unwrap(PGConnection.class).getLargeObjectAPI();
            for (Stored object : objects) {
                write(object, target);
            }
            connection.commit();
            connection.setAutoCommit(true);
            done = true;
            return objects.size();
        } finally {
            if (!done) {
                session.drop();
            }
        }
    }

    private void write(Stored stored, LargeObjectManager target) throws IOException, SQLException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = files.open(stored.file(), 0);
                LargeObject object = target.open(stored.oid(), LargeObjectManager.WRITE)) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                object.write(buffer, 0, length);
                progress.bytes(length);
            }
        }
    }

    /// @param list name of its file
    static List<Stored> listed(ArchiveFiles files, String list) throws IOException {
        List<Stored> objects = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(files.open(list, 0), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher parts = LINE.matcher(line);
                if (!parts.matches()) {
                    throw new IOException(list + " is no list of large objects");
                }
                objects.add(new Stored(Long.parseLong(parts.group(1)), parts.group(2)));
            }
        }
        return objects;
    }
}
