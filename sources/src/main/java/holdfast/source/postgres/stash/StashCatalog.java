package holdfast.source.postgres.stash;

import holdfast.model.Fingerprint;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The stashes of a database, read from what each says of itself. Used by one thread.
record StashCatalog(StashSession session) {
    /// Only real tables are looked into: a view of that name could run anything as whoever reads
    /// it.
    private static final String SCHEMAS = """
            SELECT n.nspname, r.rolname,
                   n.nspowner = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) OR r.rolsuper
                   OR n.nspowner = (SELECT datdba FROM pg_catalog.pg_database
                                    WHERE datname = pg_catalog.current_database()),
                   (SELECT COALESCE(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)
                    FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'),
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE')
            FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
            WHERE n.nspname ~ '^(backup|restore_safety)_[0-9]{14}$'
              AND (SELECT count(*) FROM pg_catalog.pg_class c
                   WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND c.relowner = n.nspowner
                     AND c.relname IN ('stash_about', 'stash_contents', 'stash_sequences')) = 3
            ORDER BY n.nspname""";

    /// Oldest first. Those that this role may not look into are left out.
    List<Stash> all() throws SQLException {
        List<Stash> stashes = new ArrayList<>();
        for (List<String> row : session.rows(SCHEMAS)) {
            if (row.get(4).equals("t")) {
                stashes.add(stash(row));
            }
        }
        stashes.sort(Comparator.comparing(Stash::createdAt).thenComparing(Stash::name));
        return stashes;
    }

    private Stash stash(List<String> row) throws SQLException {
        String schema = Identifiers.quote(row.getFirst());
        // as seconds, so that no setting of the session matters
        List<String> about = session.rows(
                        "SELECT version, pg_catalog.floor(EXTRACT(EPOCH FROM created_at))::bigint, label, operator,"
                                + " safety FROM " + schema + "." + StashWriter.ABOUT)
                .getFirst();
        if (!about.getFirst().equals(Integer.toString(StashWriter.VERSION))) {
            throw new HoldfastException.PreCheckFailed(
                    row.getFirst() + " was made by a newer Holdfast", "use that version for it");
        }
        List<Stash.Table> tables = new ArrayList<>();
        for (List<String> table : session.rows("SELECT original_schema, original_table, copy, row_count, fingerprint"
                + " FROM " + schema + "." + StashWriter.CONTENTS + " ORDER BY 1, 2")) {
            tables.add(new Stash.Table(
                    new TableName(table.get(0), table.get(1)),
                    table.get(2),
                    Long.parseLong(table.get(3)),
                    Fingerprint.parse(table.get(4))));
        }
        return new Stash(
                row.getFirst(),
                Instant.ofEpochSecond(Long.parseLong(about.get(1))),
                about.get(2),
                about.get(3),
                row.get(1),
                row.get(2).equals("t"),
                about.get(4).equals("t"),
                tables,
                Long.parseLong(row.get(3)));
    }

    /// @throws HoldfastException.PreCheckFailed when there is none
    Stash find(StashChoice choice) throws SQLException {
        List<Stash> all = all();
        Optional<Stash> found = switch (choice) {
            case StashChoice.Named(String name) ->
                all.stream().filter(one -> one.name().equals(name)).findFirst();
            case StashChoice.Latest(String label) ->
                all.reversed().stream()
                        .filter(one -> one.trusted() && !one.safety())
                        .filter(one -> label.isEmpty() || one.label().equals(label))
                        .findFirst();
        };
        return found.orElseThrow(() -> new HoldfastException.PreCheckFailed(
                "no such stash: " + choice,
                all.isEmpty()
                        ? "there is none in this database: 'holdfast stash create' makes one"
                        : "'holdfast stash list' shows them; the newest is "
                                + all.getLast().name()));
    }

    /// Those made longer ago than that.
    List<Stash> olderThan(Duration age, Instant now) throws SQLException {
        return all().stream()
                .filter(one -> one.createdAt().isBefore(now.minus(age)))
                .toList();
    }
}
