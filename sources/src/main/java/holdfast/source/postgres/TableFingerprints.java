package holdfast.source.postgres;

import holdfast.io.Parallel;
import holdfast.model.FingerprintSum;
import holdfast.model.Progress;
import holdfast.model.TableRecord;
import holdfast.source.FileContent;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.DatabaseEncoding;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Row counts and fingerprints of the tables of a database as it is now, read in one exported
/// snapshot as a backup reads them. Used by one thread, works with several.
public final class TableFingerprints {
    private final Connections connections;
    private final int width;
    private final Progress progress;
    private final String encoding;

    /// @param encoding of the rows that these are compared with, which may be another than that of
    ///     the database
    /// @param width connections that read at the same time
    public TableFingerprints(Connections connections, String encoding, int width, Progress progress) {
        this.encoding = encoding.equals(DatabaseEncoding.NONE.name()) ? "" : encoding;
        this.connections = connections;
        this.width = width;
        this.progress = progress;
    }

    /// @param toc of a dump that names the tables; large objects are read if it has some
    /// @param chosen the entries of tables whose rows shall be read
    /// @return by schema and name; large objects as [DatabaseCapture#LARGE_OBJECTS]
    /// @throws IOException when some table is not there, or cannot be read
    public Map<String, TableRecord> read(TableOfContents toc, List<TocEntry> chosen) throws IOException {
        try (ExportedSnapshot snapshot = ExportedSnapshot.take(connections);
                Readers readers = new Readers(snapshot, width, encoding)) {
            Map<String, Relation> relations = new Catalog(snapshot::rows).relationsByName();
            StoredNodes nodes = new StoredNodes(Instant.EPOCH);
            List<TableData> tables = new ArrayList<>();
            List<FileContent> parts = new ArrayList<>();
            for (TocEntry entry : chosen) {
                CopyStatement copy = CopyStatement.reading(entry);
                String name = DatabaseCapture.name(entry);
                Relation relation = relations.getOrDefault(name, Relation.UNKNOWN);
                TableData table = TableData.of(name, nodes.file(name, 0), readers, copy, relation);
                tables.add(table);
                parts.addAll(table.parts().isEmpty() ? List.of(table) : table.parts());
            }
            Parallel.each(parts, width, part -> progress.bytes(Drain.all(part)));
            Map<String, TableRecord> records = new HashMap<>();
            tables.forEach(table -> records.put(table.table().name(), table.table()));
            largeObjects(toc, readers, nodes, records);
            return records;
        } catch (SnapshotLostException e) {
            throw e.failed("");
        } catch (SQLException e) {
            throw new IOException("cannot read the rows: " + e.getMessage(), e);
        }
    }

    private static void largeObjects(
            TableOfContents toc, Readers readers, StoredNodes nodes, Map<String, TableRecord> records)
            throws IOException {
        FingerprintSum sum = new FingerprintSum();
        List<LargeObjects.Group> groups = LargeObjects.groups(toc);
        for (LargeObjects.Group group : groups) {
            sum.add(new LargeObjects(readers, nodes).read(group));
        }
        if (!groups.isEmpty()) {
            records.put(
                    DatabaseCapture.LARGE_OBJECTS,
                    new TableRecord(DatabaseCapture.LARGE_OBJECTS, sum.rows(), sum.fingerprint()));
        }
    }
}
