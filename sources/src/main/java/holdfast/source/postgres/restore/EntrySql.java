package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.Identifiers;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The statements that make what an entry of a table of contents describes, as `pg_restore` runs
/// them: see `_printTocEntry` in PostgreSQL's `pg_backup_archiver.c`. Stateless.
final class EntrySql {
    /// `pg_class.relkind` of a partitioned table.
    private static final int PARTITIONED = 'p';

    /// Kinds whose owner is set by kind, schema and name.
    private static final Set<String> NAMED = Set.of(
            "COLLATION",
            "CONVERSION",
            "DOMAIN",
            "FOREIGN TABLE",
            "MATERIALIZED VIEW",
            "SEQUENCE",
            "STATISTICS",
            "TABLE",
            "TEXT SEARCH DICTIONARY",
            "TEXT SEARCH CONFIGURATION",
            "TYPE",
            "VIEW",
            "PROCEDURAL LANGUAGE",
            "SCHEMA",
            "EVENT TRIGGER",
            "FOREIGN DATA WRAPPER",
            "SERVER",
            "PUBLICATION",
            "SUBSCRIPTION");

    /// Kinds that have arguments besides a name, as their DROP statement shows.
    private static final Set<String> SIGNED =
            Set.of("AGGREGATE", "FUNCTION", "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY", "PROCEDURE");

    private static final Pattern LARGE_OBJECT = Pattern.compile("LARGE OBJECT \\d+");
    private static final Pattern OID = Pattern.compile("\\d{1,10}");
    private static final String METADATA = "BLOB METADATA";

    private final TableOfContents toc;
    private final boolean owners;
    private final boolean tablespaces;

    /// @param owners whether objects are given to the roles that owned them
    /// @param tablespaces whether they go into the tablespaces they were in
    EntrySql(TableOfContents toc, boolean owners, boolean tablespaces) {
        this.toc = toc;
        this.owners = owners;
        this.tablespaces = tablespaces;
    }

    /// What the session's `default_tablespace` must be; null when it does not matter, empty for the
    /// database's own.
    @Nullable
    String tablespace(TocEntry entry) {
        return tablespaces ? entry.tablespace() : null;
    }

    /// What the session's `default_table_access_method` must be; null when it does not matter.
    @Nullable
    String accessMethod(TocEntry entry) {
        return entry.relationKind() == PARTITIONED ? null : entry.accessMethod();
    }

    /// In the order in which they are run, each by itself.
    ///
    /// @param major version of the server
    /// @throws SQLFeatureNotSupportedException when that server cannot have the like
    List<String> statements(TocEntry entry, int major) throws SQLFeatureNotSupportedException {
        List<String> statements = new ArrayList<>();
        definition(entry, major, statements);
        owner(entry, statements);
        if (entry.relationKind() == PARTITIONED && entry.accessMethod() != null) {
            statements.add("ALTER TABLE " + qualified(entry) + " SET ACCESS METHOD "
                    + Identifiers.quote(entry.accessMethod()));
        }
        return statements;
    }

    private void definition(TocEntry entry, int major, List<String> statements) throws SQLFeatureNotSupportedException {
        String definition = text(entry.definition());
        if (entry.is(METADATA)) {
            each(entry, "SELECT pg_catalog.lo_create('", "')", statements);
        } else if (entry.is("ACL") && text(entry.tag()).startsWith("LARGE OBJECTS")) {
            grants(entry, definition, statements);
        } else if (entry.is("SUBSCRIPTION")) {
            statements.add(SubscriptionOptions.of(definition).on(major));
        } else if (!definition.isBlank() && !definition.startsWith("--")) {
            statements.add(definition);
        }
    }

    private void owner(TocEntry entry, List<String> statements) {
        String owner = text(entry.owner());
        if (!owners || owner.isEmpty() || text(entry.dropStatement()).isEmpty()) {
            return;
        }
        if (entry.is(METADATA)) {
            each(entry, "ALTER LARGE OBJECT ", " OWNER TO " + Identifiers.quote(owner), statements);
            return;
        }
        String object = object(entry);
        if (!object.isEmpty()) {
            statements.add("ALTER " + object + " OWNER TO " + Identifiers.quote(owner));
        }
    }

    /// Kind and name as ALTER takes them; empty for what has no owner of its own.
    private static String object(TocEntry entry) {
        String kind = text(entry.description());
        if (NAMED.contains(kind)) {
            return kind + " " + qualified(entry);
        }
        if (kind.equals("BLOB")) {
            return "LARGE OBJECT " + oid(text(entry.tag()));
        }
        if (SIGNED.contains(kind)) {
            String drop = text(entry.dropStatement()).strip();
            return drop.substring("DROP ".length(), drop.endsWith(";") ? drop.length() - 1 : drop.length());
        }
        return "";
    }

    private static String qualified(TocEntry entry) {
        String name = Identifiers.quote(text(entry.tag()));
        String schema = text(entry.namespace());
        return schema.isEmpty() ? name : Identifiers.quote(schema) + "." + name;
    }

    /// One statement for each large object of a group.
    private static void each(TocEntry group, String begin, String end, List<String> statements) {
        text(group.definition())
                .lines()
                .map(String::strip)
                .filter(oid -> !oid.isEmpty())
                .forEach(oid -> statements.add(begin + oid(oid) + end));
    }

    private static String oid(String text) {
        if (!OID.matcher(text).matches()) {
            throw new HoldfastException.Damaged(
                    "the dump's table of contents names a large object " + text, "its number is expected there");
        }
        return text;
    }

    /// Rights on a group of large objects are written down for the first of them.
    private void grants(TocEntry entry, String definition, List<String> statements) {
        TocEntry group = toc.entries().stream()
                .filter(other -> other.is(METADATA) && entry.dependencies().contains(Integer.toString(other.dumpId())))
                .findFirst()
                .orElse(null);
        if (group == null) {
            statements.add(definition);
            return;
        }
        for (String statement : SqlStatements.split(definition)) {
            Matcher object = LARGE_OBJECT.matcher(statement);
            if (object.find()) {
                each(
                        group,
                        statement.substring(0, object.start()) + "LARGE OBJECT ",
                        statement.substring(object.end()),
                        statements);
            } else {
                statements.add(statement);
            }
        }
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
