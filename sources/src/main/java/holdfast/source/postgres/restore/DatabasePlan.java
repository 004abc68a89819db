package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.Identifiers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a restore into a database will do, decided and checked before anything is touched.
/// Immutable.
///
/// @param target the database, as a person knows it
/// @param scratch name under which the database is restored before it gets its own; empty when it
///     is restored into one that is there
/// @param keeping what will be found of the database that stands there now; empty when none is
///     replaced
/// @param inside what becomes of what is in the database, when that alone is replaced
/// @param entries what will be made and loaded, in the order of the dump
/// @param tables whose rows will be loaded
/// @param rows as far as they were counted
/// @param bytes of rows and large objects, as stored
/// @param blobs they lie in
/// @param lost tables whose rows cannot be read any more, and are left out
/// @param room that it takes at the server
/// @param filled whether it goes into a database that holds something, beside or among that
/// @param warnings what will not be as in the backup
/// @param mask name of the profile by which rows are masked; empty when they are not
/// @param schemas that get another name; the entries have it already, though their definitions get
///     it only when the plan is carried out
public record DatabasePlan(
        String target,
        Way way,
        String scratch,
        Optional<KeptDatabase> keeping,
        Optional<InsidePlan> inside,
        TableOfContents toc,
        List<TocEntry> entries,
        int tables,
        long rows,
        long bytes,
        int blobs,
        List<String> lost,
        Room room,
        boolean filled,
        List<String> warnings,
        List<String> emptied,
        Set<String> otherSessions,
        String mask,
        SchemaNames schemas) {
    /// How the content gets into its place.
    public enum Way {
        /// Into the database that is there.
        INTO,
        /// A database is made.
        CREATE,
        /// A database is made beside the one that is there, and takes its place when it is right.
        SWAP,
        /// What is in the database that is there gives way: for who may not have a second one.
        INSIDE
    }

    public DatabasePlan {
        entries = List.copyOf(entries);
        lost = List.copyOf(lost);
        warnings = List.copyOf(warnings);
        emptied = List.copyOf(emptied);
        otherSessions = Set.copyOf(otherSessions);
    }

    /// Name under which the database that stands there now will be found; empty when none is
    /// replaced.
    public String kept() {
        return keeping.map(KeptDatabase::name).orElse("");
    }

    /// Where what is in each schema now will be found; none when no schemas change.
    public Map<String, String> keptSchemas() {
        return inside.map(InsidePlan::keptSchemas).orElse(Map.of());
    }

    /// The tables that are emptied, each by a pattern that fits no other.
    public List<String> emptiedExactly() {
        return entries.stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA) && emptied.contains(Loading.name(entry)))
                .map(entry -> Identifiers.qualified(String.valueOf(entry.namespace()), String.valueOf(entry.tag())))
                .toList();
    }

    /// The same from another dump.
    DatabasePlan of(RenamedDump dump) {
        return with(dump.toc(), dump.entries());
    }

    /// The same with other entries.
    DatabasePlan with(TableOfContents contents, List<TocEntry> chosen) {
        return new DatabasePlan(
                target,
                way,
                scratch,
                keeping,
                inside,
                contents,
                chosen,
                tables,
                rows,
                bytes,
                blobs,
                lost,
                room,
                filled,
                warnings,
                emptied,
                otherSessions,
                mask,
                schemas);
    }

    /// Whether anything that exists will be replaced, or something be added to it.
    public boolean changes() {
        return way == Way.SWAP || way == Way.INSIDE || filled;
    }
}
