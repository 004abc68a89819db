package holdfast.cli.guide;

import holdfast.cli.guide.Outline.Choice;
import holdfast.cli.guide.Outline.Value;
import java.util.stream.Collectors;

/// The script for fish: one function that says which command the line is at, and a line for each option.
final class FishCompletion {
    private static final String SCRIPT = """
            # fish completion for holdfast; made by 'holdfast completion fish'

            # Whether the line is at this command.
            function __holdfast_at
                set -l path
                set -l value no
                for word in (commandline -opc)[2..-1]
                    if test $value = yes
                        set value no
                        continue
                    end
                    switch "$path $word"
                        case @taking@
                            set value yes
                        case @commands@
                            set path (string trim -- "$path $word")
                    end
                end
                test "$path" = "$argv[1]"
            end

            complete -c holdfast -f
            @lines@""";

    private FishCompletion() {}

    static String of(Outline program) {
        StringBuilder lines = new StringBuilder();
        program.options().forEach(option -> lines.append(line("", option)));
        program.all().forEach(command -> {
            String at = " -n " + quoted("__holdfast_at " + quoted(command.path()));
            command.commands()
                    .forEach(below -> lines.append("complete -c holdfast" + at + " -a " + below.name() + " -d "
                            + quoted(below.summary()) + "\n"));
            if (command.commands().isEmpty() && !(command.argument() instanceof Value.None)) {
                lines.append("complete -c holdfast" + at + argument(command.argument()) + "\n");
            }
            if (!command.path().isEmpty()) {
                command.options().forEach(option -> lines.append(line(at, option)));
            }
        });
        String taking = program.all()
                .flatMap(command -> command.options().stream()
                        .filter(option -> !(option.value() instanceof Value.None))
                        .flatMap(option -> option.names().stream())
                        .map(name -> quoted((command.path().isEmpty() ? "*" : command.path()) + " " + name)))
                .collect(Collectors.joining(" "));
        String commands = program.all()
                .filter(command -> !command.path().isEmpty())
                .map(command -> quoted(command.path().contains(" ") ? command.path() : " " + command.path()))
                .collect(Collectors.joining(" "));
        return SCRIPT.replace("@taking@", taking)
                .replace("@commands@", commands)
                .replace("@lines@", lines);
    }

    private static String line(String at, Choice option) {
        String names = option.names().stream()
                .map(name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
        String value = switch (option.value()) {
            case Value.None _ -> "";
            case Value.Anything _ -> " -x";
            case Value.Files _ -> " -r -F";
            case Value.Folders _ -> " -x -a '(__fish_complete_directories)'";
            case Value.Words words -> " -x -a " + quoted(String.join(" ", words.words()));
        };
        return "complete -c holdfast" + at + names + value + " -d " + quoted(option.summary()) + "\n";
    }

    private static String argument(Value value) {
        return switch (value) {
            case Value.None _, Value.Anything _ -> "";
            case Value.Files _ -> " -F";
            case Value.Folders _ -> " -a '(__fish_complete_directories)'";
            case Value.Words words -> " -a " + quoted(String.join(" ", words.words()));
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
