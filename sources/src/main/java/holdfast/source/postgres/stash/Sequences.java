package holdfast.source.postgres.stash;

import holdfast.source.postgres.rows.Identifiers;
import java.sql.SQLException;
import java.util.List;

/// Sets the sequences that belong to columns to where they stood. `ALTER SEQUENCE … RESTART`
/// gives a sequence a new file within the transaction, so that even `setval`, which alone no
/// ROLLBACK undoes, goes when the transaction does.
record Sequences(StashSession session) {
    void restore(Prepared prepared, List<String> notes) throws SQLException {
        List<List<String>> stashed =
                session.rows("SELECT original_schema, original_table, original_column, last_value, is_called FROM "
                        + new TableName(prepared.stash().name(), StashWriter.SEQUENCES).sql() + " ORDER BY 1, 2, 3");
        for (List<String> row : stashed) {
            TableName table = new TableName(row.get(0), row.get(1));
            for (Unit unit : prepared.units()) {
                if (unit.name().equals(table)) {
                    restore(unit, row, notes);
                }
            }
        }
    }

    private void restore(Unit unit, List<String> row, List<String> notes) throws SQLException {
        List<StashWriter.Owned> owned = StashWriter.ownedSequences(session, unit).stream()
                .filter(one -> one.column().equals(row.get(2)))
                .toList();
        if (owned.isEmpty()) {
            notes.add("the column " + unit.name() + "." + row.get(2) + " has no sequence any more");
            return;
        }
        String sequence = owned.getFirst().sequence().sql();
        session.execute("ALTER SEQUENCE " + sequence + " RESTART");
        session.ask("SELECT pg_catalog.setval(" + Identifiers.literal(sequence) + "::pg_catalog.regclass, " + row.get(3)
                + ", " + row.get(4).equals("t") + ")");
    }
}
