package holdfast.cli;

import holdfast.cli.SourceArguments.Named;
import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.TableRecord;
import holdfast.source.postgres.DumpSelection;
import holdfast.source.postgres.DumpSelection.Choice;
import holdfast.source.postgres.DumpSelection.Content;
import holdfast.source.postgres.DumpSelection.Kind;
import holdfast.source.postgres.FittingPatterns;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.postgres.ServerDatabases;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.rows.NamePattern;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// Options for PostgreSQL databases, which mean what they mean to `pg_dump`.
final class PostgresOptionsGroup {
    private static final Duration LEAST_SILENCE = Duration.ofSeconds(5);

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "NUMBER",
            description = "Read with so many connections at the same time. Default: 2")
    private int jobs = PostgresOptions.DEFAULTS.readers();

    @Option(names = "--schema", paramLabel = "PATTERN", description = "Only these schemas, as in psql's \\d")
    private List<String> schemas = List.of();

    @Option(names = "--exclude-schema", paramLabel = "PATTERN", description = "Not these schemas")
    private List<String> excludedSchemas = List.of();

    @Option(names = "--table", paramLabel = "PATTERN", description = "Only these tables")
    private List<String> tables = List.of();

    @Option(names = "--exclude-table", paramLabel = "PATTERN", description = "Not these tables")
    private List<String> excludedTables = List.of();

    @Option(names = "--exclude-table-data", paramLabel = "PATTERN", description = "Not the rows of these tables")
    private List<String> excludedData = List.of();

    @Option(names = "--schema-only", description = "No rows")
    private boolean schemaOnly;

    @Option(names = "--data-only", description = "Nothing but rows")
    private boolean dataOnly;

    @Option(
            names = "--critical",
            paramLabel = "PATTERN",
            description = "Mark these tables: they are checked first and reported apart; may be repeated")
    private List<String> critical = List.of();

    @Option(
            names = "--all-databases",
            description = "Every database of the server that a URL leads to, each as if it had been named;"
                    + " templates, and those that take no connections, are left out")
    private boolean all;

    @Option(
            names = "--exclude-database",
            paramLabel = "PATTERN",
            description = "With --all-databases, not these; may be repeated")
    private List<String> excludedDatabases = List.of();

    @Option(
            names = "--silence-timeout",
            paramLabel = "TIME",
            description = "How long a PostgreSQL server may say nothing while rows are read; small questions get a"
                    + " fifth of it. Default: 10m")
    private Duration silence = PostgresOptions.DEFAULTS.silence();

    /// By path, what of the patterns fits each of all databases.
    private final Map<String, FittingPatterns> patterns = new HashMap<>();

    /// Has every server stand for its databases, if that is asked for.
    ///
    /// @param warn told what is left out
    List<Named> expand(List<Named> named, Consumer<String> warn) throws IOException {
        selection(); // refused before anybody is asked
        critical();
        if (!all) {
            if (!excludedDatabases.isEmpty()) {
                throw new HoldfastException.BadUsage(
                        "--exclude-database is given, and --all-databases is not", "add --all-databases");
            }
            return DatabasePlaces.distinct(named);
        }
        if (named.stream().noneMatch(Named.Database.class::isInstance)) {
            throw new HoldfastException.BadUsage(
                    "--all-databases is given, and no PostgreSQL server is named",
                    "name one: holdfast backup --all-databases postgresql://user@host");
        }
        List<NamePattern> excluded =
                excludedDatabases.stream().map(NamePattern::ofName).toList();
        List<Named> expanded = new ArrayList<>();
        for (Named source : named) {
            if (!(source instanceof Named.Database database)) {
                expanded.add(source);
                continue;
            }
            ServerDatabases databases =
                    ServerDatabases.of(database.target(), PostgresOptions.DEFAULTS.connectTimeout(), excluded);
            databases.leftOut().forEach(text -> warn.accept(Console.safe(text)));
            for (ConnectionTarget target : fitting(databases.targets(), warn)) {
                expanded.add(new Named.Database(target, true));
            }
        }
        return DatabasePlaces.distinct(expanded);
    }

    /// Those that have something of what is wanted, and may be read. That one of all has nothing of it
    /// is no mistake; that none has is.
    private List<ConnectionTarget> fitting(List<ConnectionTarget> targets, Consumer<String> warn) throws IOException {
        DumpSelection wanted = selection();
        Map<Choice, Set<String>> unfit = new LinkedHashMap<>();
        List<ConnectionTarget> fitting = new ArrayList<>();
        for (ConnectionTarget target : targets) {
            FittingPatterns one =
                    FittingPatterns.of(target, PostgresOptions.DEFAULTS.connectTimeout(), wanted, critical());
            if (target.equals(targets.getFirst())) {
                one.unfit().forEach(choice -> unfit.put(choice, new TreeSet<>()));
            }
            unfit.keySet().retainAll(one.unfit());
            unfit.values().forEach(names -> names.addAll(one.names()));
            patterns.put(PostgresSource.path(target), one);
            if (one.leavesNothing(wanted)) {
                warn.accept(Console.safe(
                        "database " + target.database() + " is left out: it has nothing of what is wanted"));
            } else {
                fitting.add(target);
            }
        }
        if (!unfit.isEmpty()) {
            Map.Entry<Choice, Set<String>> first = unfit.entrySet().iterator().next();
            throw FittingPatterns.inNone(first.getKey(), first.getValue());
        }
        return fitting;
    }

    private List<NamePattern> critical() {
        return critical.stream().map(NamePattern::of).toList();
    }

    private DumpSelection selection() {
        if (schemaOnly && dataOnly) {
            throw new HoldfastException.BadUsage(
                    "--schema-only and --data-only leave nothing to store", "give one of them, or neither");
        }
        List<Choice> choices = new ArrayList<>();
        schemas.forEach(pattern -> choices.add(new Choice(Kind.SCHEMA, pattern)));
        excludedSchemas.forEach(pattern -> choices.add(new Choice(Kind.EXCLUDE_SCHEMA, pattern)));
        tables.forEach(pattern -> choices.add(new Choice(Kind.TABLE, pattern)));
        excludedTables.forEach(pattern -> choices.add(new Choice(Kind.EXCLUDE_TABLE, pattern)));
        excludedData.forEach(pattern -> choices.add(new Choice(Kind.EXCLUDE_TABLE_DATA, pattern)));
        return new DumpSelection(choices, schemaOnly ? Content.SCHEMA : dataOnly ? Content.DATA : Content.ALL);
    }

    /// A sentence for each pattern of critical tables that no table fits.
    List<String> unmarked(Manifest manifest) {
        List<String> sentences = new ArrayList<>();
        for (String text : critical) {
            NamePattern pattern = NamePattern.of(text);
            boolean fits = manifest.sources().stream()
                    .flatMap(source -> source.tables().stream())
                    .filter(TableRecord::critical)
                    .anyMatch(table -> pattern.matchesDisplayed(table.name()));
            if (!fits) {
                sentences.add("no table fits --critical " + Console.safe(text) + ": none is marked by it");
            }
        }
        return sentences;
    }

    PostgresOptions options(ConnectionTarget target) {
        if (silence.compareTo(LEAST_SILENCE) < 0) {
            throw new HoldfastException.BadUsage(
                    "--silence-timeout is too short for any server",
                    "give at least " + LEAST_SILENCE.toSeconds() + "s");
        }
        FittingPatterns wanted = patterns.getOrDefault(
                PostgresSource.path(target), new FittingPatterns(selection(), critical(), List.of(), List.of()));
        PostgresOptions usual = PostgresOptions.DEFAULTS;
        return new PostgresOptions(
                Math.clamp(jobs, 1, 64),
                usual.connectTimeout(),
                usual.lockTimeout(),
                silence,
                wanted.selection(),
                wanted.critical());
    }
}
