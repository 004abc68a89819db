package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether the columns of tables that are there can take stored rows. Changes nothing. Used by one
/// thread.
///
/// @param toc of the dump, by the names of the tables that are there
/// @param names of schemas that have another name there, where their types are then too
record TargetColumns(Connection connection, TableOfContents toc, SchemaNames names) {
    private static final String COLUMNS = """
            SELECT n.nspname, c.relname, a.attname, a.attgenerated <> '',
                   a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
                   pg_catalog.format_type(a.atttypid, a.atttypmod)
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped""";

    /// One column to a line, as `pg_dump` writes them.
    private static final Pattern COLUMN = Pattern.compile(
            "(?m)^    (\"(?:[^\"]|\"\")+\"|\\w+) (.+?)(?: COLLATE .*| CONSTRAINT .*| DEFAULT .*| NOT NULL.*| GENERATED .*)?,?$");

    private static final String DATATYPE_MISMATCH = "42804";

    private record Column(boolean generated, boolean required, String type) {}

    /// A sentence for each column that speaks against it.
    List<String> misfits(List<TocEntry> chosen) throws BrokenArchiveException, SQLException {
        Map<String, Map<String, Column>> tables = new HashMap<>();
        for (List<String> row : Rows.of(connection, COLUMNS)) {
            tables.computeIfAbsent(Identifiers.display(row.get(0), row.get(1)), _ -> new HashMap<>())
                    .put(
                            row.get(2),
                            new Column(row.get(3).equals("t"), row.get(4).equals("t"), row.get(5)));
        }
        Map<String, String> definitions = new HashMap<>();
        toc.entries().stream()
                .filter(entry -> entry.is(TocEntry.TABLE))
                .forEach(entry ->
                        definitions.put(Loading.name(entry), Objects.requireNonNullElse(entry.definition(), "")));
        List<String> misfits = new ArrayList<>();
        for (TocEntry entry : chosen) {
            if (entry.is(TocEntry.TABLE_DATA)) {
                CopyStatement copy = CopyStatement.of(entry);
                String name = Loading.name(entry);
                misfits(
                        copy,
                        tables.getOrDefault(Identifiers.display(copy.schema(), copy.table()), Map.of()),
                        types(definitions.getOrDefault(name, "")),
                        misfits);
            }
        }
        return misfits;
    }

    private Map<String, String> types(String definition) {
        Map<String, String> types = new HashMap<>();
        Matcher column = COLUMN.matcher(definition);
        while (column.find()) {
            types.put(SchemaNames.unquoted(column.group(1)), names.ofType(column.group(2)));
        }
        return types;
    }

    private void misfits(CopyStatement copy, Map<String, Column> there, Map<String, String> types, List<String> misfits)
            throws SQLException {
        String table = Identifiers.display(copy.schema(), copy.table());
        for (String name : copy.columns()) {
            Column column = there.get(name);
            String what = "the column " + table + "." + name;
            if (column == null) {
                misfits.add(what + " is not there");
            } else if (column.generated()) {
                misfits.add(what + " is generated there");
            } else if (types.containsKey(name)) {
                refusal(copy, name, String.valueOf(types.get(name)))
                        .ifPresent(type ->
                                misfits.add(what + " is " + column.type() + " there, which does not take " + type));
            }
        }
        there.forEach((name, column) -> {
            if (column.required() && !copy.columns().contains(name)) {
                misfits.add("the column " + table + "." + name + " is not in the backup, may not be NULL and has no"
                        + " default");
            }
        });
    }

    /// The type that was backed up, by the name the server gives it, when it cannot be assigned to
    /// the column. Of a type that the server does not know nothing is said: rows are texts.
    private Optional<String> refusal(CopyStatement copy, String column, String stored) throws SQLException {
        String type = known(stored);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        try {
            Rows.of(
                    connection,
                    "EXPLAIN INSERT INTO " + copy.qualified() + " (" + Identifiers.quote(column)
                            + ") OVERRIDING SYSTEM VALUE SELECT NULL::" + type);
            return Optional.empty();
        } catch (SQLException e) {
            return DATATYPE_MISMATCH.equals(e.getSQLState()) ? Optional.of(type) : Optional.empty();
        }
    }

    /// What stands in a dump is nothing to run: the server takes it as the name of a type, or not.
    private String known(String type) {
        try (PreparedStatement ask =
                connection.prepareStatement("SELECT pg_catalog.format_type(pg_catalog.to_regtype(?), NULL)")) {
            ask.setString(1, type);
            try (ResultSet answer = ask.executeQuery()) {
                answer.next();
                String name = Objects.requireNonNullElse(answer.getString(1), "");
                return name.equals("-") ? "" : name;
            }
        } catch (SQLException _) {
            return ""; // before version 16 what is no name of a type at all is an error
        }
    }
}
