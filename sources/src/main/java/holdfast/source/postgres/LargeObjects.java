package holdfast.source.postgres;

import holdfast.model.FingerprintSum;
import holdfast.model.Node;
import holdfast.source.DirectorySink;
import holdfast.source.FileContent;
import holdfast.source.postgres.archive.ArchiveVersion;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.RowDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/// Large objects as the directory format has them: a file each, `blob_<oid>.dat`, and lists of
/// those that belong together. See PostgreSQL's `pg_backup_directory.c`. Used by one thread.
final class LargeObjects {
    /// One list and the objects in it.
    record Group(String file, List<Long> oids) {}

    private static final int BUFFER = 64 << 10;

    private final Readers readers;
    private final StoredNodes nodes;

    LargeObjects(Readers readers, StoredNodes nodes) {
        this.readers = readers;
        this.nodes = nodes;
    }

    /// Before format version 1.16 there is one list of all; later each list depends on an entry
    /// whose definition is the numbers of its objects.
    static List<Group> groups(TableOfContents toc) {
        boolean grouped = toc.header().version().atLeast(ArchiveVersion.RELATION_KIND);
        Map<String, TocEntry> entries = toc.entries().stream()
                .collect(Collectors.toMap(entry -> Integer.toString(entry.dumpId()), Function.identity(), (a, _) -> a));
        List<Group> groups = new ArrayList<>();
        for (TocEntry list : toc.entries()) {
            if (!list.is(TocEntry.LARGE_OBJECTS)) {
                continue;
            }
            List<TocEntry> described = grouped
                    ? list.dependencies().stream()
                            .map(entries::get)
                            .filter(entry -> entry != null && entry.is("BLOB METADATA"))
                            .toList()
                    : toc.entries().stream().filter(entry -> entry.is("BLOB")).toList();
            groups.add(new Group(toc.file(list), oids(described, grouped)));
        }
        return groups;
    }

    private static List<Long> oids(List<TocEntry> described, boolean grouped) {
        List<Long> oids = new ArrayList<>();
        for (TocEntry entry : described) {
            String numbers = grouped ? entry.definition() : entry.oid();
            if (numbers != null) {
                numbers.lines().filter(line -> !line.isBlank()).forEach(line -> oids.add(Long.parseLong(line.strip())));
            }
        }
        return oids.stream().sorted().toList();
    }

    /// Stores a list and its objects.
    ///
    /// @return the sum over the objects, each a row of its number, a line feed, and its content
    FingerprintSum store(Group group, DirectorySink directory) throws IOException {
        FingerprintSum sum = new FingerprintSum();
        StringBuilder list = new StringBuilder();
        for (long oid : group.oids()) {
            String name = "blob_" + oid + ".dat";
            list.append(oid).append(' ').append(name).append('\n');
            Node node = nodes.file(name, BUFFER);
            directory.file(node, new Content(oid, node, sum));
        }
        byte[] bytes = list.toString().getBytes(StandardCharsets.US_ASCII);
        Node node = nodes.file(group.file(), bytes.length);
        directory.file(node, new BytesContent(node, bytes));
        return sum;
    }

    /// Reads all objects of a list, to compare them; the sum is as of [#store].
    FingerprintSum read(Group group) throws IOException {
        FingerprintSum sum = new FingerprintSum();
        for (long oid : group.oids()) {
            Drain.all(new Content(oid, nodes.file(group.file(), 0), sum));
        }
        return sum;
    }

    private final class Content implements FileContent {
        private final long oid;
        private final Node node;
        private final FingerprintSum sum;

        private Content(long oid, Node node, FingerprintSum sum) {
            this.oid = oid;
            this.node = node;
            this.sum = sum;
        }

        @Override
        public Cut cut() {
            return new Cut.ByContent();
        }

        @Override
        public Reading open() throws IOException {
            try {
                return new ObjectReading(this);
            } catch (SQLException e) {
                throw new IOException("large object " + oid + ": " + e.getMessage(), e);
            }
        }
    }

    private final class ObjectReading implements FileContent.Reading {
        private final Content content;
        private final Readers.Reader reader;
        private final LargeObject object;
        private final RowDigest digest = new RowDigest();
        private final byte[] buffer = new byte[BUFFER];
        private boolean done;

        private ObjectReading(Content content) throws IOException, SQLException {
            this.content = content;
            reader = readers.take();
            boolean opened = false;
            try {
                object = reader.connection()
                        .unwrap(PGConnection.class)
                        .getLargeObjectAPI()
                        .open(content.oid, LargeObjectManager.READ);
                opened = true;
            } finally {
                if (!opened) {
                    reader.discard();
                }
            }
            byte[] number = (content.oid + "\n").getBytes(StandardCharsets.US_ASCII);
            digest.piece(number, number.length);
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            try {
                int length = object.read(buffer, 0, Math.min(buffer.length, to.remaining()));
                if (length <= 0) {
                    finish();
                    return -1;
                }
                to.put(buffer, 0, length);
                digest.piece(buffer, length);
                return length;
            } catch (SQLException e) {
                throw new IOException("large object " + content.oid + ": " + e.getMessage(), e);
            }
        }

        private void finish() throws SQLException {
            if (!done) {
                object.close();
                digest.endRow();
                content.sum.add(digest.sum());
                reader.giveBack();
                done = true;
            }
        }

        @Override
        public Node finished() {
            return content.node;
        }

        @Override
        public void close() {
            if (!done) {
                done = true;
                reader.discard();
            }
        }
    }
}
