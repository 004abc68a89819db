package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import holdfast.repository.Client;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.stash.StashChoice;
import holdfast.source.postgres.stash.Stashes;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/// What all commands around in-database copies take.
final class StashOptions {
    @Option(
            names = "--lock-timeout",
            paramLabel = "TIME",
            description = "How long to wait for tables that others have locked. Default: 60s")
    private Duration lockTimeout = Stashes.Options.DEFAULTS.lockTimeout();

    /// @param database as it was given; empty for the environment's
    Stashes open(Session session, String database) {
        String url = database.isEmpty()
                ? session.environment()
                        .databaseUrl()
                        .orElseThrow(() -> new HoldfastException.BadUsage(
                                "no database is named and DATABASE_URL is not set",
                                "name it: postgresql://USER@HOST/DATABASE"))
                : database;
        if (!isDatabase(url)) {
            throw new HoldfastException.BadUsage(
                    (database.isEmpty() ? "DATABASE_URL" : "'" + Console.safe(database) + "'")
                            + " is no PostgreSQL database, and only there tables can be stashed",
                    "name one: postgresql://USER@HOST/DATABASE; a SQLite database is saved by 'holdfast backup'");
        }
        ConnectionTarget target = session.environment().database(url);
        target.aroundPooler().ifPresent(session.console()::remark);
        Stashes.Options options = new Stashes.Options(Stashes.Options.DEFAULTS.connectTimeout(), lockTimeout);
        return new Stashes(
                target, options, session.clock(), text -> session.console().note(Console.safe(text)));
    }

    static boolean isDatabase(String word) {
        return word.startsWith("postgres://") || word.startsWith("postgresql://");
    }

    /// Which stash and which database the words of a command mean, in either order.
    ///
    /// @param name of the stash, or `latest`; empty when it was not given
    /// @param database empty when it was not given
    record Words(String name, String database) {
        static Words of(List<String> words) {
            String name = "";
            String database = "";
            for (String word : words) {
                if (isDatabase(word) && database.isEmpty()) {
                    database = word;
                } else if (!isDatabase(word) && name.isEmpty()) {
                    name = word;
                } else {
                    throw new HoldfastException.BadUsage(
                            "one stash and one database is enough", "leave out what is too many");
                }
            }
            return new Words(name, database);
        }

        /// @param label empty when none was given
        StashChoice choice(String label) {
            if (!label.isEmpty() && !name.isEmpty()) {
                throw new HoldfastException.BadUsage(
                        "a stash is named and a label is given", "either of them says which stash is meant");
            }
            if (name.isEmpty() && label.isEmpty()) {
                throw new HoldfastException.BadUsage(
                        "nothing says which stash is meant", "name it, or say latest, or --label TEXT");
            }
            return name.isEmpty() || name.equals("latest")
                    ? new StashChoice.Latest(label)
                    : new StashChoice.Named(name);
        }
    }

    /// Who is recorded.
    static String operator(Session session) {
        return session.environment().operator().orElse(Client.current().user());
    }
}
