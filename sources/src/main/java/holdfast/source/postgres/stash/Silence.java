package holdfast.source.postgres.stash;

import holdfast.source.postgres.rows.Identifiers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Keeps triggers and rules of users still while tables are refilled, and gives each back the
/// state it had. Within one transaction, so that a failure leaves them as they were.
final class Silence {
    private static final String TRIGGERS = """
            SELECT n.nspname, c.relname, 'TRIGGER', t.tgname, t.tgenabled
            FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT t.tgisinternal AND c.oid = ANY (?::pg_catalog.oid[])
            ORDER BY pg_catalog.array_position(?::pg_catalog.oid[], c.oid), t.tgname""";

    private static final String RULES = """
            SELECT n.nspname, c.relname, 'RULE', r.rulename, r.ev_enabled
            FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE r.ev_type <> '1' AND c.oid = ANY (?::pg_catalog.oid[])
            ORDER BY pg_catalog.array_position(?::pg_catalog.oid[], c.oid), r.rulename""";

    /// @param kind `TRIGGER` or `RULE`
    /// @param state as `tgenabled` and `ev_enabled` have it
    private record Switch(TableName table, String kind, String name, String state) {
        String set(String to) {
            String verb = switch (to) {
                case "O" -> "ENABLE ";
                case "R" -> "ENABLE REPLICA ";
                case "A" -> "ENABLE ALWAYS ";
                default -> "DISABLE ";
            };
            return "ALTER TABLE " + table.sql() + " " + verb + kind + " " + Identifiers.quote(name);
        }
    }

    private final StashSession session;
    private final List<Switch> switches = new ArrayList<>();

    private Silence(StashSession session) {
        this.session = session;
    }

    /// @param trees oids of tables, partitioned ones before their partitions
    /// @param replica whether ordinary triggers rest anyway
    static Silence of(StashSession session, List<String> trees, boolean replica) throws SQLException {
        Silence silence = new Silence(session);
        String oids = "{" + String.join(",", trees) + "}";
        for (String query : List.of(TRIGGERS, RULES)) {
            List<Switch> found = session.rows(query, oids, oids).stream()
                    .map(row -> new Switch(new TableName(row.get(0), row.get(1)), row.get(2), row.get(3), row.get(4)))
                    .toList();
            String active = replica ? "RA" : "ORA";
            if (found.stream().anyMatch(one -> active.contains(one.state()))) {
                silence.switches.addAll(found);
            }
        }
        for (Switch one : silence.switches) {
            session.execute(one.set("D"));
        }
        return silence;
    }

    /// Those of a partitioned table reach its partitions, whose own state is set after it.
    void end() throws SQLException {
        for (Switch one : switches) {
            session.execute(one.set(one.state()));
        }
    }
}
