package holdfast.source.postgres;

import holdfast.source.postgres.DumpSelection.Choice;
import holdfast.source.postgres.DumpSelection.Kind;
import holdfast.source.postgres.rows.Identifiers;
import holdfast.source.postgres.rows.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What a selection means as SQL, as `pg_dump` understands it (`expand_table_name_patterns`,
/// `selectDumpableTable`): the server knows its own regular expressions best. Every name and
/// operator is qualified, since a search path that somebody made is in force. Pure.
final class SelectedRelations {
    /// In force while a pattern is asked for; the session's own is empty. Till the transaction ends.
    static final String WITH_USUAL_SEARCH_PATH = """
            SELECT pg_catalog.set_config('search_path', reset_val, true)
            FROM pg_catalog.pg_settings WHERE name = 'search_path'""";

    static final String WITHOUT_SEARCH_PATH = "SELECT pg_catalog.set_config('search_path', '', true)";

    private static final String RELATIONS = """
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
            WHERE c.relkind OPERATOR(pg_catalog.=) ANY\s""";

    private static final String ALL_KINDS = "('{r,S,v,m,f,p}'::pg_catalog.\"char\"[])";
    private static final String WITH_ROWS = "('{r}'::pg_catalog.\"char\"[])";

    private SelectedRelations() {}

    /// A query for whether anything fits.
    static String fits(Choice choice) {
        return "SELECT EXISTS (SELECT " + from(choice.kind()) + (choice.kind().isOfSchemas() ? " WHERE " : " AND ")
                + condition(choice) + ")";
    }

    /// A query for the names that a pattern may fit; not more than somebody could have meant.
    static String names(Kind kind) {
        return "SELECT " + (kind.isOfSchemas() ? "n.nspname" : "pg_catalog.concat(n.nspname, '.', c.relname)") + " "
                + from(kind) + (kind.isOfSchemas() ? " WHERE " : " AND ")
                + "n.nspname OPERATOR(pg_catalog.!~) '^(pg_|information_schema$)' ORDER BY 1 LIMIT 10000";
    }

    private static String from(Kind kind) {
        return kind.isOfSchemas()
                ? "FROM pg_catalog.pg_namespace n"
                : RELATIONS + (kind == Kind.CRITICAL ? WITH_ROWS : ALL_KINDS);
    }

    /// Of a relation `c` in a schema `n`: whether its definition or its rows are stored. `--table` goes
    /// before everything that is said of schemas.
    static String wanted(DumpSelection selection) {
        List<String> conditions = new ArrayList<>();
        String tables = any(selection, Kind.TABLE);
        if (tables.isEmpty()) {
            String schemas = any(selection, Kind.SCHEMA);
            if (!schemas.isEmpty()) {
                conditions.add(schemas);
            }
            String excluded = any(selection, Kind.EXCLUDE_SCHEMA);
            if (!excluded.isEmpty()) {
                conditions.add("NOT " + excluded);
            }
        } else {
            conditions.add(tables);
        }
        String excluded = any(selection, Kind.EXCLUDE_TABLE);
        if (!excluded.isEmpty()) {
            conditions.add("NOT " + excluded);
        }
        return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
    }

    private static String any(DumpSelection selection, Kind kind) {
        List<String> patterns = selection.patterns(kind);
        return patterns.isEmpty()
                ? ""
                : patterns.stream()
                        .map(pattern -> condition(new Choice(kind, pattern)))
                        .collect(Collectors.joining(" OR ", "(", ")"));
    }

    private static String condition(Choice choice) {
        NamePattern names = choice.names();
        if (choice.kind().isOfSchemas()) {
            return matches("n.nspname", names.name().pattern());
        }
        String name = matches("c.relname", names.name().pattern());
        if (names.namesSchema()) {
            return "(" + matches("n.nspname", names.schema().pattern()) + " AND " + name + ")";
        }
        // a marked table may lie anywhere
        return choice.kind() == Kind.CRITICAL ? name : "(pg_catalog.pg_table_is_visible(c.oid) AND " + name + ")";
    }

    private static String matches(String column, String regex) {
        return column + " OPERATOR(pg_catalog.~) " + Identifiers.literal(regex) + " COLLATE pg_catalog.\"default\"";
    }
}
