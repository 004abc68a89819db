package holdfast.source.postgres;

import holdfast.source.postgres.rows.CopyStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// What, beside its rows, the text of a table is made of, as the snapshot has it: which storage,
/// which columns, which labels of enums. A row of a catalog is never changed in place there (only
/// statistics in `pg_class` and `pg_database` are), so the transaction that wrote it stands for all
/// it says, and for that nothing happened to it meanwhile.
final class TableDefinitions {
    /// Types of `pg_catalog` whose text depends on nothing but the value and our own settings: not
    /// on names of other objects (`regclass`, `aclitem` …), a setting (`money`) or a library
    /// (`xml`). Their oids are the same everywhere (`src/include/catalog/pg_type.dat`).
    private static final String FIXED = "16,17,18,19,20,21,22,23,25,26,27,28,29,30,114,600,601,602,603,604,628,650,700,"
            + "701,718,774,829,869,1042,1043,1082,1083,1114,1184,1186,1266,1560,1562,1700,1790,2950,2970,3220,3614,3615,"
            + "3802,3904,3906,3908,3910,3912,3926,4072,4451,4532,4533,4534,4535,4536,5038,5069";

    private static final int ASKED_AT_ONCE = 1000;

    /// @param digest of all that
    record Definition(String digest) {
        /// Together with the statement that reads the rows.
        String with(String oid, CopyStatement copy) {
            try {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                String all = oid + " " + digest + " " + copy.whole();
                return HexFormat.of().formatHex(sha256.digest(all.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private TableDefinitions() {}

    /// By oid; without tables of which not all is known.
    static Map<String, Definition> of(Readers readers, Collection<String> oids) throws IOException, SQLException {
        Map<String, Definition> definitions = new HashMap<>();
        List<String> all = List.copyOf(oids);
        for (int from = 0; from < all.size(); from += ASKED_AT_ONCE) {
            String some = String.join(",", all.subList(from, Math.min(all.size(), from + ASKED_AT_ONCE)));
            for (List<String> row : ReaderQuery.ask(readers, query(some))) {
                definitions.put(row.get(0), new Definition(row.get(1)));
            }
        }
        return definitions;
    }

    /// Of tables of which all is known: with rows that belong to the heap access method, and types
    /// from the list, enums, and arrays of and domains over those.
    private static String query(String oids) {
        return """
                WITH RECURSIVE part (relation, type) AS (
                    SELECT a.attrelid, a.atttypid FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid IN (%1$s) AND a.attnum > 0 AND NOT a.attisdropped
                    UNION
                    SELECT p.relation, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE e.oid END
                    FROM part p JOIN pg_catalog.pg_type t ON t.oid = p.type
                    LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid
                    WHERE t.typtype = 'd' OR e.oid IS NOT NULL)
                SELECT c.oid, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.concat_ws(' ',
                           c.relfilenode, c.reltoastrelid,
                           (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':',
                                       a.attnum, a.xmin, a.atttypid, a.atttypmod, a.attisdropped), ' ' ORDER BY a.attnum)
                            FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
                           (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':',
                                       e.oid, e.xmin, e.enumlabel), ' ' ORDER BY e.oid)
                            FROM pg_catalog.pg_enum e
                            WHERE e.enumtypid IN (SELECT p.type FROM part p WHERE p.relation = c.oid))
                       ), pg_catalog.getdatabaseencoding())), 'hex')
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am m ON m.oid = c.relam
                WHERE c.oid IN (%1$s) AND c.relkind = 'r' AND c.relpersistence = 'p' AND m.amname = 'heap' AND m.oid = 2
                  AND NOT EXISTS (
                      SELECT FROM part p JOIN pg_catalog.pg_type t ON t.oid = p.type
                      WHERE p.relation = c.oid AND t.oid NOT IN (%2$s) AND t.typtype NOT IN ('d', 'e')
                        AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid))""".formatted(oids, FIXED);
    }
}
