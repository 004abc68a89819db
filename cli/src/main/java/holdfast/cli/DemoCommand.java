package holdfast.cli;

import holdfast.cli.demo.Demo;
import holdfast.extract.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "Watch the whole cycle on made-up data, in a temporary folder: a shop's database and its uploads are backed"
                    + " up while somebody writes, changed, backed up again, wrecked, restored and compared.",
            "Needs no repository and touches nothing of yours."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  holdfast demo", "  holdfast demo --keep        leave the folder behind to look around"})
final class DemoCommand implements Callable<Integer> {
    private static final String PREFIX = "holdfast-demo-";

    private final Session session;

    @Option(names = "--keep", description = "Leave the demo's folder behind")
    private boolean keep;

    @Option(names = "--orders", paramLabel = "N", description = "Orders in the shop. Default: 120000")
    private int orders = 120_000;

    @Option(names = "--seed", paramLabel = "N", description = "Make other data")
    private long seed = 1;

    DemoCommand(Session session) {
        this.session = session;
    }

    /// Runs a command in the demo's folder, as if it had been typed there.
    private int type(Path folder, List<String> words) {
        World here = session.world();
        Map<String, String> variables = new HashMap<>();
        for (String kept : List.of("NO_COLOR", "TERM", "TMPDIR")) {
            String value = here.variables().get(kept);
            if (value != null) {
                variables.put(kept, value);
            }
        }
        variables.put("HOLDFAST_REPOSITORY", Demo.repository(folder).toString());
        variables.put("HOLDFAST_PASSWORD", Demo.password());
        World there = new World(variables, here.terminal(), here.out(), here.err(), folder, here.clock(), here.zone());
        return Main.run(there, () -> false, words.toArray(String[]::new));
    }

    @Override
    public Integer call() throws IOException {
        Path scratch = Operations.scratch(session);
        if (!keep) {
            try (ScratchFolder folder = ScratchFolder.in(scratch, PREFIX)) {
                return show(folder.path());
            }
        }
        Path folder = Files.createTempDirectory(scratch, PREFIX);
        try {
            return show(folder);
        } finally {
            session.console().line("left behind: " + folder);
        }
    }

    private int show(Path folder) throws IOException {
        boolean identical = new Demo(session.console(), folder, orders, seed, words -> type(folder, words)).run();
        return identical ? ExitCode.DONE : ExitCode.DAMAGED;
    }
}
