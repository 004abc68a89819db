package holdfast.source.postgres;

import holdfast.source.postgres.rows.NamePattern;
import java.time.Duration;
import java.util.List;

/// How a database is read.
///
/// @param readers connections that read rows at the same time
/// @param connectTimeout for each connection
/// @param lockTimeout how long to wait for a table that somebody has locked exclusively
/// @param silence how long the server may say nothing while rows are read, or show no sign that it
///     works for `pg_dump`
/// @param selection what is stored
/// @param critical tables that are marked as such
public record PostgresOptions(
        int readers,
        Duration connectTimeout,
        Duration lockTimeout,
        Duration silence,
        DumpSelection selection,
        List<NamePattern> critical) {
    public static final PostgresOptions DEFAULTS =
            new PostgresOptions(2, Duration.ofSeconds(20), Duration.ofSeconds(60), DumpSelection.EVERYTHING);

    private static final int ANSWERS_IN_SILENCE = 5;
    private static final Duration LONGEST_ABSENCE = Duration.ofMinutes(1);

    public PostgresOptions {
        critical = List.copyOf(critical);
    }

    /// One without critical tables, and with ten minutes of silence.
    public PostgresOptions(int readers, Duration connectTimeout, Duration lockTimeout, DumpSelection selection) {
        this(readers, connectTimeout, lockTimeout, Duration.ofMinutes(10), selection, List.of());
    }

    public PostgresOptions withSilence(Duration time) {
        return new PostgresOptions(readers, connectTimeout, lockTimeout, time, selection, critical);
    }

    /// How long the server may take to answer a question, such as for the sizes of all tables. Two
    /// minutes unless `silence` is another than the usual one.
    Duration answerTimeout() {
        return silence.dividedBy(ANSWERS_IN_SILENCE);
    }

    /// How long a server may be away that was there before.
    Duration absence() {
        return silence.compareTo(LONGEST_ABSENCE) < 0 ? silence : LONGEST_ABSENCE;
    }
}
