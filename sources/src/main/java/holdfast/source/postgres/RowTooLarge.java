package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import java.sql.SQLException;

/// What a server says of a row whose text is more than it can hold in one piece: 1 GB, of which a
/// `bytea` takes two bytes for each of its own. `pg_dump` fails at such a row as well. See
/// `MaxAllocSize` and `enlargeStringInfo` in PostgreSQL's source: neither error has a code of its
/// own.
final class RowTooLarge {
    private static final String PROGRAM_LIMIT_EXCEEDED = "54000";
    private static final String OUT_OF_MEMORY = "53200";
    private static final String INTERNAL_ERROR = "XX000";

    private RowTooLarge() {}

    /// @param table as SQL names it
    /// @throws HoldfastException.Failed when that is the failure
    static void check(Exception failure, String table) {
        if (failure instanceof SQLException said && isMeantBy(said)) {
            throw new HoldfastException.Failed(
                    "a row of " + table + " is too large for the server to write it out: " + said.getMessage(),
                    "COPY, and so pg_dump, writes no row of more than 1 GB and no bytea of more than 512 MB; SELECT ctid,"
                            + " octet_length(COLUMN) FROM " + table
                            + " ORDER BY 2 DESC LIMIT 5, for each column of type"
                            + " text or bytea, finds it",
                    said);
        }
    }

    private static boolean isMeantBy(SQLException said) {
        String state = String.valueOf(said.getSQLState());
        return state.equals(PROGRAM_LIMIT_EXCEEDED)
                || state.equals(OUT_OF_MEMORY)
                || (state.equals(INTERNAL_ERROR)
                        && String.valueOf(said.getMessage()).contains("invalid memory alloc request size"));
    }
}
