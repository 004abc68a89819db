package holdfast.source.postgres.stash;

import holdfast.source.postgres.stash.ForeignKey.Pair;
import holdfast.source.postgres.stash.ForeignKey.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The foreign keys that lead to or from tables, as the catalog has them. Used by one thread.
record ForeignKeys(StashSession session) {
    // what newer versions have is asked for by way of JSON: conperiod and conenforced came with 18
    private static final String KEYS = """
            SELECT k.oid, k.conname, f.oid, fn.nspname, f.relname, f.relkind, t.oid, tn.nspname, t.relname, t.relkind,
                   pg_catalog.pg_get_constraintdef(k.oid), COALESCE(pg_catalog.obj_description(k.oid, 'pg_constraint'), ''),
                   k.convalidated,
                   EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled <> 'O'),
                   COALESCE(pg_catalog.to_jsonb(k) ->> 'conperiod', 'false') = 'false'
                   AND COALESCE(pg_catalog.to_jsonb(k) ->> 'conenforced', 'true') = 'true'
            FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_class f ON f.oid = k.conrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
            JOIN pg_catalog.pg_class t ON t.oid = k.confrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0
              AND (k.conrelid = ANY (?::pg_catalog.oid[]) OR k.confrelid = ANY (?::pg_catalog.oid[]))
            ORDER BY fn.nspname, f.relname, k.conname""";

    private static final String PAIRS = """
            SELECT fa.attname, ta.attname, pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname),
                   CASE WHEN ta.attcollation <> fa.attcollation AND ta.attcollation <> 0 AND fa.attcollation <> 0
                        THEN pg_catalog.format(' COLLATE %I.%I', cn.nspname, c.collname) ELSE '' END
            FROM pg_catalog.pg_constraint k,
                 ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey), pg_catalog.unnest(k.conpfeqop))
                     WITH ORDINALITY AS u (f, t, op, at)
            JOIN pg_catalog.pg_operator o ON o.oid = u.op
            JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace,
                 pg_catalog.pg_attribute fa,
                 pg_catalog.pg_attribute ta LEFT JOIN pg_catalog.pg_collation c ON c.oid = ta.attcollation
            LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.collnamespace
            WHERE k.oid = ?::pg_catalog.oid AND fa.attrelid = k.conrelid AND fa.attnum = u.f
              AND ta.attrelid = k.confrelid AND ta.attnum = u.t
            ORDER BY u.at""";

    /// @param oids of tables, and of the partitioned tables and partitions above and below them
    List<ForeignKey> of(Collection<String> oids) throws SQLException {
        String list = "{" + String.join(",", oids) + "}";
        List<ForeignKey> keys = new ArrayList<>();
        for (List<String> row : session.rows(KEYS, list, list)) {
            keys.add(new ForeignKey(
                    row.get(0),
                    row.get(1),
                    side(row, 2),
                    side(row, 6),
                    pairs(row.getFirst()),
                    row.get(10),
                    row.get(11),
                    row.get(12).equals("t"),
                    row.get(13).equals("t"),
                    row.get(14).equals("t")));
        }
        return keys;
    }

    private static Side side(List<String> row, int from) {
        return new Side(
                row.get(from),
                new TableName(row.get(from + 1), row.get(from + 2)),
                row.get(from + 3).equals("p"));
    }

    private List<Pair> pairs(String key) throws SQLException {
        return session.rows(PAIRS, key).stream()
                .map(row -> new Pair(row.get(0), row.get(1), row.get(2), row.get(3)))
                .toList();
    }
}
