package holdfast.cli;

import holdfast.cli.guide.ManualPages;
import holdfast.cli.guide.ManualPages.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "manual",
        description = {
            "Write the manual pages: holdfast.1, and one for each command, such as holdfast-backup.1.",
            "The Debian package has them installed: man holdfast, man holdfast-backup."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast manual --output ~/.local/share/man/man1",
            "  holdfast manual --output /tmp/pages && man -l /tmp/pages/holdfast-restore.1"
        })
final class ManualCommand implements Callable<Integer> {
    /// The variables that most will set; the rest is in docs/COMMANDS.md.
    static final List<Variable> VARIABLES = List.of(
            new Variable("HOLDFAST_REPOSITORY", "Where the repository is, when --repo does not say."),
            new Variable("HOLDFAST_REPOSITORY_FILE", "A file that says where it is."),
            new Variable("HOLDFAST_PASSWORD", "Its password."),
            new Variable("HOLDFAST_PASSWORD_FILE", "A file that holds the password."),
            new Variable("HOLDFAST_PASSWORD_COMMAND", "A shell command that prints the password."),
            new Variable("DATABASE_URL", "What backup backs up when no source is named."),
            new Variable("HOLDFAST_ENVIRONMENT", "The label recorded with a backup, for instance production."),
            new Variable("HOLDFAST_JAVA_OPTS", "Further options of the JVM, for instance -Xmx2g."),
            new Variable("TMPDIR", "Where working copies and sandboxes are made; /tmp when not set."),
            new Variable("NO_COLOR", "No colours, as with TERM=dumb."));

    /// What `manual --json` prints.
    record Document(String messageType, List<String> files) {}

    private final Session session;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where to. Pages that are there are replaced. Default: the current folder")
    private Path output = Path.of("");

    ManualCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Path folder = session.world().folder().resolve(output);
        Files.createDirectories(folder);
        Map<String, String> pages = ManualPages.of(spec.root().commandLine(), Version.program(), VARIABLES);
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Files.writeString(folder.resolve(page.getKey()), page.getValue());
        }
        session.console().note("wrote " + pages.size() + " pages to " + folder);
        session.console().document(new Document("manual", List.copyOf(pages.keySet())));
        return ExitCode.DONE;
    }
}
