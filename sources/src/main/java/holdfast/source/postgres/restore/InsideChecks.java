package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Whether a dump can be restored inside a database that holds something else. Only what lies in
/// schemas can give way, and come back, by a name: what belongs to a database as a whole is no case
/// for it. Looks only.
///
/// @param connection with that database
/// @param chosen of the dump
record InsideChecks(Connection connection, List<TocEntry> chosen) {
    private static final int NAMED = 5;

    private static final String SCHEMAS = """
            SELECT n.nspname, pg_catalog.pg_has_role(n.nspowner, 'USAGE') AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_extension e WHERE e.extnamespace = n.oid) AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
                AND d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objid = n.oid) AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend d, pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) i
                WHERE d.deptype = 'e' AND i.schema = pg_catalog.quote_ident(n.nspname))
            FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'""";

    /// What belongs to the database as a whole, and to no extension or type, as the cast to a
    /// multirange does.
    private static final String GLOBAL = """
            SELECT pg_catalog.pg_describe_object(o.classid, o.objid, 0) FROM (
                SELECT 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AS classid, oid AS objid
                FROM pg_catalog.pg_event_trigger
                UNION ALL SELECT 'pg_catalog.pg_publication'::pg_catalog.regclass, oid FROM pg_catalog.pg_publication
                UNION ALL SELECT 'pg_catalog.pg_subscription'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_subscription WHERE subdbid = (SELECT d.oid FROM pg_catalog.pg_database d
                    WHERE d.datname = pg_catalog.current_database())
                UNION ALL SELECT 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_foreign_data_wrapper
                UNION ALL SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_foreign_server
                UNION ALL SELECT 'pg_catalog.pg_cast'::pg_catalog.regclass, oid FROM pg_catalog.pg_cast
                UNION ALL SELECT 'pg_catalog.pg_transform'::pg_catalog.regclass, oid FROM pg_catalog.pg_transform
                UNION ALL SELECT 'pg_catalog.pg_language'::pg_catalog.regclass, oid FROM pg_catalog.pg_language
                UNION ALL SELECT 'pg_catalog.pg_am'::pg_catalog.regclass, oid FROM pg_catalog.pg_am
                UNION ALL SELECT 'pg_catalog.pg_default_acl'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_default_acl WHERE defaclnamespace = 0
                UNION ALL SELECT 'pg_catalog.pg_largeobject'::pg_catalog.regclass, oid
                FROM pg_catalog.pg_largeobject_metadata) o
            WHERE (o.objid >= 16384 OR o.classid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass) AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype IN ('e', 'i')) LIMIT 6""";

    private static final String OF_EXTENSIONS = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
            WHERE d.deptype = 'e'""";

    private static final Set<String> GLOBAL_KINDS = Set.of(
            TocEntry.LARGE_OBJECTS,
            "BLOB",
            "BLOB METADATA",
            "EVENT TRIGGER",
            "PUBLICATION",
            "SUBSCRIPTION",
            "FOREIGN DATA WRAPPER",
            "SERVER",
            "USER MAPPING",
            "CAST",
            "TRANSFORM",
            "PROCEDURAL LANGUAGE",
            "ACCESS METHOD");

    /// Why it cannot be, or how.
    record Answer(String obstacle, Optional<InsidePlan> plan) {}

    Answer answer(Instant now) throws SQLException {
        String obstacle = obstacle();
        if (!obstacle.isEmpty()) {
            return new Answer(obstacle, Optional.empty());
        }
        Map<String, String> renamed = new HashMap<>();
        Map<String, String> emptied = new HashMap<>();
        Set<String> kept = new HashSet<>();
        List<List<String>> schemas = Rows.of(connection, SCHEMAS);
        Set<String> taken = schemas.stream().map(List::getFirst).collect(Collectors.toSet());
        for (List<String> row : schemas) {
            String schema = row.get(0);
            if (DatabaseNames.isKept(schema)) {
                kept.add(schema);
            } else if (row.get(1).equals("t")) {
                renamed.put(schema, DatabaseNames.kept(schema, now, taken));
            } else if (concerns(schema)) {
                List<String> unmovable = unmovable(schema);
                if (!unmovable.isEmpty()) {
                    return new Answer(unmovable.getFirst() + " cannot leave the schema " + schema, Optional.empty());
                }
                emptied.put(schema, DatabaseNames.kept(schema, now, taken));
            }
        }
        return new Answer("", Optional.of(new InsidePlan(renamed, emptied, kept)));
    }

    /// In a schema that stays: new objects would get such rights, and a range's multirange cannot
    /// move.
    private List<String> unmovable(String schema) throws SQLException {
        return Rows.column(connection, """
            SELECT pg_catalog.pg_describe_object('pg_catalog.pg_default_acl'::pg_catalog.regclass, a.oid, 0)
            FROM pg_catalog.pg_default_acl a JOIN pg_catalog.pg_namespace n ON n.oid = a.defaclnamespace
            WHERE n.nspname = %1$s
            UNION ALL SELECT pg_catalog.pg_describe_object('pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0)
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = %1$s AND t.typtype = 'r' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e')""".formatted(Identifiers.literal(schema)));
    }

    /// Whether a schema that stays holds anything of users, or will.
    private boolean concerns(String schema) throws SQLException {
        return !SchemaObjects.of(connection, schema).isEmpty()
                || chosen.stream().anyMatch(entry -> text(entry.namespace()).equals(schema));
    }

    private String obstacle() throws SQLException {
        if (!Rows.one(connection, "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')")
                .equals("t")) {
            return "this role may not create schemas in it";
        }
        List<String> global = Rows.column(connection, GLOBAL);
        if (!global.isEmpty()) {
            return "it has " + some(global) + ", which lies in no schema";
        }
        List<String> wanted = chosen.stream()
                .filter(entry -> GLOBAL_KINDS.contains(text(entry.description()))
                        || (entry.is("DEFAULT ACL") && text(entry.namespace()).isEmpty()))
                .map(entry -> entry.description() + " " + entry.tag())
                .toList();
        if (!wanted.isEmpty()) {
            return "the backup has " + some(wanted) + ", which lies in no schema";
        }
        Set<String> missing = chosen.stream()
                .filter(entry -> entry.is("EXTENSION"))
                .map(entry -> text(entry.tag()))
                .collect(Collectors.toCollection(TreeSet::new));
        missing.removeAll(Rows.column(connection, "SELECT extname FROM pg_catalog.pg_extension"));
        if (!missing.isEmpty()) {
            return "it lacks the extension " + some(List.copyOf(missing));
        }
        Set<String> members = Rows.of(connection, OF_EXTENSIONS).stream()
                .map(row -> Identifiers.display(row.get(0), row.get(1)))
                .collect(Collectors.toSet());
        List<String> rows = chosen.stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA))
                .map(Loading::name)
                .filter(members::contains)
                .toList();
        return rows.isEmpty() ? "" : "the backup has rows of " + some(rows) + ", which belongs to an extension";
    }

    private static String some(List<String> names) {
        return String.join(", ", names.stream().limit(NAMED).toList()) + (names.size() > NAMED ? ", …" : "");
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
