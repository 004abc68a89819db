package holdfast.cli.guide;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A command as a shell wants to know it when it completes words.
///
/// @param path its name with those above it, without the program's: `key list`; empty for the program
/// @param options without those that all commands take, save in the program's own
/// @param argument what may stand behind it
record Outline(String path, String summary, List<Choice> options, Value argument, List<Outline> commands) {
    private static final String HELP = "help";

    /// An option.
    ///
    /// @param names long ones last
    /// @param repeatable may be given several times
    record Choice(List<String> names, String summary, Value value, boolean repeatable) {}

    /// What may stand at a place.
    sealed interface Value {
        /// Nothing: an option that is only there or not.
        record None() implements Value {}

        /// @param label what the help calls it
        record Files(String label) implements Value {}

        record Folders(String label) implements Value {}

        /// One of these; others may be possible.
        record Words(String label, List<String> words) implements Value {}

        /// What no shell can know.
        record Anything(String label) implements Value {}
    }

    Outline {
        options = List.copyOf(options);
        commands = List.copyOf(commands);
    }

    /// @param words those that a value of a type can be; none when it can be anything
    static Outline of(CommandLine program, Function<Class<?>, List<String>> words) {
        return of(program, "", words);
    }

    private static Outline of(CommandLine command, String path, Function<Class<?>, List<String>> words) {
        CommandSpec spec = command.getCommandSpec();
        List<Outline> commands = new ArrayList<>();
        command.getSubcommands().forEach((name, below) -> commands.add(of(below, (path + " " + name).strip(), words)));
        List<Choice> options = spec.options().stream()
                .filter(option -> path.isEmpty() || !option.inherited())
                .map(option -> choice(option, words))
                .toList();
        return new Outline(
                path, sentence(spec.usageMessage().description()), options, argument(spec, commands, words), commands);
    }

    private static Choice choice(OptionSpec option, Function<Class<?>, List<String>> words) {
        List<String> names = Stream.of(option.names())
                .sorted(Comparator.comparingInt(String::length))
                .toList();
        return new Choice(names, sentence(option.description()), value(option, words), option.isMultiValue());
    }

    private static Value argument(CommandSpec spec, List<Outline> commands, Function<Class<?>, List<String>> words) {
        if (!commands.isEmpty()) {
            return new Value.Words("COMMAND", names(commands));
        }
        CommandSpec above = spec.parent();
        if (above != null && spec.name().equals(HELP)) {
            return new Value.Words("COMMAND", List.copyOf(above.subcommands().keySet()));
        }
        return spec.positionalParameters().isEmpty()
                ? new Value.None()
                : value(spec.positionalParameters().getFirst(), words);
    }

    static List<String> names(List<Outline> commands) {
        return commands.stream().map(Outline::name).toList();
    }

    private static Value value(ArgSpec spec, Function<Class<?>, List<String>> words) {
        String label = spec.paramLabel();
        if (spec.arity().max() == 0) {
            return new Value.None();
        }
        List<String> possible = words.apply(spec.auxiliaryTypes()[0]);
        if (!possible.isEmpty()) {
            return new Value.Words(label, possible);
        }
        if (label.startsWith("SNAPSHOT")) {
            return new Value.Words(label, List.of("latest"));
        }
        if (label.startsWith("FILE") || label.equals("SOURCE")) {
            return new Value.Files(label);
        }
        return label.startsWith("FOLDER") || label.equals("PLACE")
                ? new Value.Folders(label)
                : new Value.Anything(label);
    }

    /// The first one, on a line, without its full stop.
    private static String sentence(String[] description) {
        String text = PlainText.of(description).lines().findFirst().orElse("");
        int end = text.indexOf(". ");
        return end > 0 ? text.substring(0, end) : text.replaceFirst("\\.$", "");
    }

    /// Without those above it.
    String name() {
        return path.substring(path.lastIndexOf(' ') + 1);
    }

    /// This one and all below.
    Stream<Outline> all() {
        return Stream.concat(Stream.of(this), commands.stream().flatMap(Outline::all));
    }
}
