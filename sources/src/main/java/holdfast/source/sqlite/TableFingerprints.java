package holdfast.source.sqlite;

import holdfast.model.TableRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.sqlite.Collation;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteLimits;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/// Reads every table of a database file that nobody changes, and says what is in it. Several threads may call
/// [#readTables] of one object at once; they share the tables out among themselves.
///
/// Values are fetched through the driver's inner interface, which its ResultSet is built upon: three times as
/// fast, text comes as the bytes that are stored, and no value is converted. See [RowSum] for what is hashed.
public final class TableFingerprints {
    /// Values come as arrays; one larger than this is not read, rather than to run out of memory.
    static final int VALUE_BYTES_MAX = Math.clamp(Runtime.getRuntime().maxMemory() / 8, 16 << 20, 1_000_000_000);

    private final Path database;
    private final Cancellation cancellation;
    private final Queue<String> waiting = new ArrayDeque<>();
    private final List<TableRecord> read = new ArrayList<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private List<String> virtual = List.of();
    private boolean listed;

    TableFingerprints(Path database, Cancellation cancellation) {
        this.database = database;
        this.cancellation = cancellation;
    }

    /// A table that could not be read to its end.
    ///
    /// @param damaged whether the file is to blame; else it is something that only the application has
    public record Unreadable(String table, String reason, boolean damaged) {
        String message() {
            return "table " + table + " cannot be read: " + reason;
        }
    }

    /// What is in a database.
    ///
    /// @param tables sorted by name
    /// @param virtual names of virtual tables; their content lies in their shadow tables or outside of the
    ///     database
    public record Survey(List<TableRecord> tables, List<Unreadable> unreadable, List<String> virtual) {
        public Survey {
            tables = List.copyOf(tables);
            unreadable = List.copyOf(unreadable);
            virtual = List.copyOf(virtual);
        }

        public Optional<TableRecord> table(String name) {
            return tables.stream().filter(table -> table.name().equals(name)).findFirst();
        }
    }

    /// Reads all tables of a clean database file: no `-wal` or `-journal` beside it is regarded, no lock is
    /// taken.
    ///
    /// @throws IOException when not even the list of tables can be read
    public static Survey of(Path database) throws IOException {
        TableFingerprints fingerprints = new TableFingerprints(database, new Cancellation());
        try {
            fingerprints.readTables();
        } catch (SQLException e) {
            throw new IOException("cannot read the tables of " + database + ": " + SqliteConnections.reason(e), e);
        }
        return fingerprints.survey();
    }

    /// Takes table after table until none is left.
    ///
    /// @throws SQLException when the list of tables cannot be read, or after a cancellation
    void readTables() throws SQLException {
        try (Connection connection = SqliteConnections.unchanging(database);
                Cancellation.Watch _ = cancellation.watch(connection)) {
            cancellation.check();
            ((SQLiteConnection) connection).setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
            list(connection);
            for (String table = next(); table != null; table = next()) {
                readTable(connection, table);
                cancellation.check();
            }
        }
    }

    private synchronized void list(Connection connection) throws SQLException {
        if (!listed) {
            Tables tables = Tables.of(connection);
            waiting.addAll(tables.stored());
            virtual = tables.virtual();
            listed = true;
        }
    }

    private synchronized @Nullable String next() {
        return waiting.poll();
    }

    synchronized Survey survey() {
        read.sort(Comparator.comparing(TableRecord::name));
        unreadable.sort(Comparator.comparing(Unreadable::table));
        return new Survey(read, unreadable, virtual);
    }

    private void readTable(Connection connection, String table) {
        try {
            standInForCollations(connection, table);
            add(rows(connection, table));
        } catch (SQLException e) {
            add(new Unreadable(table, SqliteConnections.reason(e), SqliteConnections.isDamage(e)));
        }
    }

    private synchronized void add(TableRecord table) {
        read.add(table);
    }

    private synchronized void add(Unreadable table) {
        unreadable.add(table);
    }

    /// An application's own orderings are unknown here, and SQLite refuses to touch an index that uses one.
    /// Reading a table from end to end compares nothing, so any stand-in will do. It must be there before the
    /// first query: after a failed one SQLite keeps in mind that it cannot use the index.
    private static void standInForCollations(Connection connection, String table) throws SQLException {
        for (String name : Tables.unknownCollations(connection, table)) {
            Collation.create(connection, name, new Collation() {
                @Override
                protected int xCompare(String left, String right) {
                    return left.compareTo(right);
                }
            });
        }
    }

    private static TableRecord rows(Connection connection, String table) throws SQLException {
        RowSum sum = new RowSum();
        try (PreparedStatement statement = connection.prepareStatement(Tables.query(connection, table))) {
            ((CoreStatement) statement).pointer.safeRunConsume((driver, row) -> {
                int columns = driver.column_count(row);
                int code = driver.step(row);
                while (code == SQLiteErrorCode.SQLITE_ROW.code) {
                    for (int column = 0; column < columns; column++) {
                        value(driver, row, column, sum);
                    }
                    sum.endRow();
                    code = driver.step(row);
                }
                if (code != SQLiteErrorCode.SQLITE_DONE.code) {
                    driver.throwex(code);
                }
            });
        }
        return sum.table(table);
    }

    /// By SQLite's fundamental types (sqlite.org/c3ref/c_blob.html).
    private static void value(DB driver, long row, int column, RowSum sum) throws SQLException {
        switch (driver.column_type(row, column)) {
            case 1 -> sum.add(driver.column_long(row, column));
            case 2 -> sum.add(driver.column_double(row, column));
            case 3 -> sum.addText(bytes(driver, row, column));
            case 4 -> sum.addBlob(bytes(driver, row, column));
            default -> sum.addNull();
        }
    }

    private static byte[] bytes(DB driver, long row, int column) throws SQLException {
        byte[] content = driver.column_blob(row, column);
        return content == null ? new byte[0] : content;
    }
}
