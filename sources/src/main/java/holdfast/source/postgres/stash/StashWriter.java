package holdfast.source.postgres.stash;

import holdfast.model.Count;
import holdfast.model.FingerprintSum;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.rows.Identifiers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/// Makes a stash within the transaction that is open, and compares every copy with its original.
/// The caller commits.
///
/// @param told of each table
record StashWriter(StashSession session, Consumer<String> told) {
    static final String ABOUT = "stash_about";
    static final String CONTENTS = "stash_contents";
    static final String SEQUENCES = "stash_sequences";
    static final int VERSION = 1;

    private static final int NAME_BYTES = 63;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SHOWN =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /// What is noted of the whole.
    ///
    /// @param safety whether it holds what a restore is about to replace
    record About(Instant createdAt, String label, String operator, boolean safety) {
        String schema() {
            return (safety ? "restore_safety_" : "backup_") + STAMP.format(createdAt);
        }
    }

    private static final String OWNED_SEQUENCES = """
            SELECT a.attname, n.nspname, s.relname
            FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
              AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
              AND d.deptype IN ('a', 'i') AND d.refobjid = ?::pg_catalog.oid
            ORDER BY a.attnum, s.relname""";

    /// A sequence that belongs to a column.
    record Owned(String column, TableName sequence) {}

    static List<Owned> ownedSequences(StashSession session, Unit unit) throws SQLException {
        return session.rows(OWNED_SEQUENCES, unit.oid()).stream()
                .map(row -> new Owned(row.get(0), new TableName(row.get(1), row.get(2))))
                .toList();
    }

    /// @return the schema's name
    String write(About about, List<Unit> units) throws SQLException {
        String schema = about.schema();
        refuseExisting(schema);
        String quoted = Identifiers.quote(schema);
        session.execute("CREATE SCHEMA " + quoted);
        closeToOthers(schema);
        session.execute("COMMENT ON SCHEMA " + quoted + " IS " + Identifiers.literal(comment(about, units.size())));
        session.execute("CREATE TABLE " + quoted + "." + ABOUT + " (version int NOT NULL, created_at timestamptz NOT"
                + " NULL, label text NOT NULL, operator text NOT NULL, safety boolean NOT NULL)");
        session.execute("CREATE TABLE " + quoted + "." + CONTENTS + " (copy text PRIMARY KEY, original_schema text NOT"
                + " NULL, original_table text NOT NULL, row_count bigint NOT NULL, fingerprint text NOT NULL)");
        session.execute("CREATE TABLE " + quoted + "." + SEQUENCES + " (original_schema text NOT NULL, original_table"
                + " text NOT NULL, original_column text NOT NULL, last_value bigint NOT NULL, is_called boolean NOT"
                + " NULL)");
        insert(
                new TableName(schema, ABOUT),
                VERSION,
                about.createdAt().toString(),
                about.label(),
                about.operator(),
                about.safety());
        Set<String> taken = new HashSet<>(Set.of(ABOUT, CONTENTS, SEQUENCES));
        for (Unit unit : units) {
            copy(schema, unit, taken);
        }
        return schema;
    }

    private void refuseExisting(String schema) throws SQLException {
        if (!session.rows("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ?", schema)
                .isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "the schema " + schema + " exists: another stash was made this very second", "try again");
        }
    }

    /// Default privileges may have opened the new schema to others, who may not read what is
    /// copied into it.
    private void closeToOthers(String schema) throws SQLException {
        List<List<String>> others = session.rows(
                "SELECT DISTINCT CASE WHEN p.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END"
                        + " FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) p"
                        + " LEFT JOIN pg_catalog.pg_roles r ON r.oid = p.grantee"
                        + " WHERE n.nspname = ? AND p.grantee <> n.nspowner",
                schema);
        for (List<String> other : others) {
            session.execute("REVOKE ALL ON SCHEMA " + Identifiers.quote(schema) + " FROM " + other.getFirst());
        }
    }

    private static String comment(About about, int tables) {
        return "Holdfast " + (about.safety() ? "kept what a restore replaced: " : "stash: ")
                + (tables == 1 ? "a copy of 1 table" : "copies of " + tables + " tables") + ", taken "
                + SHOWN.format(about.createdAt()) + " UTC by " + about.operator()
                + (about.label().isEmpty() ? "" : ", " + about.label())
                + ". 'holdfast stash restore " + about.schema() + "' brings them back.";
    }

    private void copy(String schema, Unit unit, Set<String> taken) throws SQLException {
        String copy = copyName(unit.name(), taken);
        String target = new TableName(schema, copy).sql();
        String columns = unit.columnList();
        session.execute("CREATE TABLE " + target + " AS SELECT " + columns + " FROM " + unit.only());
        FingerprintSum original = session.fingerprint("SELECT " + columns + " FROM " + unit.only());
        FingerprintSum copied = session.fingerprint("SELECT " + columns + " FROM " + target);
        if (original.rows() != copied.rows() || !original.fingerprint().equals(copied.fingerprint())) {
            throw new HoldfastException.Damaged(
                    "the copy of " + unit.name() + " is not what the table holds; nothing was kept",
                    "check the server's memory and disk");
        }
        insert(
                new TableName(schema, CONTENTS),
                copy,
                unit.name().schema(),
                unit.name().table(),
                copied.rows(),
                copied.fingerprint().toString());
        for (Owned owned : ownedSequences(session, unit)) {
            session.execute("INSERT INTO " + new TableName(schema, SEQUENCES).sql() + " SELECT "
                    + values(unit.name().schema(), unit.name().table(), owned.column())
                    + ", last_value, is_called FROM " + owned.sequence().sql());
        }
        told.accept("copied " + unit.name() + ", " + Count.of(copied.rows(), "row"));
    }

    /// The table's own name if that is free, else with its schema, else with a number.
    private static String copyName(TableName original, Set<String> taken) {
        String name = fitting(original.table(), "");
        if (!taken.add(name)) {
            name = fitting(original.schema() + "_" + original.table(), "");
            for (int i = 2; !taken.add(name); i++) {
                name = fitting(original.schema() + "_" + original.table(), "_" + i);
            }
        }
        return name;
    }

    private static String fitting(String name, String end) {
        String shortened = name;
        while ((shortened + end).getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
            shortened = shortened.substring(0, shortened.offsetByCodePoints(shortened.length(), -1));
        }
        return shortened + end;
    }

    private void insert(TableName into, Object... values) throws SQLException {
        session.execute("INSERT INTO " + into.sql() + " VALUES (" + values(values) + ")");
    }

    private static String values(Object... values) {
        StringBuilder list = new StringBuilder();
        for (Object value : values) {
            list.append(list.isEmpty() ? "" : ", ")
                    .append(value instanceof String text ? Identifiers.literal(text) : value.toString());
        }
        return list.toString();
    }
}
