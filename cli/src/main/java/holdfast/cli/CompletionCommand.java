package holdfast.cli;

import holdfast.cli.guide.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = {
            "Print the script by which a shell completes commands, options and their values.",
            "The Debian package brings all three where the shells look for them."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(holdfast completion bash)             for this shell; in ~/.bashrc for every one",
            "  holdfast completion zsh > ~/.zfunc/_holdfast   a folder of $fpath, before compinit",
            "  holdfast completion fish > ~/.config/fish/completions/holdfast.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    /// What `completion --json` prints.
    record Document(String messageType, Shell shell, String script) {}

    private final Session session;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
    private Shell shell = Shell.BASH;

    CompletionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String script = shell.script(spec.root().commandLine(), OptionValues::words);
        session.console().line(script.stripTrailing());
        session.console().document(new Document("completion", shell, script));
        return ExitCode.DONE;
    }
}
