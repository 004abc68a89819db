package holdfast.source.postgres;

import holdfast.model.FingerprintSum;
import holdfast.model.Node;
import holdfast.source.DirectorySink;
import holdfast.source.FileContent;
import holdfast.source.postgres.archive.ArchiveVersion;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Large objects as the directory format has them: a file each, `blob_<oid>.dat`, and lists of
/// those that belong together. See PostgreSQL's `pg_backup_directory.c`. Used by one thread.
final class LargeObjects {
    /// One list and the objects in it.
    record Group(String file, List<Long> oids) {}

    /// Of an object nobody knows the size beforehand.
    private static final int SIZE = 64 << 10;

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
            Node node = nodes.file(name, SIZE);
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
        public Reading open() {
            return new ObjectReading(readers, oid, node, sum::add);
        }
    }
}
