package holdfast.source.postgres.stash;

import holdfast.source.postgres.stash.ForeignKey.Side;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A stash laid beside the tables as they are now.
///
/// @param tables those that are to be restored
/// @param family oids of these tables, and of the partitioned tables and partitions above and
/// below them
/// @param keys foreign keys that lead to or from the family
/// @param problems why it cannot be done; empty when it can
record Prepared(
        Stash stash,
        List<TableRestore> tables,
        Set<String> family,
        List<ForeignKey> keys,
        List<String> notes,
        List<String> problems) {
    Prepared {
        tables = List.copyOf(tables);
        keys = List.copyOf(keys);
    }

    List<Unit> units() {
        return tables.stream().map(TableRestore::live).toList();
    }

    /// Oids of the tables and of all their partitions, those above first.
    List<String> trees() {
        Set<String> all = new LinkedHashSet<>();
        tables.forEach(table -> all.addAll(table.live().tree()));
        return List.copyOf(all);
    }

    /// What gives the rows of one side of a foreign key after the restore, for `FROM`; empty when
    /// that cannot be said beforehand.
    Optional<String> future(Side side, List<String> columns) {
        for (TableRestore table : tables) {
            if (table.live().oid().equals(side.oid())) {
                return columns.stream().allMatch(table::has) ? Optional.of(table.future()) : Optional.empty();
            }
        }
        return family.contains(side.oid()) ? Optional.empty() : Optional.of(side.only());
    }

    boolean inside(Side side) {
        return family.contains(side.oid());
    }

    /// @param replica whether foreign keys and triggers rest because of
    /// `session_replication_role`
    List<TableLocks.Wanted> locks(boolean replica) {
        List<TableLocks.Wanted> wanted = new ArrayList<>();
        LockMode own = replica ? LockMode.SHARE_ROW_EXCLUSIVE : LockMode.ACCESS_EXCLUSIVE;
        units().forEach(unit -> wanted.add(TableLocks.Wanted.of(unit, own)));
        LockMode others = replica ? LockMode.SHARE : LockMode.ACCESS_EXCLUSIVE;
        for (ForeignKey key : keys) {
            if (!inside(key.from())) {
                wanted.add(new TableLocks.Wanted(
                        key.from().only(), List.of(key.from().oid()), others));
            }
            if (!inside(key.to()) && replica) {
                wanted.add(
                        new TableLocks.Wanted(key.to().only(), List.of(key.to().oid()), others));
            }
        }
        return wanted;
    }
}
