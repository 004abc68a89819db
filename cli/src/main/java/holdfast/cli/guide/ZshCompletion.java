package holdfast.cli.guide;

import holdfast.cli.guide.Outline.Choice;
import holdfast.cli.guide.Outline.Value;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The script for zsh: one function for each command, in the terms of its `_arguments`.
final class ZshCompletion {
    private static final String SCRIPT = """
            #compdef holdfast
            # zsh completion for holdfast; made by 'holdfast completion zsh'

            # what all commands take
            _holdfast_shared=(
            @shared@)

            @functions@
            if [[ $funcstack[1] == _holdfast ]]; then
                _holdfast "$@"
            else
                compdef _holdfast holdfast
            fi
            """;

    private static final String COMMAND = """
            @name@() {
                _arguments -s -S $_holdfast_shared \\
            @specs@
            }

            """;

    private static final String WITH_COMMANDS = """
            @name@() {
                local curcontext=$curcontext context state state_descr line
                typeset -A opt_args
                local -a commands=(
            @names@    )
                _arguments -s -C $_holdfast_shared \\
            @specs@
                case $state in
                    command) _describe -t commands command commands ;;
                    rest)
                        case $words[1] in
            @cases@            esac
                        ;;
                esac
            }

            """;

    private ZshCompletion() {}

    static String of(Outline program) {
        String shared = program.options().stream()
                .map(ZshCompletion::specs)
                .flatMap(List::stream)
                .map(spec -> "    " + spec + "\n")
                .collect(Collectors.joining());
        String functions = program.all().map(ZshCompletion::function).collect(Collectors.joining());
        return SCRIPT.replace("@shared@", shared).replace("@functions@", functions);
    }

    private static String function(Outline command) {
        String name = functionName(command);
        List<String> specs = command.path().isEmpty()
                ? List.of()
                : command.options().stream()
                        .map(ZshCompletion::specs)
                        .flatMap(List::stream)
                        .toList();
        if (command.commands().isEmpty()) {
            String argument = "'*:" + action(command.argument()) + "'";
            return COMMAND.replace("@name@", name)
                    .replace(
                            "@specs@",
                            lines(specs, command.argument() instanceof Value.None ? List.of() : List.of(argument)));
        }
        String names = command.commands().stream()
                .map(below -> "        "
                        + PlainText.quoted(below.name() + ":" + below.summary().replace(":", "\\:")) + "\n")
                .collect(Collectors.joining());
        String cases = command.commands().stream()
                .map(below -> String.format("                %s) %s ;;\n", below.name(), functionName(below)))
                .collect(Collectors.joining());
        return WITH_COMMANDS
                .replace("@name@", name)
                .replace("@names@", names)
                .replace("@specs@", lines(specs, List.of("'1: :->command'", "'*:: :->rest'")))
                .replace("@cases@", cases);
    }

    private static String functionName(Outline command) {
        return ("_holdfast " + command.path()).strip().replace(' ', '_');
    }

    private static String lines(List<String> first, List<String> then) {
        return Stream.concat(first.stream(), then.stream())
                .map(spec -> "        " + spec)
                .collect(Collectors.joining(" \\\n"));
    }

    private static List<String> specs(Choice option) {
        boolean takes = !(option.value() instanceof Value.None);
        String others = option.repeatable() ? "*" : "(" + String.join(" ", option.names()) + ")";
        String what = "[" + option.summary().replaceAll("([\\[\\]\\\\])", "\\\\$1") + "]"
                + (takes ? ":" + action(option.value()) : "");
        return option.names().stream()
                .map(name -> others + name + (!takes ? "" : name.startsWith("--") ? "=" : "+") + what)
                .map(PlainText::quoted)
                .toList();
    }

    /// The name of a value and how it is completed.
    private static String action(Value value) {
        return switch (value) {
            case Value.None _ -> " : ";
            case Value.Anything anything -> label(anything.label()) + ": ";
            case Value.Files files -> label(files.label()) + ":_files";
            case Value.Folders folders -> label(folders.label()) + ":_files -/";
            case Value.Words words -> label(words.label()) + ":(" + String.join(" ", words.words()) + ")";
        };
    }

    private static String label(String text) {
        return text.replace(":", "\\:");
    }
}
