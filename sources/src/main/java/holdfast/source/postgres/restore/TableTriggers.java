package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/// Users' triggers that would fire for rows that are restored into tables which are there: such
/// rows have been through them already. They are switched off in the transaction that brings rows,
/// and on again before its end, so that nobody else does without them. Immutable.
record TableTriggers(List<Trigger> triggers) {
    static final TableTriggers NONE = new TableTriggers(List.of());

    /// Those that INSERT or TRUNCATE fires, see `pg_trigger.h` for the bits.
    private static final String TRIGGERS = """
            SELECT n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname),
                   pg_catalog.quote_ident(t.tgname), t.tgenabled, pg_catalog.pg_has_role(c.relowner, 'USAGE')
            FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 36 <> 0 ORDER BY 1, 2, 4""";

    private static final String ALWAYS = "A";

    /// @param mine whether the role owns the table, and so may switch it off
    record Trigger(String table, String tableSql, String nameSql, String enabled, boolean mine) {
        String off() {
            return "ALTER TABLE " + tableSql + " DISABLE TRIGGER " + nameSql;
        }

        String on() {
            String when = enabled.equals(ALWAYS) ? "ALWAYS " : enabled.equals("R") ? "REPLICA " : "";
            return "ALTER TABLE " + tableSql + " ENABLE " + when + "TRIGGER " + nameSql;
        }
    }

    TableTriggers {
        triggers = List.copyOf(triggers);
    }

    /// @param replica whether the sessions will be those of a replica, where others fire
    /// @param tables schema and name of those that get rows
    static TableTriggers firing(Connection connection, boolean replica, Set<String> tables) throws SQLException {
        return new TableTriggers(Rows.of(connection, TRIGGERS).stream()
                .map(row -> new Trigger(
                        Identifiers.display(row.get(0), row.get(1)),
                        row.get(2),
                        row.get(3),
                        row.get(4),
                        row.get(5).equals("t")))
                .filter(trigger -> tables.contains(trigger.table()))
                .filter(trigger ->
                        trigger.enabled().equals(ALWAYS) || trigger.enabled().equals("R") == replica)
                .toList());
    }

    /// @throws HoldfastException.PreCheckFailed when one cannot be switched off
    void check(String target) {
        for (Trigger trigger : triggers) {
            if (!trigger.mine()) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot load rows into " + target + ": the trigger " + trigger.nameSql() + " of "
                                + trigger.table() + " would fire, and this role, which does not own the table, may not"
                                + " switch it off",
                        "load as its owner or a superuser, or GRANT SET ON PARAMETER session_replication_role"
                                + " (PostgreSQL 15 and newer)");
            }
        }
    }

    List<String> off(Set<String> tables) {
        return of(tables).stream().map(Trigger::off).toList();
    }

    List<String> on(Set<String> tables) {
        return of(tables).stream().map(Trigger::on).toList();
    }

    private List<Trigger> of(Set<String> tables) {
        return triggers.stream()
                .filter(trigger -> tables.contains(trigger.table()))
                .toList();
    }
}
