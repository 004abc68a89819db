package holdfast.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The program's name before its commands.
@Command(
        name = "holdfast",
        subcommands = HelpCommand.class,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Database backups that prove they restore.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast demo                                  watch the whole cycle on made-up data",
            "  holdfast init --repo /srv/backups              make a repository",
            "  holdfast backup --repo /srv/backups app.db ./uploads",
            "  holdfast snapshots --repo /srv/backups         what there is, and how far it is proven",
            "  holdfast restore --repo /srv/backups latest --target /tmp/restored",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but incomplete, 4 a check beforehand failed,",
            "9 damage found, 10 no repository, 11 locked, 12 wrong password, 130 interrupted.",
        })
final class Holdfast implements Runnable {
    static final String NO_COMMAND = "no command is given";

    @Mixin
    private final GlobalOptions options;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    Holdfast(GlobalOptions options) {
        this.options = options;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), NO_COMMAND);
    }

    /// The program as picocli knows it: all commands with their options.
    static CommandLine commandLine(Session session) {
        return commandLine(session, Commands.all(session));
    }

    /// Enough of it for these words.
    static CommandLine commandLineFor(Session session, String... words) {
        return commandLine(session, Commands.named(session, Set.copyOf(Arrays.asList(words))));
    }

    private static CommandLine commandLine(Session session, List<CommandLine> commands) {
        CommandLine line = new CommandLine(new Holdfast(session.options()));
        commands.forEach(line::addSubcommand);
        OptionValues.register(line);
        HelpText.arrange(line);
        line.setExpandAtFiles(false);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(session.world().out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(session.world().err(), true, StandardCharsets.UTF_8));
        return line;
    }

    GlobalOptions options() {
        return options;
    }
}
