package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.extract.ScratchFolder;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.restore.RestoreOptions;
import holdfast.source.postgres.selftest.SelftestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "selftest",
        description = {
            "Try the whole cycle on your own PostgreSQL server: a database is made there, backed up, damaged, restored,"
                    + " compared and dropped.",
            "The repository is a temporary folder. No other database of the server is touched; the role must be allowed"
                    + " to create databases."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast selftest postgresql://admin@db/postgres",
            "  DATABASE_URL=postgresql://... holdfast selftest"
        })
final class SelftestCommand implements Callable<Integer> {
    private static final String PASSWORD = "selftest";

    /// What `selftest --json` prints.
    record Document(String messageType, String status, List<Step> steps, List<String> differences) {}

    record Step(String name, double seconds) {}

    private interface Work {
        void run() throws IOException;
    }

    private final Session session;
    private final List<Step> steps = new ArrayList<>();

    @Parameters(arity = "0..1", paramLabel = "URL", description = "Any database of the server. Default: $DATABASE_URL")
    private String url = "";

    SelftestCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        ConnectionTarget server = session.environment().database(server());
        try (ScratchFolder folder = ScratchFolder.in(Operations.scratch(session), "holdfast-selftest-");
                SelftestDatabase database = SelftestDatabase.create(
                        server,
                        RestoreOptions.DEFAULTS.connectTimeout(),
                        session.clock().instant())) {
            return cycle(database, folder.path());
        }
    }

    private String server() {
        String chosen = url.isEmpty() ? session.environment().databaseUrl().orElse("") : url;
        if (!DatabaseWish.isUrl(chosen)) {
            throw new HoldfastException.BadUsage(
                    "a self-test needs a PostgreSQL server" + (chosen.isEmpty() ? "" : ", and this names none"),
                    "name one: holdfast selftest postgresql://USER@HOST/DATABASE");
        }
        return chosen;
    }

    private int cycle(SelftestDatabase database, Path folder) throws IOException {
        Map<String, String> before = database.content();
        step("backup", () -> {
            type(database, folder, "init");
            type(database, folder, "backup", "postgresql:///" + database.name());
        });
        step("damage", database::wreck);
        if (database.content().equals(before)) {
            throw new IllegalStateException("the damage did none");
        }
        step("restore", () -> type(database, folder, "restore", "--yes", "--terminate-connections"));
        List<String> differences = new ArrayList<>();
        step("compare", () -> {
            Map<String, String> after = database.content();
            before.forEach((part, content) -> {
                if (!content.equals(after.get(part))) {
                    differences.add(part);
                }
            });
        });
        Console console = session.console();
        differences.forEach(part -> console.warn(part + " is not what it was"));
        console.line(
                differences.isEmpty()
                        ? console.paint(Console.Style.GOOD, "passed") + ": all " + before.size()
                                + " parts are what they were before the damage"
                        : "failed");
        console.document(new Document("selftest", differences.isEmpty() ? "passed" : "failed", steps, differences));
        return differences.isEmpty() ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private void step(String name, Work work) throws IOException {
        long start = System.nanoTime();
        work.run();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        steps.add(new Step(name, took.toMillis() / 1000.0));
        session.console().line(name + ": done in " + Durations.format(took));
    }

    /// Runs a command as if it had been typed, against a repository of its own.
    private void type(SelftestDatabase database, Path folder, String... words) throws IOException {
        World here = session.world();
        Map<String, String> variables = new HashMap<>(database.target().libpqEnvironment());
        for (String kept : List.of("NO_COLOR", "TERM", "TMPDIR", "PATH", "HOME")) {
            String value = here.variables().get(kept);
            if (value != null) {
                variables.put(kept, value);
            }
        }
        variables.put("HOLDFAST_REPOSITORY", folder.resolve("repository").toString());
        variables.put("HOLDFAST_PASSWORD", PASSWORD);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            World there = new World(variables, here.terminal(), out, out, folder, here.clock(), here.zone());
            int code = Main.run(there, () -> false, words);
            if (code != ExitCode.DONE) {
                throw new HoldfastException.Failed(
                        "the self-test failed at '" + words[0] + "' with exit code " + code + ": "
                                + said.toString(StandardCharsets.UTF_8).strip().replace("\n", "; "),
                        "what was made for it is dropped again");
            }
        }
    }
}
