package holdfast.source.postgres;

import holdfast.model.FingerprintSum;
import holdfast.model.Node;
import holdfast.model.TableRecord;
import holdfast.source.FileContent;
import holdfast.source.postgres.PageRanges.Range;
import holdfast.source.postgres.rows.CopyStatement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// The rows of one table as the one file that `pg_dump` would make of them, read by as many
/// connections as there are, and their fingerprint. Safe for use by many threads.
final class TableData implements FileContent {
    /// What `pg_dump` puts behind the rows.
    private static final byte[] END = "\\.\n\n\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NOTHING = new byte[0];

    private final String name;
    private final Node node;
    private final Readers readers;
    private final List<String> statements;
    private final boolean repeatable;
    private final FingerprintSum sum = new FingerprintSum();
    private final AtomicLong bytes = new AtomicLong();

    /// @param statements which give the rows, one behind the other
    /// @param repeatable whether they give the same rows again
    private TableData(String name, Node node, Readers readers, List<String> statements, boolean repeatable) {
        this.name = name;
        this.node = node;
        this.readers = readers;
        this.statements = List.copyOf(statements);
        this.repeatable = repeatable;
    }

    static TableData of(String name, Node node, Readers readers, CopyStatement copy, Relation relation) {
        if (relation.foreign() || !relation.condition().isEmpty()) {
            return new TableData(name, node, readers, List.of(copy.byQuery(relation.condition())), !relation.foreign());
        }
        List<Range> ranges = PageRanges.of(relation);
        if (ranges.size() < 2) {
            return new TableData(name, node, readers, List.of(copy.whole()), true);
        }
        List<String> statements = new ArrayList<>();
        ranges.forEach(range -> statements.add(copy.pages(range.first(), range.end())));
        return new TableData(name, node, readers, statements, true);
    }

    String name() {
        return name;
    }

    /// After everything has been read: how large the file is.
    long storedBytes() {
        return bytes.get();
    }

    Node node() {
        return node;
    }

    @Override
    public Cut cut() {
        return new Cut.Rows();
    }

    @Override
    public List<FileContent> parts() {
        List<FileContent> parts = new ArrayList<>();
        for (int i = 0; i < statements.size() && statements.size() > 1; i++) {
            parts.add(new Part(statements.get(i), i == statements.size() - 1));
        }
        return parts;
    }

    @Override
    public Reading open() {
        return new Part(statements.getFirst(), true).open();
    }

    private synchronized void add(FingerprintSum part) {
        sum.add(part);
    }

    /// After everything has been read.
    synchronized TableRecord table() {
        return new TableRecord(name, sum.rows(), sum.fingerprint());
    }

    private final class Part implements FileContent {
        private final String statement;
        private final boolean last;

        private Part(String statement, boolean last) {
            this.statement = statement;
            this.last = last;
        }

        @Override
        public Cut cut() {
            return TableData.this.cut();
        }

        @Override
        public Reading open() {
            CopyReading.Rows rows = new CopyReading.Rows(name, statement, repeatable);
            return new CountedReading(
                    new CopyReading(readers, rows, node, last ? END : NOTHING, TableData.this::add), bytes);
        }
    }
}
