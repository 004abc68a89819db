package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.EditDistance;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Where the program begins and ends.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Signals signals = Signals.watch();
        World world = World.system();
        String[] words = RawArguments.shown(RawArguments.of(arguments), world.variables());
        int code = run(world, signals::received, words);
        signals.exit(code);
    }

    /// A run that sees no terminal and prints nothing, for the launcher's training.
    ///
    /// @param variables the environment
    public static int silently(Path folder, Map<String, String> variables, String... arguments) {
        World real = World.system();
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            World world = new World(variables, real.terminal(), nowhere, nowhere, folder, real.clock(), real.zone());
            return run(world, () -> false, arguments);
        }
    }

    /// One run. Every error ends here, as a message and an exit code.
    ///
    /// @param interrupted whether the program has been asked to end
    static int run(World world, BooleanSupplier interrupted, String... arguments) {
        Session session = new Session(world);
        CommandLine line = Holdfast.commandLineFor(session, arguments);
        line.setParameterExceptionHandler((wrong, words) -> badUsage(session, wrong, List.of(words)));
        line.setExecutionExceptionHandler((thrown, _, _) -> failed(session, interrupted, thrown));
        line.setExecutionStrategy(parsed -> {
            session.console().manner(session.options().manner(session.environment()));
            tellOfPasswords(session.console(), arguments);
            return new CommandLine.RunLast().execute(parsed);
        });
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError | StackOverflowError e) {
            return failed(session, interrupted, e);
        } finally {
            session.console().flush();
        }
    }

    private static void tellOfPasswords(Console console, String[] arguments) {
        if (RawArguments.holdPassword(arguments)) {
            console.warn("a password stands in the command line, where other users of this machine may see it, and in"
                    + " the shell's history");
            console.hint("leave it out of the URL: PGPASSWORD, or a line in ~/.pgpass (PGPASSFILE) has it; or set the"
                    + " whole URL as DATABASE_URL");
        }
    }

    private static int failed(Session session, BooleanSupplier interrupted, Throwable thrown) {
        Failure failure = interrupted.getAsBoolean() ? Failure.interrupted() : Failure.of(thrown);
        return failure.report(session.console(), thrown, session.options().debug);
    }

    private static int badUsage(Session session, ParameterException wrong, List<String> words) {
        // the command line was not read to its end, so what it wants is looked up by hand
        Console console = session.console();
        console.manner(new Console.Manner(words.contains("--json"), false, 0, false, false));
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String hint = "see " + name + " --help";
        List<String> near = wrong instanceof UnmatchedArgumentException unmatched ? near(unmatched) : List.of();
        if (!near.isEmpty()) {
            hint = "did you mean " + String.join(" or ", near) + "? " + hint;
        }
        if (Holdfast.NO_COMMAND.equals(wrong.getMessage()) && !console.manner().json()) {
            command.usage(new PrintWriter(session.world().err(), true, StandardCharsets.UTF_8));
        }
        return new Failure(ExitCode.BAD_USAGE, Console.safe(message(wrong)), hint)
                .report(console, wrong, words.contains("--debug"));
    }

    /// What may have been meant.
    private static List<String> near(UnmatchedArgumentException unmatched) {
        if (unmatched.isUnknownOption()) {
            return unmatched.getSuggestions();
        }
        String written = unmatched.getUnmatched().getFirst();
        return unmatched.getCommandLine().getSubcommands().keySet().stream()
                .min(Comparator.comparingInt(name -> EditDistance.between(written, name)))
                .filter(name -> EditDistance.between(written, name) <= Math.max(2, name.length() / 3))
                .stream()
                .toList();
    }

    private static String message(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            boolean top = wrong.getCommandLine().getParent() == null;
            return (top ? "no such command: " : "unexpected argument: ")
                    + unmatched.getUnmatched().getFirst();
        }
        String message = Objects.requireNonNullElse(wrong.getMessage(), "the command line is wrong");
        return Character.toLowerCase(message.charAt(0)) + message.substring(1).replace(System.lineSeparator(), " ");
    }
}
