package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.Identifiers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Schemas that are restored under another name. Immutable.
///
/// @param names the new name of each, by the one that was backed up
public record SchemaNames(Map<String, String> names) {
    public static final SchemaNames NONE = new SchemaNames(Map.of());

    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[^:\"]+)";
    private static final Pattern PAIR = Pattern.compile(NAME + ":" + NAME);
    private static final Pattern VALUE = Pattern.compile(", -?\\d{1,19}, (?:true|false)\\);\\s*$");
    private static final Set<String> TAKEN = Set.of("public", "information_schema");
    private static final String OF_SCHEMA = "SCHEMA ";

    public SchemaNames {
        names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
    }

    /// @param texts `OLD:NEW` each, in double quotes where a name has a colon
    /// @throws HoldfastException.BadUsage for what is no such pair, and for names that cannot be
    public static SchemaNames of(List<String> texts) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String text : texts) {
            Matcher pair = PAIR.matcher(text);
            if (!pair.matches()) {
                throw new HoldfastException.BadUsage(
                        "'" + text + "' does not say which schema gets which name",
                        "write OLD:NEW, as in shop:shop_old");
            }
            String to = unquoted(pair.group(2));
            if (to.startsWith("pg_") || TAKEN.contains(to)) {
                throw new HoldfastException.BadUsage(
                        "no schema can be restored as " + to + ": it is PostgreSQL's own name", "choose another one");
            }
            if (names.put(unquoted(pair.group(1)), to) != null) {
                throw new HoldfastException.BadUsage(
                        "two names for the schema " + unquoted(pair.group(1)), "choose one");
            }
        }
        Set<String> to = new HashSet<>(names.values());
        if (to.size() < names.size()) {
            throw new HoldfastException.BadUsage("two schemas would get one name", "give each its own");
        }
        to.retainAll(names.keySet());
        if (!to.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "the name " + to.iterator().next() + " is that of a schema which gets another one",
                    "choose a name that is free");
        }
        return new SchemaNames(names);
    }

    public boolean isEmpty() {
        return names.isEmpty();
    }

    /// What chooses just those that get another name.
    List<String> patterns() {
        return names.keySet().stream().map(Identifiers::quote).toList();
    }

    boolean has(@Nullable String schema) {
        return schema != null && names.containsKey(schema);
    }

    String of(String schema) {
        return names.getOrDefault(schema, schema);
    }

    /// The type of a column, as `pg_dump` writes it, where its schema has the new name.
    String ofType(String type) {
        for (Map.Entry<String, String> name : names.entrySet()) {
            for (String before : List.of(name.getKey() + ".", Identifiers.quote(name.getKey()) + ".")) {
                if (type.startsWith(before)) {
                    return Identifiers.quote(name.getValue()) + "." + type.substring(before.length());
                }
            }
        }
        return type;
    }

    /// What was recorded, under the new names.
    SourceRecord renamed(SourceRecord recorded) {
        if (isEmpty()) {
            return recorded;
        }
        List<TableRecord> tables = recorded.tables().stream()
                .map(table ->
                        new TableRecord(ofDisplayed(table.name()), table.rows(), table.fingerprint(), table.critical()))
                .toList();
        return new SourceRecord(
                recorded.kind(),
                recorded.location(),
                recorded.path(),
                recorded.details(),
                tables,
                recorded.sequences(),
                recorded.files(),
                recorded.bytes(),
                recorded.damage(),
                recorded.failures());
    }

    private String ofDisplayed(String table) {
        for (Map.Entry<String, String> name : names.entrySet()) {
            String before = Identifiers.display(name.getKey(), "");
            if (table.startsWith(before)) {
                return Identifiers.display(name.getValue(), "") + table.substring(before.length());
            }
        }
        return table;
    }

    /// The entries by their new names, for what is decided by name. Only rows and the values of
    /// sequences can be restored from these: other definitions are as they were.
    TableOfContents renamed(TableOfContents toc) throws BrokenArchiveException {
        return new TableOfContents(toc.header(), renamed(toc.entries()));
    }

    List<TocEntry> renamed(List<TocEntry> entries) throws BrokenArchiveException {
        List<TocEntry> named = new ArrayList<>();
        for (TocEntry entry : entries) {
            named.add(renamed(entry));
        }
        return named;
    }

    private TocEntry renamed(TocEntry entry) throws BrokenArchiveException {
        String tag = Objects.requireNonNullElse(entry.tag(), "");
        if (entry.is("SCHEMA")) {
            return entry.named(entry.namespace(), of(tag));
        }
        String schema = entry.namespace();
        if (schema == null || schema.isEmpty()) {
            boolean about = tag.startsWith(OF_SCHEMA);
            return about ? entry.named(schema, OF_SCHEMA + of(unquoted(tag.substring(OF_SCHEMA.length())))) : entry;
        }
        if (!has(schema)) {
            return entry;
        }
        TocEntry named = entry.named(of(schema), tag);
        if (entry.is(TocEntry.TABLE_DATA)) {
            return named.withCopyStatement(copy(entry).stored());
        }
        Matcher value = VALUE.matcher(Objects.requireNonNullElse(entry.definition(), ""));
        return entry.is("SEQUENCE SET") && value.find()
                ? named.withDefinition("SELECT pg_catalog.setval("
                        + Identifiers.literal(Identifiers.qualified(of(schema), tag)) + value.group())
                : named;
    }

    /// How an entry's rows go in.
    private CopyStatement copy(TocEntry entry) throws BrokenArchiveException {
        CopyStatement copy = CopyStatement.of(entry);
        return copy.inSchema(of(copy.schema()));
    }

    static String unquoted(String name) {
        return name.startsWith("\"") && name.endsWith("\"") && name.length() > 1
                ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                : name;
    }

    @Override
    public String toString() {
        List<String> pairs = new ArrayList<>();
        names.forEach((from, to) -> pairs.add(from + " as " + to));
        return String.join(", ", pairs);
    }
}
