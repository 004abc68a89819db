package holdfast.source.postgres;

import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TocEntry;

/// The statement by which the rows of a table come back, as `pg_dump` notes it: `COPY schema.table (columns) FROM
/// stdin;`. From it follows the statement that reads them. Immutable.
///
/// @param table qualified and quoted as needed
/// @param columns with their parentheses; empty for a table without columns
record CopyStatement(String table, String columns) {
    private static final String BEGIN = "COPY ";
    private static final String END = "FROM stdin;";

    static CopyStatement of(TocEntry entry) throws BrokenArchiveException {
        String statement =
                entry.copyStatement() == null ? "" : entry.copyStatement().strip();
        if (!statement.startsWith(BEGIN) || !statement.endsWith(END)) {
            throw new BrokenArchiveException(
                    "the data of " + entry.namespace() + "." + entry.tag() + " has no COPY statement");
        }
        String middle = statement.substring(BEGIN.length(), statement.length() - END.length());
        int end = endOfName(middle);
        return new CopyStatement(middle.substring(0, end), middle.substring(end).strip());
    }

    /// Where the first space is that does not stand within quotes.
    private static int endOfName(String text) {
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ' ' && !quoted) {
                return i;
            }
        }
        return text.length();
    }

    /// All rows, in the order in which they lie in the table.
    String whole() {
        return BEGIN + table + " " + columns + " TO STDOUT";
    }

    /// All rows of a foreign table, which COPY cannot name.
    String wholeByQuery() {
        return BEGIN + "(" + select() + ") TO STDOUT";
    }

    /// The rows in the pages from `first` up to, not including, `end`; to the last page when `end` is negative. A
    /// TID range scan since PostgreSQL 14, in the order of the table.
    String pages(long first, long end) {
        String below = end < 0 ? "" : " AND ctid < '(" + end + ",0)'::pg_catalog.tid";
        return BEGIN + "(" + select() + " WHERE ctid >= '(" + first + ",0)'::pg_catalog.tid" + below + ") TO STDOUT";
    }

    private String select() {
        String list = columns.isEmpty() ? "" : columns.substring(1, columns.length() - 1);
        return "SELECT " + list + " FROM ONLY " + table;
    }

    /// Takes the rows again.
    String from() {
        return BEGIN + table + " " + columns + " FROM STDIN";
    }
}
