package holdfast.source.postgres;

import holdfast.io.Parallel;
import holdfast.model.FingerprintSum;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.Capture;
import holdfast.source.DirectorySink;
import holdfast.source.TreeSink;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocWriter;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.DatabaseEncoding;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A database whose exported snapshot is held open while it is read. Used by one thread.
final class DatabaseCapture implements Capture {
    /// Name under which large objects stand among the tables.
    static final String LARGE_OBJECTS = "pg_catalog.pg_largeobject";

    private final String location;
    private final DatabasePath path;
    private final TableOfContents stored;
    private final TableOfContents toc;
    private final Map<String, Relation> relations;
    private final Map<String, String> details;
    private final Globals globals;
    private final ExportedSnapshot snapshot;
    private final Readers readers;
    private final PostgresOptions options;
    private final StoredNodes nodes;
    private final List<SourceRecord.Failure> failures = new ArrayList<>();

    DatabaseCapture(
            String location,
            DatabasePath path,
            TableOfContents toc,
            Map<String, Relation> relations,
            Map<String, String> details,
            Globals globals,
            ExportedSnapshot snapshot,
            Readers readers,
            PostgresOptions options,
            StoredNodes nodes) {
        this.location = location;
        this.path = path;
        this.stored = toc;
        this.toc = DatabaseEncoding.readable(toc);
        this.relations = relations;
        this.details = details;
        this.globals = globals;
        this.snapshot = snapshot;
        this.readers = readers;
        this.options = options;
        this.nodes = nodes;
    }

    /// How a table is called in the snapshot's document.
    static String name(TocEntry entry) {
        return Identifiers.display(String.valueOf(entry.namespace()), String.valueOf(entry.tag()));
    }

    private List<TocEntry> tables() {
        return toc.entries().stream()
                .filter(entry -> entry.data() && entry.is(TocEntry.TABLE_DATA))
                .sorted(Comparator.comparingLong(
                                (TocEntry entry) -> relation(entry).bytes())
                        .reversed())
                .toList();
    }

    private Relation relation(TocEntry entry) {
        return relations.getOrDefault(String.valueOf(entry.oid()), Relation.UNKNOWN);
    }

    @Override
    public long expectedBytes() {
        return tables().stream().mapToLong(entry -> relation(entry).bytes()).sum();
    }

    @Override
    public long expectedFiles() {
        return 2L + tables().size();
    }

    @Override
    public SourceRecord writeTo(TreeSink tree) throws IOException {
        List<TableRecord> records = new ArrayList<>();
        long files = 0;
        try (DirectorySink.ChildDirectory directory = tree.at(path.folder()).directory(nodes.directory(path.name()))) {
            boolean whole = false;
            try {
                files = fill(directory, tree.before(path.path()), records);
                whole = true;
            } finally {
                if (!whole) {
                    directory.discard();
                }
            }
        }
        records.sort(Comparator.comparing(TableRecord::name));
        return new SourceRecord(
                SourceKind.POSTGRES_DATABASE,
                location,
                path.path(),
                details,
                records,
                Sequences.of(toc),
                files,
                expectedBytes(),
                List.of(),
                failures);
    }

    private long fill(DirectorySink directory, Optional<SourceRecord> before, List<TableRecord> records)
            throws IOException {
        file(directory, TableOfContents.NAME, TocWriter.write(stored));
        long files = globals(directory) ? 2 : 1;
        records.addAll(rows(directory, before));
        files += records.size();
        files += largeObjects(directory, records);
        if (!snapshot.held()) {
            throw new SnapshotLostException(
                    "the server ended the session that held the snapshot: what was read may not belong together", null);
        }
        return files;
    }

    private List<TableRecord> rows(DirectorySink directory, Optional<SourceRecord> before) throws IOException {
        List<TocEntry> entries = tables();
        List<TableData> tables = new ArrayList<>();
        List<UnchangedTables.Candidate> candidates = new ArrayList<>();
        for (TocEntry entry : entries) {
            tables.add(data(entry));
            candidates.add(new UnchangedTables.Candidate(
                    String.valueOf(entry.oid()),
                    name(entry),
                    toc.file(entry),
                    CopyStatement.reading(entry),
                    relation(entry)));
        }
        UnchangedTables unchanged = UnchangedTables.find(
                snapshot.connections(), readers, nodes.time(), before, details, candidates, options.readers());
        Parallel.each(tables, options.readers(), table -> {
            if (!unchanged.again(directory, table)) {
                directory.file(table.node(), table);
            }
        });
        List<TableRecord> records = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            records.add(unchanged.record(tables.get(i)).withCritical(critical(entries.get(i))));
        }
        return unchanged.remember(records, tables, details);
    }

    private boolean critical(TocEntry entry) {
        return options.critical().stream()
                .anyMatch(pattern -> pattern.matches(String.valueOf(entry.namespace()), String.valueOf(entry.tag())));
    }

    private TableData data(TocEntry entry) throws IOException {
        Relation relation = relation(entry);
        Node node = nodes.file(toc.file(entry), relation.bytes());
        return TableData.of(name(entry), node, readers, CopyStatement.reading(entry), relation);
    }

    private void file(DirectorySink directory, String name, byte[] content) throws IOException {
        Node node = nodes.file(name, content.length);
        directory.file(node, new BytesContent(node, content));
    }

    /// A database can be restored without roles and tablespaces, so that they cannot be read is
    /// said, not thrown.
    private boolean globals(DirectorySink directory) throws IOException {
        byte[] content;
        try {
            content = globals.read(snapshot);
        } catch (SnapshotLostException e) {
            throw e;
        } catch (HoldfastException.Failed | IOException e) {
            failures.add(new SourceRecord.Failure(Globals.NAME, String.valueOf(e.getMessage()), false));
            return false;
        }
        file(directory, Globals.NAME, content);
        return true;
    }

    private long largeObjects(DirectorySink directory, List<TableRecord> records) throws IOException {
        List<LargeObjects.Group> groups = LargeObjects.groups(toc);
        FingerprintSum sum = new FingerprintSum();
        for (LargeObjects.Group group : groups) {
            sum.add(new LargeObjects(readers, nodes).store(group, directory));
        }
        if (!groups.isEmpty()) {
            records.add(new TableRecord(LARGE_OBJECTS, sum.rows(), sum.fingerprint()));
        }
        return groups.size() + sum.rows();
    }

    /// As [#close], for one whose server is gone, or does not answer.
    void abandon() {
        readers.close();
        snapshot.abandon();
    }

    @Override
    public void close() throws IOException {
        readers.close();
        try {
            snapshot.close();
        } catch (SQLException e) {
            throw new IOException("cannot end the transaction on " + location + ": " + e.getMessage(), e);
        }
    }
}
