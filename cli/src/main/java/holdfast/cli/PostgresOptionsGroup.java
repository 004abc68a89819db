package holdfast.cli;

import holdfast.source.postgres.PostgresOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Options for PostgreSQL databases, which mean what they mean to `pg_dump`.
final class PostgresOptionsGroup {
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

    PostgresOptions options() {
        List<String> selection = new ArrayList<>();
        schemas.forEach(pattern -> selection.add("--schema=" + pattern));
        excludedSchemas.forEach(pattern -> selection.add("--exclude-schema=" + pattern));
        tables.forEach(pattern -> selection.add("--table=" + pattern));
        excludedTables.forEach(pattern -> selection.add("--exclude-table=" + pattern));
        excludedData.forEach(pattern -> selection.add("--exclude-table-data=" + pattern));
        if (!selection.isEmpty()) {
            selection.add("--strict-names"); // a pattern that fits nothing is a mistake
        }
        if (schemaOnly) {
            selection.add("--schema-only");
        }
        if (dataOnly) {
            selection.add("--data-only");
        }
        PostgresOptions usual = PostgresOptions.DEFAULTS;
        return new PostgresOptions(Math.clamp(jobs, 1, 64), usual.connectTimeout(), usual.lockTimeout(), selection);
    }
}
