package holdfast.source.postgres.stash;

import java.util.List;

/// What a restore of a stash would do. Immutable.
///
/// @param tables rows now and then
/// @param notes what is not as it was: columns that were added or left out, views that must be
/// refreshed
public record RestorePlan(Stash stash, List<Table> tables, List<String> notes) {
    /// @param rowsNow which will be replaced
    public record Table(TableName table, long rowsNow, long rows) {}

    public RestorePlan {
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
    }
}
