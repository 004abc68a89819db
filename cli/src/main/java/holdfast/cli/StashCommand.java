package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.cli.console.Table;
import holdfast.model.Count;
import holdfast.model.Fingerprint;
import holdfast.source.postgres.stash.Stash;
import holdfast.source.postgres.stash.StashRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The commands around in-database copies; each is a class of its own.
@Command(
        name = "stash",
        description = {
            "Copy the tables that matter into a schema of the same PostgreSQL database, and bring them back.",
            "",
            "For the minutes around a migration: no repository, no transfer. It is no backup, since it is lost with"
                    + " the database."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast stash create --table orders --table 'billing.*' --label before-migration",
            "  holdfast stash list",
            "  holdfast stash restore --label before-migration --dry-run",
            "  holdfast stash drop --older-than 7d"
        })
final class StashCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /// What it takes with its own commands, for [Commands].
    static List<Object> parts(Session session) {
        return List.of(
                new CreateStash(session),
                new ListStashes(session),
                new StashRestoreCommand(session),
                new StashDropCommand(session));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say what to do with in-database copies: create, list, restore or drop");
    }

    /// A stash as `--json` tells of it.
    record StashDocument(
            String name,
            Instant createdAt,
            String label,
            String operator,
            String owner,
            boolean trusted,
            boolean safety,
            long rows,
            long bytes,
            List<TableDocument> tables) {
        static StashDocument of(Stash stash) {
            return new StashDocument(
                    stash.name(),
                    stash.createdAt(),
                    stash.label(),
                    stash.operator(),
                    stash.owner(),
                    stash.trusted(),
                    stash.safety(),
                    stash.rows(),
                    stash.bytes(),
                    stash.tables().stream()
                            .map(table -> new TableDocument(
                                    table.original().schema(),
                                    table.original().table(),
                                    table.copy(),
                                    table.rows(),
                                    table.fingerprint()))
                            .toList());
        }
    }

    record TableDocument(String schema, String table, String copy, long rows, Fingerprint fingerprint) {}

    @Command(
            name = "create",
            description = {
                "Copy tables into a new schema backup_YYYYMMDDHHMMSS, in one transaction.",
                "",
                "Rows are counted and fingerprinted in original and copy; only what is equal is kept. A partitioned"
                        + " table is copied as a whole. Others go on reading and writing."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  holdfast stash create --table orders --table customers --label before-migration",
                "  holdfast stash create postgresql://app@db.example.org/shop --schema billing",
                "  holdfast stash create --table '*' --json"
            })
    static final class CreateStash implements Callable<Integer> {
        /// What `stash create --json` prints.
        record Created(String messageType, StashDocument stash) {}

        private final Session session;

        @Parameters(
                arity = "0..1",
                paramLabel = "DATABASE",
                description = "postgresql://USER@HOST/DATABASE. Default: $DATABASE_URL")
        private String database = "";

        @Option(
                names = "--table",
                paramLabel = "PATTERN",
                description = "Tables to copy, as in psql's \\d; may be repeated")
        private List<String> tables = new ArrayList<>();

        @Option(
                names = "--schema",
                paramLabel = "PATTERN",
                description = "All tables of these schemas, or only of these those that --table names")
        private List<String> schemas = new ArrayList<>();

        @Option(names = "--label", paramLabel = "TEXT", description = "For instance before-migration")
        private String label = "";

        @Mixin
        private final StashOptions options = new StashOptions();

        CreateStash(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            StashRequest request = new StashRequest(tables, schemas, label, StashOptions.operator(session));
            Stash stash = options.open(session, database).create(request);
            Console console = session.console();
            console.line("stashed " + Count.of(stash.tables().size(), "table") + ", " + Count.of(stash.rows(), "row")
                    + ", " + Sizes.format(stash.bytes()) + " as " + stash.name());
            console.note("'holdfast stash restore " + stash.name() + "' brings them back");
            console.document(new Created("stash_created", StashDocument.of(stash)));
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "list",
            description = "List the in-database copies, oldest first.",
            footerHeading = "%nExamples:%n",
            footer = {"  holdfast stash list", "  holdfast stash list postgresql://app@db.example.org/shop --json"})
    static final class ListStashes implements Callable<Integer> {
        /// What `stash list --json` prints.
        record Listed(String messageType, List<StashDocument> stashes) {}

        private final Session session;

        @Parameters(
                arity = "0..1",
                paramLabel = "DATABASE",
                description = "postgresql://USER@HOST/DATABASE. Default: $DATABASE_URL")
        private String database = "";

        @Mixin
        private final StashOptions options = new StashOptions();

        ListStashes(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            List<Stash> stashes = options.open(session, database).list();
            Console console = session.console();
            if (stashes.isEmpty()) {
                console.line("no stashes");
            } else {
                table(session, stashes).lines().forEach(console::line);
            }
            console.document(new Listed(
                    "stashes", stashes.stream().map(StashDocument::of).toList()));
            return ExitCode.DONE;
        }
    }

    static Table table(Session session, List<Stash> stashes) {
        Instant now = session.clock().instant();
        Table table = new Table("Name", "Label", ">Age", "Tables", ">Rows", ">Size", "By");
        for (Stash stash : stashes) {
            table.row(
                    stash.name(),
                    Console.safe(stash.label()),
                    Durations.rough(Duration.between(stash.createdAt(), now)),
                    String.join(
                            "\n",
                            stash.tables().stream()
                                    .map(one -> Console.safe(one.original().toString()))
                                    .toList()),
                    Long.toString(stash.rows()),
                    Sizes.format(stash.bytes()),
                    Console.safe(stash.operator())
                            + (stash.trusted() ? "" : " (as " + Console.safe(stash.owner()) + ")"));
        }
        return table;
    }
}
