package holdfast.cli;

import holdfast.cli.OptionValues.Bytes;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.restore.RestoreOptions;
import holdfast.source.postgres.restore.RestoreOptions.Check;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import holdfast.source.postgres.restore.SchemaNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/// Options for restoring PostgreSQL databases into servers.
final class DatabaseOptionsGroup {
    @Spec(Spec.Target.MIXEE)
    @Nullable
    private CommandSpec command;

    @Spec(Spec.Target.SELF)
    @Nullable
    private CommandSpec group;

    @Option(names = "--create", description = "Make the database when it is not there")
    private boolean create;

    @Option(names = "--terminate-connections", description = "End the sessions that have the database open")
    private boolean terminate;

    @Option(names = "--schema", paramLabel = "PATTERN", description = "Only these schemas, as in psql's \\d")
    private List<String> schemas = List.of();

    @Option(
            names = "--table",
            paramLabel = "PATTERN",
            description = "Only these tables, with their indexes, constraints, triggers and sequences")
    private List<String> tables = List.of();

    @Option(
            names = "--remap-schema",
            paramLabel = "OLD:NEW",
            description = "Restore the schema OLD under the name NEW, beside the one that is there; may be repeated."
                    + " Without --schema and --table nothing else is restored")
    private List<String> names = List.of();

    @Option(names = "--schema-only", description = "No rows")
    private boolean schemaOnly;

    @Option(names = "--data-only", description = "Only rows, into tables that are there: with --truncate or --append")
    private boolean dataOnly;

    @Option(names = "--truncate", description = "With --data-only: the rows that are there go")
    private boolean truncate;

    @Option(
            names = "--safety-schema",
            description = "With --truncate: first keep these rows in the database itself, in a schema"
                    + " restore_safety_YYYYMMDDHHMMSS, from which 'holdfast stash restore' brings them back")
    private boolean safetySchema;

    @Option(names = "--append", description = "With --data-only: the rows that are there stay")
    private boolean append;

    @Option(names = "--no-owner", description = "Everything belongs to the role that restores")
    private boolean noOwner;

    @Option(names = "--no-privileges", description = "Grant no rights")
    private boolean noPrivileges;

    @Option(names = "--no-tablespaces", description = "Everything into the database's own tablespace")
    private boolean noTablespaces;

    @Option(
            names = "--mask",
            paramLabel = "FILE[#PROFILE]",
            description =
                    "Mask rows on their way by this profile (docs/MASKING.md): the target never holds a clear value"
                            + " of a masked column, and is searched for them. Needs a --target")
    private String mask = "";

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "NUMBER",
            description = "Restore with so many connections at the same time. Default: the number of processors")
    private int jobs = Math.max(2, Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--batch-size",
            paramLabel = "SIZE",
            description = "Rows of a table go in by transactions of this size. Default: 64MiB")
    private Bytes batch = new Bytes(RestoreOptions.DEFAULTS.batchBytes());

    @Option(names = "--timeout", paramLabel = "TIME", description = "For the whole restore. Default: 1h")
    private Duration timeout = RestoreOptions.DEFAULTS.timeout();

    @Option(
            names = "--maintenance-work-mem",
            paramLabel = "SIZE",
            description =
                    "The most memory of the server for each index that is made; less is used where that is faster."
                            + " 0B leaves its own setting. Default: 256MiB")
    private Bytes memory = new Bytes((long) RestoreOptions.DEFAULTS.maintenanceMemory() << 20);

    @Option(
            names = "--verify",
            split = ",",
            paramLabel = "CHECK",
            description = "What to verify afterwards: checksum, structure, relationships, constraints, fingerprints."
                    + " Default: all")
    @Nullable
    private Set<Check> verify;

    @Option(
            names = "--queries",
            paramLabel = "FILE",
            description = "Run these queries on the restored database; '-- expect: TEXT' above each says its result")
    @Nullable
    private Path queries;

    @Option(
            names = "--run-after",
            paramLabel = "COMMAND",
            description = "Then run this, for instance a migration; DATABASE_URL and PG* lead to the restored database")
    private String runAfter = "";

    @Option(
            names = "--evidence",
            paramLabel = "FILE",
            description = "With --mask: write what was masked, looked for and found into this file, as JSON")
    @Nullable
    private Path evidence;

    @Option(names = "--log", paramLabel = "FILE", description = "Write what happens into this file")
    @Nullable
    private Path log;

    /// The file and the profile in it; empty for none.
    String mask() {
        return mask;
    }

    @Nullable
    Path queries() {
        return queries;
    }

    @Nullable
    Path evidence() {
        return evidence;
    }

    @Nullable
    Path log() {
        return log;
    }

    boolean safetySchema() {
        return safetySchema;
    }

    String runAfter() {
        return runAfter;
    }

    /// Those of these options that the command line has.
    List<String> given() {
        ParseResult parsed = Objects.requireNonNull(command).commandLine().getParseResult();
        return Objects.requireNonNull(group).options().stream()
                .filter(option -> parsed.hasMatchedOption(option.longestName()))
                .map(OptionSpec::longestName)
                .sorted()
                .toList();
    }

    /// @param options that are given, and that nothing comes of
    static HoldfastException.BadUsage useless(List<String> options) {
        return new HoldfastException.BadUsage(
                String.join(", ", options) + (options.size() == 1 ? " is" : " are")
                        + " for restores into databases of PostgreSQL, and nothing goes into one",
                "leave it out, or name one by --target postgresql://HOST/NAME");
    }

    /// Whether something is asked for that only a restore into a server can do.
    void requireServer(boolean intoServer) {
        if (!intoServer && mask.isEmpty() && !given().isEmpty()) {
            throw useless(given());
        }
        if (!names.isEmpty() && !mask.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "--remap-schema and --mask do not go together", "mask into a database of its own");
        }
    }

    /// @param replace whether a filled database may be replaced
    /// @param verifyAnything false for `--no-verify`
    RestoreOptions options(boolean replace, boolean inPlace, boolean verifyAnything, boolean acceptDamage) {
        Set<Check> checks =
                !verifyAnything ? EnumSet.noneOf(Check.class) : verify == null ? EnumSet.allOf(Check.class) : verify;
        return new RestoreOptions(
                Math.clamp(jobs, 1, 64),
                Math.max(1, batch.count()),
                timeout,
                RestoreOptions.DEFAULTS.connectTimeout(),
                (int) (memory.count() >> 20),
                new Content(schemas, tables, part(), SchemaNames.of(names)),
                new Placement(create || inPlace, replace, terminate, acceptDamage),
                !noOwner,
                !noPrivileges,
                !noTablespaces,
                checks);
    }

    private Part part() {
        if (schemaOnly && dataOnly) {
            throw new HoldfastException.BadUsage("--schema-only and --data-only leave nothing", "choose one");
        }
        if (dataOnly && truncate == append) {
            throw new HoldfastException.BadUsage(
                    "--data-only needs to know what becomes of the rows that are there",
                    "add --truncate to replace them, or --append to keep them");
        }
        if (!dataOnly && (truncate || append)) {
            throw new HoldfastException.BadUsage(
                    (truncate ? "--truncate" : "--append") + " is for --data-only", "add --data-only");
        }
        if (safetySchema && !truncate) {
            throw new HoldfastException.BadUsage(
                    "--safety-schema is for rows that go by --data-only --truncate",
                    "leave it out: what any other restore replaces stays under another name");
        }
        if (dataOnly) {
            return truncate ? Part.DATA_REPLACED : Part.DATA_APPENDED;
        }
        return schemaOnly ? Part.SCHEMA_ONLY : Part.ALL;
    }
}
