package holdfast.source.postgres;

import holdfast.source.postgres.rows.NamePattern;
import java.time.Duration;
import java.util.List;

/// How a database is read.
///
/// @param readers connections that read rows at the same time
/// @param connectTimeout for each connection
/// @param lockTimeout how long to wait for a table that somebody has locked exclusively
/// @param selection options of `pg_dump` that choose what is stored, such as `--schema=app`
/// @param critical tables that are marked as such
public record PostgresOptions(
        int readers,
        Duration connectTimeout,
        Duration lockTimeout,
        List<String> selection,
        List<NamePattern> critical) {
    public static final PostgresOptions DEFAULTS =
            new PostgresOptions(2, Duration.ofSeconds(20), Duration.ofSeconds(60), List.of());

    public PostgresOptions {
        selection = List.copyOf(selection);
        critical = List.copyOf(critical);
    }

    /// One without critical tables.
    public PostgresOptions(int readers, Duration connectTimeout, Duration lockTimeout, List<String> selection) {
        this(readers, connectTimeout, lockTimeout, selection, List.of());
    }
}
