package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The order in which the entries of a table of contents are restored: see `_tocEntryRestorePass`
/// in PostgreSQL's `pg_backup_archiver.c`. Immutable.
///
/// @param before what tables are made of, one after the other
/// @param parallel rows, then indexes, constraints and triggers, as their dependencies allow
/// @param rights privileges, when everything is there that they are about
/// @param last what would run, or read, before all the rest is done: event triggers, materialised
///     views
record Passes(List<TocEntry> before, List<TocEntry> parallel, List<TocEntry> rights, List<TocEntry> last) {
    /// What is said of the whole, or of the database itself.
    private static final Set<String> NO_OBJECTS =
            Set.of("ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES");

    private static final Set<String> RIGHTS = Set.of("ACL", "ACL LANGUAGE", "DEFAULT ACL");
    private static final Set<String> LAST = Set.of("EVENT TRIGGER", "MATERIALIZED VIEW DATA", "STATISTICS DATA");

    Passes {
        before = List.copyOf(before);
        parallel = List.copyOf(parallel);
        rights = List.copyOf(rights);
        last = List.copyOf(last);
    }

    static Passes of(List<TocEntry> entries) {
        List<TocEntry> before = new ArrayList<>();
        List<TocEntry> parallel = new ArrayList<>();
        List<TocEntry> rights = new ArrayList<>();
        List<TocEntry> last = new ArrayList<>();
        for (TocEntry entry : entries) {
            String kind = Objects.requireNonNullElse(entry.description(), "");
            if (NO_OBJECTS.contains(kind) || isOfDatabase(entry)) {
                continue;
            }
            if (RIGHTS.contains(kind)) {
                rights.add(entry);
            } else if (LAST.contains(kind) || isOfEventTrigger(entry)) {
                last.add(entry);
            } else if (entry.section() == TocEntry.SECTION_PRE_DATA) {
                before.add(entry);
            } else if (entry.section() == TocEntry.SECTION_DATA || entry.section() == TocEntry.SECTION_POST_DATA) {
                parallel.add(entry);
            } else {
                // a comment stands behind what it is about
                (parallel.isEmpty() ? before : parallel).add(entry);
            }
        }
        return new Passes(before, parallel, rights, last);
    }

    private static boolean says(TocEntry entry, String of) {
        return (entry.is("COMMENT") || entry.is("SECURITY LABEL") || entry.is("ACL"))
                && Objects.requireNonNullElse(entry.tag(), "").startsWith(of + " ");
    }

    private static boolean isOfDatabase(TocEntry entry) {
        return says(entry, "DATABASE");
    }

    private static boolean isOfEventTrigger(TocEntry entry) {
        return says(entry, "EVENT TRIGGER");
    }
}
