package holdfast.cli;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/// What the environment variables say: the only place that reads them. An empty variable counts as
/// not set. Where Holdfast and restic have a variable for the same thing, Holdfast's goes first.
final class Environment {
    private static final int USUAL_RETENTION_DAYS = 30;

    /// What the driver writes is in its exceptions too, and ours say it better.
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    private final Map<String, String> variables;
    /// within the names of the variables of a repository: empty, or `_FROM`
    private final String which;

    Environment(Map<String, String> variables) {
        this(variables, "");
    }

    private Environment(Map<String, String> variables, String which) {
        this.variables = Map.copyOf(variables);
        this.which = which;
    }

    /// The same, but speaking of the repository that snapshots are copied from:
    /// `HOLDFAST_FROM_REPOSITORY` and so on.
    Environment ofSource() {
        return new Environment(variables, "_FROM");
    }

    /// What the options of that repository have in front: nothing, or `from-`.
    String optionPrefix() {
        return which.isEmpty() ? "" : "from-";
    }

    /// As [#optionPrefix] for variables: nothing, or `FROM_`.
    String variablePrefix() {
        return which.isEmpty() ? "" : "FROM_";
    }

    /// Empty when it is not set, or set to nothing.
    Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    /// The first that is set.
    private Optional<String> first(List<String> names) {
        return names.stream().flatMap(name -> variable(name).stream()).findFirst();
    }

    Optional<String> repository() {
        return first(List.of("HOLDFAST" + which + "_REPOSITORY", "RESTIC" + which + "_REPOSITORY"));
    }

    /// A file that holds the repository's location.
    Optional<String> repositoryFile() {
        return first(List.of("HOLDFAST" + which + "_REPOSITORY_FILE", "RESTIC" + which + "_REPOSITORY_FILE"));
    }

    /// Where backups go when no repository is named.
    String backupFolder() {
        return variable("BACKUP_DIR").orElse("./backups");
    }

    /// Where the password comes from.
    ///
    /// @param prefix `HOLDFAST` or `RESTIC`, with `_FROM` for the repository that is copied from
    record PasswordVariables(String prefix, Optional<String> value, Optional<String> file, Optional<String> command) {
        boolean any() {
            return value.isPresent() || file.isPresent() || command.isPresent();
        }

        @Override
        public String toString() {
            return prefix + "_PASSWORD…";
        }
    }

    /// Holdfast's variables if any of them is set, else restic's.
    PasswordVariables password() {
        PasswordVariables own = password("HOLDFAST" + which);
        return own.any() ? own : password("RESTIC" + which);
    }

    private PasswordVariables password(String prefix) {
        return new PasswordVariables(
                prefix,
                variable(prefix + "_PASSWORD"),
                variable(prefix + "_PASSWORD_FILE"),
                variable(prefix + "_PASSWORD_COMMAND"));
    }

    /// A database as libpq finds it: what the URL leaves open is said by the variables `PG…`;
    /// behind a pooler that gives every transaction another session, the server itself.
    ConnectionTarget database(String url) {
        DRIVER.setLevel(Level.OFF);
        ConnectionTarget target = named(url);
        return target.direct().orElse(target);
    }

    private ConnectionTarget named(String url) {
        return ConnectionTarget.of(url, variables);
    }

    /// Where programs are.
    String searchPath() {
        return variable("PATH").orElse("");
    }

    /// A second database, to restore into.
    Optional<String> databaseBackupUrl() {
        return variable("DATABASE_BACKUP_URL");
    }

    /// What to back up when the command line names nothing; may contain a password, so it is never
    /// shown whole.
    Optional<String> databaseUrl() {
        return variable("DATABASE_URL");
    }

    /// For how many days backups are kept when nothing else is said.
    ///
    /// @throws HoldfastException.BadUsage when the variable is no number above zero
    int retentionDays() {
        return variable("BACKUP_RETENTION_DAYS").map(Environment::days).orElse(USUAL_RETENTION_DAYS);
    }

    private static int days(String text) {
        if (text.matches("[1-9]\\d{0,4}")) {
            return Integer.parseInt(text);
        }
        throw new HoldfastException.BadUsage(
                "BACKUP_RETENTION_DAYS is no number of days: " + text, "set it to 1 or more, for instance 30");
    }

    /// Holdfast cannot store on S3 yet. Leaving a copy out silently would be worse than not
    /// starting.
    ///
    /// @throws HoldfastException.BadUsage when such a copy is asked for
    void refuseWhatIsNotSupported() {
        if (variable("BACKUP_S3_BUCKET").isPresent()) {
            throw new HoldfastException.BadUsage(
                    "BACKUP_S3_BUCKET is set, but this version of Holdfast cannot store on S3",
                    "unset it to store in a folder only");
        }
    }

    Optional<String> slackWebhook() {
        return variable("SLACK_WEBHOOK_URL");
    }

    Optional<String> temporaryFolder() {
        return variable("TMPDIR");
    }

    /// Who runs this, as it is recorded; the name behind `sudo` when there is one.
    Optional<String> operator() {
        return first(List.of("HOLDFAST_OPERATOR", "SUDO_USER", "USER", "LOGNAME"));
    }

    /// A label such as `production`, recorded with every backup.
    Optional<String> environmentLabel() {
        return first(List.of("HOLDFAST_ENVIRONMENT", "ENVIRONMENT"));
    }

    /// See <https://no-color.org>.
    boolean noColour() {
        return variable("NO_COLOR").isPresent()
                || variable("TERM").filter("dumb"::equals).isPresent();
    }

    /// Never the values: some are secrets.
    @Override
    public String toString() {
        return "environment of " + variables.size() + " variables";
    }
}
