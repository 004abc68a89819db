package holdfast.source.postgres.stash;

import holdfast.model.Fingerprint;
import holdfast.source.postgres.rows.Identifiers;
import java.time.Instant;
import java.util.List;

/// An in-database copy: a schema and what it says of itself. Immutable.
///
/// @param name of the schema, `backup_<YYYYMMDDHHMMSS>` in UTC, or `restore_safety_…` for one
/// that a restore took
/// @param label empty, or for instance `before-migration`
/// @param operator who made it, as Holdfast was told
/// @param owner role that the schema belongs to
/// @param trusted whether that is this role, a superuser, or the database's owner: others may
/// have put anything in it
/// @param safety whether it holds what a restore replaced
/// @param bytes on disk, indexes and TOAST included
public record Stash(
        String name,
        Instant createdAt,
        String label,
        String operator,
        String owner,
        boolean trusted,
        boolean safety,
        List<Table> tables,
        long bytes) {
    /// @param copy name of the copy in the stash's schema
    public record Table(TableName original, String copy, long rows, Fingerprint fingerprint) {}

    public Stash {
        tables = List.copyOf(tables);
    }

    public long rows() {
        return tables.stream().mapToLong(Table::rows).sum();
    }

    String sql() {
        return Identifiers.quote(name);
    }
}
