package holdfast.source.postgres;

import holdfast.io.Parallel;
import holdfast.model.Node;
import holdfast.model.Progress;
import holdfast.source.FileContent;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Hands out the rows of tables of a database as it is now, all of one exported snapshot, in COPY's
/// text format and the encoding of the database. Used by one thread, works with several.
public final class TableRows {
    private static final byte[] NOTHING = new byte[0];
    private static final int BUFFER = 1 << 18;

    private final Connections connections;
    private final int width;
    private final Progress progress;

    /// @param asQuery for what COPY cannot read by its name: materialised views, generated columns
    public record Table(CopyStatement copy, boolean asQuery) {}

    /// Takes rows that lie one behind the other. Used by one thread.
    public interface Taker extends AutoCloseable {
        /// @param bytes hold some of the rows from the beginning, cut anywhere; not to be kept
        void take(byte[] bytes, int length) throws IOException;

        /// There are no more.
        void end() throws IOException;

        @Override
        void close();
    }

    /// @param width connections that read at the same time
    public TableRows(Connections connections, int width, Progress progress) {
        this.connections = connections;
        this.width = width;
        this.progress = progress;
    }

    private record Part(Table table, String statement) {}

    /// @param takers makes one for every stretch of a table, which begins and ends with a row;
    ///     called by many threads
    /// @throws IOException when some table cannot be read
    public void read(List<Table> tables, Function<Table, Taker> takers) throws IOException {
        try (ExportedSnapshot snapshot = ExportedSnapshot.take(connections);
                Readers readers = new Readers(snapshot, width)) {
            Map<String, Relation> relations = new Catalog(snapshot::rows).relationsByName();
            List<Part> parts = new ArrayList<>();
            for (Table table : tables) {
                String name =
                        Identifiers.display(table.copy().schema(), table.copy().table());
                Relation relation = relations.getOrDefault(name, Relation.UNKNOWN);
                statements(table, relation).forEach(statement -> parts.add(new Part(table, statement)));
            }
            Node node = new StoredNodes(Instant.EPOCH).file("rows", 0);
            Parallel.each(parts, width, part -> read(part, readers, node, takers));
        } catch (SnapshotLostException e) {
            throw e.failed("");
        } catch (SQLException e) {
            throw new IOException("cannot read the rows: " + e.getMessage(), e);
        }
    }

    private static List<String> statements(Table table, Relation relation) {
        List<PageRanges.Range> ranges = PageRanges.of(relation);
        if (ranges.size() < 2) {
            return List.of(
                    table.asQuery() ? table.copy().byQuery("") : table.copy().whole());
        }
        return ranges.stream()
                .map(range -> table.copy().pages(range.first(), range.end()))
                .toList();
    }

    private void read(Part part, Readers readers, Node node, Function<Table, Taker> takers) throws IOException {
        CopyStatement copy = part.table().copy();
        CopyReading.Rows rows =
                new CopyReading.Rows(Identifiers.display(copy.schema(), copy.table()), part.statement(), true);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try (FileContent.Reading reading = new CopyReading(readers, rows, node, NOTHING, _ -> {});
                Taker taker = takers.apply(part.table())) {
            for (int read = reading.read(buffer); read >= 0; read = reading.read(buffer.clear())) {
                taker.take(buffer.array(), read);
                progress.bytes(read);
            }
            taker.end();
        }
    }
}
