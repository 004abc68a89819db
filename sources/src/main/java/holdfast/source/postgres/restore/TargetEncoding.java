package holdfast.source.postgres.restore;

import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.DatabaseEncoding;
import holdfast.source.postgres.rows.Identifiers;
import java.util.HexFormat;
import java.util.List;

/// How a dump's statements and rows go to the server. The driver sends statements in UTF-8 only;
/// what they say in another encoding only the server reads as PostgreSQL does, so such statements
/// go as bytes. Immutable.
///
/// @param dump of the database that was dumped
/// @param taken what the server shall take bytes for
record TargetEncoding(DatabaseEncoding dump, DatabaseEncoding taken) {
    /// @param dump encoding of the database that was dumped, as PostgreSQL names it
    /// @param server encoding of the database that is restored into
    /// @throws HoldfastException.PreCheckFailed when the one cannot become the other
    static TargetEncoding of(String dump, String server) {
        DatabaseEncoding from = new DatabaseEncoding(dump);
        DatabaseEncoding to = new DatabaseEncoding(server);
        if (from.equals(DatabaseEncoding.NONE)) {
            return new TargetEncoding(from, to);
        }
        if (to.equals(DatabaseEncoding.NONE) && !from.equals(DatabaseEncoding.UTF8)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore a database in the encoding " + dump + " into one in " + server
                            + ": it would be stored as bytes that mean nothing",
                    "restore into a database in " + dump + " or UTF8; --create makes one");
        }
        return new TargetEncoding(from, from);
    }

    /// Names that are bytes are others to a server that takes them for letters.
    ///
    /// @throws HoldfastException.PreCheckFailed when there are some
    void requireNames(List<TocEntry> entries) {
        boolean same = dump.equals(taken) || taken.equals(DatabaseEncoding.UTF8);
        for (TocEntry entry : entries) {
            if (!same && !isAscii(entry.namespace() + entry.tag() + entry.copyStatement())) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot restore a database without an encoding (SQL_ASCII) into one in " + taken.name()
                                + ": the name " + FileNames.display(String.valueOf(entry.tag())) + " is not ASCII",
                        "restore into a database in SQL_ASCII or UTF8; --create makes one");
            }
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(letter -> letter < 0x80);
    }

    /// @param text a statement from a table of contents
    String statement(String text) {
        if (isAscii(text) || (dump.equals(DatabaseEncoding.UTF8) && FileNames.isText(text))) {
            return text;
        }
        String bytes = HexFormat.of().formatHex(dump.bytes(text));
        return "DO LANGUAGE plpgsql "
                + Identifiers.literal("BEGIN EXECUTE pg_catalog.convert_from(pg_catalog.decode('" + bytes
                        + "', 'hex'), '" + taken.name() + "'); END");
    }
}
