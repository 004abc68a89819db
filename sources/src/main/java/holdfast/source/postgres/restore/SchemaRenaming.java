package holdfast.source.postgres.restore;

import holdfast.model.Count;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What it takes to restore schemas under other names, and what will not follow. Pure.
///
/// @param toc with the names that were backed up, as all entries here
record SchemaRenaming(SchemaNames names, TableOfContents toc) {
    private static final int NAMED = 5;

    /// A copy is no member of what the original is published by, and has statistics of its own.
    private static final Set<String> LEFT_OUT =
            Set.of("PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "SUBSCRIPTION TABLE", "STATISTICS DATA");

    /// What others may need, but brings no object that they could name.
    private static final Set<String> NEVER_NEEDED = Set.of("PUBLICATION", "SUBSCRIPTION", "EVENT TRIGGER");

    private static final Set<String> RELATIONS =
            Set.of(TocEntry.TABLE, "VIEW", "FOREIGN TABLE", "MATERIALIZED VIEW", "SEQUENCE");

    /// Whose texts mean nothing to the server.
    private static final Set<String> TEXTS =
            Set.of("COMMENT", "SECURITY LABEL", "TYPE", "SEQUENCE SET", TocEntry.TABLE_DATA);

    /// Behind it PostgreSQL keeps a number, which finds the object by whatever name.
    private static final String TRACKED = "'::(?:pg_catalog\\.)?\"?reg";

    private static final String BODY = "\n    AS ";
    private static final Pattern SETTING = Pattern.compile("\n    SET [^\n]*");

    /// The chosen entries with what they need of a schema that gets another name: it is not to be
    /// found under the old one.
    ///
    /// @param rows whether tables that are there get nothing but rows
    /// @throws HoldfastException.BadUsage when nothing of such a schema is chosen
    List<TocEntry> complete(List<TocEntry> chosen, boolean rows) {
        for (String from : names.names().keySet()) {
            if (chosen.stream().noneMatch(entry -> isOf(entry, from))) {
                throw new HoldfastException.BadUsage(
                        "the backup has no schema " + from + ", or nothing of it is chosen",
                        "names are taken as they are, upper and lower case; 'holdfast show' lists the tables");
            }
        }
        if (rows) {
            return chosen;
        }
        Set<Integer> taken = new HashSet<>();
        chosen.stream().filter(entry -> !isLeftOut(entry)).forEach(entry -> taken.add(entry.dumpId()));
        needed(chosen).stream()
                .filter(entry -> names.has(entry.namespace()))
                .forEach(entry -> taken.add(entry.dumpId()));
        return toc.entries().stream()
                .filter(entry -> taken.contains(entry.dumpId()))
                .toList();
    }

    private static boolean isOf(TocEntry entry, String schema) {
        return schema.equals(entry.namespace()) || (entry.is("SCHEMA") && schema.equals(entry.tag()));
    }

    /// What says who may use the schema that every database begins with means that one.
    private boolean isLeftOut(TocEntry entry) {
        return LEFT_OUT.contains(text(entry.description()))
                || (names.has("public") && entry.is("ACL") && text(entry.tag()).equals("SCHEMA public"));
    }

    /// Definitions that others of the dump depend on, and are not among them.
    List<TocEntry> needed(List<TocEntry> chosen) {
        Map<String, TocEntry> all = new HashMap<>();
        toc.entries().forEach(entry -> all.put(Integer.toString(entry.dumpId()), entry));
        Set<TocEntry> seen = new HashSet<>(chosen);
        Set<TocEntry> needed = new HashSet<>();
        Deque<TocEntry> left = new ArrayDeque<>(chosen);
        for (TocEntry next = left.poll(); next != null; next = left.poll()) {
            for (String id : next.dependencies()) {
                TocEntry other = all.get(id);
                if (other != null && isDefinition(other) && seen.add(other)) {
                    needed.add(other);
                    left.add(other);
                }
            }
        }
        return toc.entries().stream().filter(needed::contains).toList();
    }

    private static boolean isDefinition(TocEntry entry) {
        return entry.section() != TocEntry.SECTION_DATA && !NEVER_NEEDED.contains(text(entry.description()));
    }

    /// @param there the database that is restored into; null when it will be made
    /// @param chosen completed
    /// @return what will not follow
    /// @throws HoldfastException.PreCheckFailed when it cannot go there
    List<String> check(String target, TargetServer.Facts facts, @Nullable DatabaseState there, List<TocEntry> chosen) {
        if (!facts.mayCreate()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + names + " into " + target + ": this role may not create databases, and the"
                            + " schema gets its name in one that is dropped again before any row is restored",
                    "ALTER ROLE … CREATEDB");
        }
        Set<String> missing = new TreeSet<>();
        for (TocEntry entry : needed(chosen)) {
            String name = Loading.name(entry);
            if (RELATIONS.contains(text(entry.description()))
                    && (there == null || !there.tables().contains(name))) {
                missing.add(name);
            }
            if (entry.is("SCHEMA") && names.names().containsValue(text(entry.tag()))) {
                throw taken(target, text(entry.tag()));
            }
        }
        for (String to : names.names().values()) {
            if (there != null && there.schemas().contains(to)) {
                throw taken(target, to);
            }
        }
        if (!missing.isEmpty()) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + names + " into " + target + ": definitions in it need "
                            + some(missing, "relation") + ", which is not there",
                    "restore that first, or along with it by --schema");
        }
        return warnings(chosen);
    }

    private static HoldfastException.PreCheckFailed taken(String target, String schema) {
        return new HoldfastException.PreCheckFailed(
                "cannot restore into " + target + ": it has a schema " + schema + " already",
                "choose another name, or drop that schema");
    }

    /// What PostgreSQL keeps as text says the old name still.
    private List<String> warnings(List<TocEntry> chosen) {
        List<String> warnings = new ArrayList<>();
        names.names().forEach((from, to) -> {
            Set<String> texts = new TreeSet<>();
            Set<String> published = new TreeSet<>();
            for (TocEntry entry : toc.entries()) {
                if (from.equals(entry.namespace()) && text(entry.description()).startsWith("PUBLICATION TABLE")) {
                    published.add(text(entry.tag()));
                }
            }
            for (TocEntry entry : chosen) {
                if (!TEXTS.contains(text(entry.description())) && mentions(entry, from)) {
                    texts.add(entry.description() + " " + entry.tag());
                }
            }
            if (!texts.isEmpty()) {
                warnings.add("text in definitions stays as it is, so these go on to name " + from + ", not " + to + ": "
                        + some(texts, "object"));
            }
            if (!published.isEmpty()) {
                warnings.add(
                        to + " is published by nobody, as " + from + " is (" + some(published, "publication") + ")");
            }
        });
        return warnings;
    }

    private static String some(Set<String> names, String what) {
        String more = names.size() > NAMED ? " and " + Count.of(names.size() - NAMED, what) + " more" : "";
        return String.join(", ", names.stream().limit(NAMED).toList()) + more;
    }

    private static boolean isRoutine(TocEntry entry) {
        return entry.is("FUNCTION") || entry.is("PROCEDURE");
    }

    private static boolean mentions(TocEntry entry, String schema) {
        String definition = text(entry.definition());
        String word = "(?<![\\w$])" + Pattern.quote(schema) + "(?![\\w$])";
        if (isRoutine(entry)) {
            int body = definition.indexOf(BODY);
            String texts = body < 0 ? "" : definition.substring(body);
            String settings = String.join(
                    "",
                    SETTING.matcher(definition)
                            .results()
                            .map(found -> found.group())
                            .toList());
            return Pattern.compile(word).matcher(settings + texts).find();
        }
        return Pattern.compile("'(?:[^']*[^\\w$'])?" + Pattern.quote(schema) + "\"?\\.[^']*(?!" + TRACKED + ")'")
                .matcher(definition)
                .find();
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}
