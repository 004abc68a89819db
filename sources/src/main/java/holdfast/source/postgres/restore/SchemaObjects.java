package holdfast.source.postgres.restore;

import holdfast.source.postgres.rows.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What users have put into a schema, one by one, for when it cannot be renamed.
final class SchemaObjects {
    /// Not what is part of another object, which moves with it, nor of an extension. Signatures
    /// name types and tables: so those come last.
    private static final String QUERY = """
            SELECT i.type, i.identity FROM (
                SELECT 1 AS turn, 'pg_catalog.pg_opclass'::pg_catalog.regclass AS classid, oid AS objid
                FROM pg_catalog.pg_opclass WHERE opcnamespace = {schema}
                UNION ALL SELECT 2, 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_opfamily WHERE opfnamespace = {schema}
                UNION ALL SELECT 3, 'pg_catalog.pg_operator'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_operator WHERE oprnamespace = {schema}
                UNION ALL SELECT 4, 'pg_catalog.pg_proc'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_proc WHERE pronamespace = {schema}
                UNION ALL SELECT 5, 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_ts_config WHERE cfgnamespace = {schema}
                UNION ALL SELECT 5, 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_ts_dict WHERE dictnamespace = {schema}
                UNION ALL SELECT 5, 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_ts_parser WHERE prsnamespace = {schema}
                UNION ALL SELECT 5, 'pg_catalog.pg_ts_template'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_ts_template WHERE tmplnamespace = {schema}
                UNION ALL SELECT 5, 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_conversion WHERE connamespace = {schema}
                UNION ALL SELECT 5, 'pg_catalog.pg_collation'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_collation WHERE collnamespace = {schema}
                UNION ALL SELECT 5, 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_statistic_ext WHERE stxnamespace = {schema}
                UNION ALL SELECT 6, 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid FROM pg_catalog.pg_class c
                WHERE c.relnamespace = {schema} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                  AND (c.relkind <> 'S' OR NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')))
                UNION ALL SELECT 7, 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid FROM pg_catalog.pg_type t
                LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
                WHERE t.typnamespace = {schema} AND t.typtype <> 'm' AND (t.typtype <> 'c' OR c.relkind = 'c')
                  AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)) o,
                pg_catalog.pg_identify_object(o.classid, o.objid, 0) i
            WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.classid AND d.objid = o.objid
                AND (d.deptype = 'e' OR (d.deptype = 'i' AND o.turn = 4)))
            ORDER BY o.turn, i.identity""";

    private SchemaObjects() {}

    /// @return each as ALTER names it
    static List<String> of(Connection connection, String schema) throws SQLException {
        String oid =
                "(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = " + Identifiers.literal(schema) + ")";
        List<String> objects = new ArrayList<>();
        for (List<String> row : Rows.of(connection, QUERY.replace("{schema}", oid))) {
            String kind = row.get(0).equals("statistics object") ? "statistics" : row.get(0);
            objects.add(kind.toUpperCase(Locale.ROOT) + " " + row.get(1));
        }
        return objects;
    }
}
