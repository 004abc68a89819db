package holdfast.source.postgres.rows;

import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The statement by which the rows of a table come back, as `pg_dump` notes it: `COPY schema.table
/// (columns) FROM stdin;`. From it follows the statement that reads them. It is taken apart into
/// names, so that a forged one can name nothing but a table and its columns. Immutable.
///
/// @param schema,table,columns unquoted
public record CopyStatement(String schema, String table, List<String> columns) {
    private static final String BEGIN = "COPY ";
    private static final String END = "FROM stdin;";

    public CopyStatement {
        columns = List.copyOf(columns);
    }

    public static CopyStatement of(TocEntry entry) throws BrokenArchiveException {
        String statement =
                entry.copyStatement() == null ? "" : entry.copyStatement().strip();
        if (!statement.startsWith(BEGIN) || !statement.endsWith(END)) {
            throw broken(entry);
        }
        Names names = new Names(statement.substring(BEGIN.length(), statement.length() - END.length()));
        String schema = names.name(entry);
        names.expect('.', entry);
        String table = names.name(entry);
        List<String> columns = new ArrayList<>();
        names.skipSpaces();
        if (names.at('(')) {
            do {
                names.next();
                names.skipSpaces();
                columns.add(names.name(entry));
                names.skipSpaces();
            } while (names.at(','));
            names.expect(')', entry);
            names.skipSpaces();
        }
        if (!names.atEnd()) {
            throw broken(entry);
        }
        return new CopyStatement(schema, table, columns);
    }

    /// The statement for the table that holds the rows. It is another one than that which takes
    /// them again when they belong to a partition by the hash of an enum: what an enum's value
    /// hashes to depends on its oid, so `pg_dump` has such rows go through the root.
    public static CopyStatement reading(TocEntry entry) throws BrokenArchiveException {
        return new CopyStatement(
                String.valueOf(entry.namespace()),
                String.valueOf(entry.tag()),
                of(entry).columns());
    }

    private static BrokenArchiveException broken(TocEntry entry) {
        return new BrokenArchiveException(
                "the data of " + entry.namespace() + "." + entry.tag() + " has no COPY statement");
    }

    /// Reads identifiers, quoted or not.
    private static final class Names {
        private final String text;
        private int position;

        Names(String text) {
            this.text = text;
        }

        boolean atEnd() {
            return position == text.length();
        }

        boolean at(char c) {
            return !atEnd() && text.charAt(position) == c;
        }

        void next() {
            position++;
        }

        void skipSpaces() {
            while (at(' ')) {
                next();
            }
        }

        void expect(char c, TocEntry entry) throws BrokenArchiveException {
            if (!at(c)) {
                throw broken(entry);
            }
            next();
        }

        String name(TocEntry entry) throws BrokenArchiveException {
            return at('"') ? quoted(entry) : plain(entry);
        }

        private String plain(TocEntry entry) throws BrokenArchiveException {
            int start = position;
            while (!atEnd() && (Character.isLetterOrDigit(text.charAt(position)) || text.charAt(position) == '_')) {
                next();
            }
            if (start == position) {
                throw broken(entry);
            }
            return text.substring(start, position);
        }

        private String quoted(TocEntry entry) throws BrokenArchiveException {
            StringBuilder name = new StringBuilder();
            next();
            while (!atEnd()) {
                if (at('"')) {
                    next();
                    if (!at('"')) {
                        return name.toString();
                    }
                }
                name.append(text.charAt(position));
                next();
            }
            throw broken(entry);
        }
    }

    /// Schema and table, quoted.
    public String qualified() {
        return Identifiers.quote(schema) + "." + Identifiers.quote(table);
    }

    /// The same columns of another table.
    public CopyStatement inSchema(String other) {
        return new CopyStatement(other, table, columns);
    }

    private String columnList() {
        return columns.stream().map(Identifiers::quote).collect(Collectors.joining(", "));
    }

    private String inParentheses() {
        return columns.isEmpty() ? "" : " (" + columnList() + ")";
    }

    /// All rows, in the order in which they lie in the table.
    public String whole() {
        return BEGIN + qualified() + inParentheses() + " TO STDOUT";
    }

    /// All rows of what COPY cannot name, such as a foreign table; or those that meet a condition.
    ///
    /// @param condition empty, or `WHERE …`
    public String byQuery(String condition) {
        return BEGIN + "(" + select() + (condition.isEmpty() ? "" : " " + condition) + ") TO STDOUT";
    }

    /// The rows in the pages from `first` up to, not including, `end`; to the last page when `end`
    /// is negative. A TID range scan since PostgreSQL 14, in the order of the table.
    public String pages(long first, long end) {
        String below = end < 0 ? "" : " AND ctid < '(" + end + ",0)'::pg_catalog.tid";
        return BEGIN + "(" + select() + " WHERE ctid >= '(" + first + ",0)'::pg_catalog.tid" + below + ") TO STDOUT";
    }

    private String select() {
        return "SELECT " + columnList() + " FROM ONLY " + qualified();
    }

    /// As a table of contents has it.
    public String stored() {
        return BEGIN + qualified() + inParentheses() + " " + END + "\n";
    }

    /// Takes rows.
    ///
    /// @param encoding that they are in
    public String from(DatabaseEncoding encoding) {
        return from("", encoding);
    }

    private String from(String options, DatabaseEncoding encoding) {
        return BEGIN + qualified() + inParentheses() + " FROM STDIN WITH (" + options + "ENCODING "
                + Identifiers.literal(encoding.name()) + ")";
    }

    /// Takes rows that everybody sees at once; only in the transaction that has emptied the table.
    public String fromFrozen(DatabaseEncoding encoding) {
        return from("FREEZE, ", encoding);
    }
}
