package holdfast.source.postgres.restore;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// How a database is restored. Immutable.
///
/// @param jobs sessions that restore at the same time
/// @param batchBytes of a table's rows that go in with one transaction
/// @param timeout for the whole
/// @param connectTimeout for each connection
/// @param maintenanceMemory the most that `maintenance_work_mem` is for what is made of rows, in
///     MiB; 0 leaves the server's own
/// @param content what of the dump
/// @param placement how it gets into the target
/// @param owners whether objects are given to their owners
/// @param privileges whether GRANTs are run
/// @param tablespaces whether objects go into the tablespaces they were in
/// @param checks what is verified afterwards
public record RestoreOptions(
        int jobs,
        long batchBytes,
        Duration timeout,
        Duration connectTimeout,
        int maintenanceMemory,
        Content content,
        Placement placement,
        boolean owners,
        boolean privileges,
        boolean tablespaces,
        Set<Check> checks) {
    private static final long MEBIBYTE = 1 << 20;

    /// @param schemas,tables patterns as psql's `\d` takes them; empty for all, or for the schemas
    ///     that get another name when there are some
    /// @param part which section
    /// @param names of schemas that get another one
    public record Content(List<String> schemas, List<String> tables, Part part, SchemaNames names) {
        public static final Content ALL = new Content(List.of(), List.of(), Part.ALL);

        public Content {
            schemas = schemas.isEmpty() && tables.isEmpty() ? names.patterns() : List.copyOf(schemas);
            tables = List.copyOf(tables);
        }

        /// Under the names that were backed up.
        public Content(List<String> schemas, List<String> tables, Part part) {
            this(schemas, tables, part, SchemaNames.NONE);
        }

        /// Whether not everything is wanted.
        public boolean selects() {
            return !schemas.isEmpty() || !tables.isEmpty();
        }
    }

    public enum Part {
        ALL,
        SCHEMA_ONLY,
        /// Into tables that are there; their rows stay.
        DATA_APPENDED,
        /// Into tables that are there; their rows go.
        DATA_REPLACED;

        boolean dataOnly() {
            return this == DATA_APPENDED || this == DATA_REPLACED;
        }
    }

    /// What may be done for it.
    ///
    /// @param create make the database when it is not there
    /// @param replace one that is filled gives way to the restored one, and is kept under another
    ///     name
    /// @param terminate end the sessions that are in the way
    /// @param acceptDamage what is whole is put in place although something of the backup is damaged
    public record Placement(boolean create, boolean replace, boolean terminate, boolean acceptDamage) {
        public Placement(boolean create, boolean replace, boolean terminate) {
            this(create, replace, terminate, false);
        }
    }

    /// What can be verified.
    public enum Check {
        /// Every blob's hash, and the number of rows the server took.
        CHECKSUM,
        /// Objects and their definitions.
        STRUCTURE,
        /// Foreign keys.
        RELATIONSHIPS,
        /// Checks, unique and exclusion constraints, indexes.
        CONSTRAINTS,
        /// Every table's rows, read again and compared with what was backed up.
        FINGERPRINTS
    }

    public static final RestoreOptions DEFAULTS = new RestoreOptions(
            2,
            64 * MEBIBYTE,
            Duration.ofHours(1),
            Duration.ofSeconds(20),
            256,
            Content.ALL,
            new Placement(false, false, false),
            true,
            true,
            true,
            EnumSet.allOf(Check.class));

    public RestoreOptions with(Placement other) {
        return with(content, other);
    }

    public RestoreOptions with(Content other) {
        return with(other, placement);
    }

    /// The same for a dump whose schemas have their new names.
    RestoreOptions withoutNames() {
        return with(new Content(content.schemas(), content.tables(), content.part()), placement);
    }

    private RestoreOptions with(Content newContent, Placement newPlacement) {
        return new RestoreOptions(
                jobs,
                batchBytes,
                timeout,
                connectTimeout,
                maintenanceMemory,
                newContent,
                newPlacement,
                owners,
                privileges,
                tablespaces,
                checks);
    }

    /// For what is made of rows.
    SortMemory memory() {
        return new SortMemory(maintenanceMemory);
    }

    public RestoreOptions {
        checks = Set.copyOf(checks);
    }
}
