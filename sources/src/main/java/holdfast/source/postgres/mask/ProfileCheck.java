package holdfast.source.postgres.mask;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Compares a profile with the tables it is meant for. Used by one thread.
final class ProfileCheck {
    private final MaskProfile profile;
    private final Map<TableName, TableColumns> tables =
            new TreeMap<>(Comparator.comparing(TableName::schema).thenComparing(TableName::table));
    private final Map<TableName, Map<String, ColumnRule>> rules = new HashMap<>();
    private final Problems problems = new Problems();

    ProfileCheck(MaskProfile profile, List<TableColumns> all) {
        this.profile = profile;
        for (TableColumns table : all) {
            tables.put(table.name(), table);
            rules.put(table.name(), profile.rules(table.name(), table.ancestors()));
        }
    }

    List<Problem> run(String encoding) {
        encoding(encoding);
        names();
        tables.values().forEach(this::table);
        return problems.list();
    }

    /// Tables without columns are known by their name only. What is generated is in no row, so only
    /// masked columns are looked for.
    List<Problem> runNames(String encoding) {
        encoding(encoding);
        profile.parsed().rules().forEach((name, columns) -> {
            TableColumns table = known(name, profile.parsed().tablePlaces().getOrDefault(name, ""));
            if (table != null && !table.columns().isEmpty()) {
                columns.forEach((column, rule) -> knownColumn(table, column, rule.place()));
            }
        });
        profile.parsed().unmasked().forEach((one, place) -> known(one.table(), place));
        return problems.list();
    }

    private void encoding(String encoding) {
        if (!encoding.equals(MaskProfile.ENCODING)) {
            problems.error(
                    profile.parsed().place(),
                    "rows encoded in " + encoding + " cannot be masked",
                    "back up with client_encoding " + MaskProfile.ENCODING);
        }
    }

    private void names() {
        profile.parsed().rules().forEach((name, columns) -> {
            String place = profile.parsed().tablePlaces().getOrDefault(name, "");
            TableColumns table = known(name, place);
            if (table != null) {
                columns.forEach((column, rule) -> knownColumn(table, column, rule.place()));
            }
        });
        profile.parsed().unmasked().forEach((one, place) -> {
            TableColumns table = known(one.table(), place);
            if (table != null && !one.column().isEmpty()) {
                knownColumn(table, one.column(), place);
                if (rules.getOrDefault(one.table(), Map.of()).containsKey(one.column())) {
                    problems.error(
                            place, one.column() + " of " + one.table() + " is masked and declared unmasked", "choose");
                }
            }
        });
    }

    private @Nullable TableColumns known(TableName name, String place) {
        TableColumns table = tables.get(name);
        if (table == null) {
            Set<String> all = tables.keySet().stream().map(TableName::toString).collect(Collectors.toSet());
            problems.error(
                    place, "there is no table " + name, Nearest.hint(name.toString(), all, "write schema.table"));
        }
        return table;
    }

    private void knownColumn(TableColumns table, String column, String place) {
        if (table.column(column).isEmpty()) {
            Set<String> all = table.columns().stream()
                    .map(TableColumns.Column::name)
                    .collect(Collectors.toCollection(TreeSet::new));
            problems.error(
                    place,
                    "the table " + table.name() + " has no column " + TableName.quoted(column),
                    Nearest.hint(column, all, "it has " + all.stream().limit(20).collect(Collectors.joining(", "))));
        }
    }

    private void table(TableColumns table) {
        Map<String, ColumnRule> own = rules.getOrDefault(table.name(), Map.of());
        own.forEach((name, rule) -> table.column(name).ifPresent(column -> column(table, column, rule)));
        table.uniques().forEach(unique -> unique(table, unique, own));
        table.foreignKeys().forEach(key -> foreignKey(table, key, own));
    }

    private void column(TableColumns table, TableColumns.Column column, ColumnRule rule) {
        String what = named(table, column.name());
        if (column.generated()) {
            problems.error(rule.place(), what + " is generated", "mask the columns it is computed from instead");
            return;
        }
        if (column.partitionKey()) {
            problems.error(
                    rule.place(),
                    what + " decides in which partition a row lies",
                    "leave it out, or mask another column");
        }
        RuleFit.misfit(rule.rule(), ColumnType.of(column.type()), column.notNull())
                .ifPresent(misfit -> problems.error(rule.place(), what + " " + misfit.what(), misfit.hint()));
        String by = rule.rule().by();
        if (!by.isEmpty()) {
            knownColumn(table, by, rule.place());
            if (table.column(by).map(TableColumns.Column::generated).orElse(false)) {
                problems.error(rule.place(), named(table, by) + " is generated", "name another column in by:");
            }
        }
    }

    private void unique(TableColumns table, TableColumns.Unique unique, Map<String, ColumnRule> own) {
        for (String name : unique.columns()) {
            ColumnRule rule = own.get(name);
            if (rule == null || rule.rule() instanceof Rule.Null) {
                continue;
            }
            boolean shuffled = rule.rule() instanceof Rule.Shuffle;
            String what = named(table, name) + " is unique (" + unique.name() + ")";
            if (unique.columns().size() == 1 && !rule.rule().keepsApart()) {
                problems.error(
                        rule.place(),
                        what + " but the rule " + rule.rule().key() + " can give two rows the same value",
                        "shuffle, fake-email, and hash of 20 digits or more keep values apart");
            } else if (!rule.rule().keepsApart() || (shuffled && unique.expression())) {
                problems.warning(
                        rule.place(),
                        what + " together with other columns or by an expression; masked rows may collide",
                        "");
            }
        }
    }

    private void foreignKey(TableColumns table, TableColumns.ForeignKey key, Map<String, ColumnRule> own) {
        Map<String, ColumnRule> others = rules.get(key.referenced());
        if (others == null) {
            return;
        }
        for (int i = 0; i < key.columns().size(); i++) {
            String name = key.columns().get(i);
            String referenced = key.referencedColumns().get(i);
            ColumnRule rule = own.get(name);
            ColumnRule other = others.get(referenced);
            boolean detached = rule != null && rule.rule() instanceof Rule.Null;
            if (!detached && (rule != null || other != null)) {
                pair(key, named(table, name), typeOf(table.name(), name), rule, other, referenced);
            }
        }
    }

    private void pair(
            TableColumns.ForeignKey key,
            String what,
            String type,
            @Nullable ColumnRule rule,
            @Nullable ColumnRule other,
            String referenced) {
        String partner = key.referenced() + "." + TableName.quoted(referenced);
        String place = rule != null ? rule.place() : other != null ? other.place() : "";
        String wrong = "";
        if (rule == null || other == null) {
            wrong = " of which only one is masked";
        } else if (!rule.like(other)) {
            wrong = " which are masked in different ways";
        } else if (!type.equals(typeOf(key.referenced(), referenced))) {
            wrong = " whose types differ, so that the same value is masked differently";
        } else if (!rule.rule().by().isEmpty()) {
            wrong = " whose masked values depend on another column";
        }
        if (!wrong.isEmpty()) {
            problems.error(
                    place,
                    what + " refers to " + partner + " (" + key.name() + "):" + wrong,
                    "give both the same rule, options and domain, or neither");
        }
    }

    private String typeOf(TableName table, String column) {
        return Optional.ofNullable(tables.get(table))
                .flatMap(one -> one.column(column))
                .map(TableColumns.Column::type)
                .orElse("");
    }

    private static String named(TableColumns table, String column) {
        return Stream.of(table.name().toString(), TableName.quoted(column)).collect(Collectors.joining("."));
    }
}
