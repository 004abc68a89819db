package holdfast.cli.guide;

import holdfast.cli.guide.Outline.Choice;
import holdfast.cli.guide.Outline.Value;
import java.util.List;
import java.util.stream.Collectors;

/// The script for bash: tables as `case` statements, and one function that finds out where the cursor is.
/// Works without the package bash-completion, and in the bash 3.2 of macOS.
final class BashCompletion {
    private static final String SCRIPT = """
            # bash completion for holdfast; made by 'holdfast completion bash'

            # Sets REPLY to the options of a command.
            _holdfast_options() {
                case $1 in
            @options@    esac
                [[ -z $1 ]] || REPLY="$REPLY @shared@"
            }

            # Sets REPLY to what may stand behind a command: words, or a word with a slash for a kind.
            _holdfast_argument() {
                case $1 in
            @arguments@        *) REPLY=/nothing ;;
                esac
            }

            # Sets REPLY to what may stand behind an option of a command; fails when nothing may.
            _holdfast_value() {
                case "$1 $2" in
            @values@        *) return 1 ;;
                esac
            }

            _holdfast() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
                local path='' begin='' word i REPLY IFS=$' \\t\\n'
                # to most, --level=sound is three words
                if [[ $cur == = ]]; then
                    cur=''
                elif [[ $prev == = ]]; then
                    prev=${COMP_WORDS[COMP_CWORD - 2]}
                elif [[ $cur == --*=* ]]; then
                    prev=${cur%%=*} begin=${cur%%=*}= cur=${cur#*=}
                fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if [[ $word == -* ]]; then
                        if _holdfast_value "$path" "$word"; then
                            [[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))
                            ((i++))
                        fi
                    elif [[ -z $path || " @nested@ " == *" $path "* ]]; then
                        _holdfast_argument "$path"
                        [[ " $REPLY " != *" $word "* ]] || path=${path:+$path }$word
                    fi
                done
                if [[ $prev == -* ]] && _holdfast_value "$path" "$prev"; then
                    :
                elif [[ $cur == -* ]]; then
                    _holdfast_options "$path"
                else
                    _holdfast_argument "$path"
                fi
                IFS=$'\\n'
                case $REPLY in
                    /files) COMPREPLY=($(compgen -f -- "$cur")) ;;
                    /folders) COMPREPLY=($(compgen -d -- "$cur")) ;;
                    /*) COMPREPLY=() ;;
                    *) IFS=$' \\t\\n' COMPREPLY=($(compgen -P "$begin" -W "$REPLY" -- "$cur")) ;;
                esac
                case $REPLY in
                    /*) compopt -o filenames 2>/dev/null ;;
                esac
                return 0
            }

            complete -F _holdfast holdfast
            """;

    private BashCompletion() {}

    static String of(Outline program) {
        StringBuilder options = new StringBuilder();
        StringBuilder arguments = new StringBuilder();
        StringBuilder values = new StringBuilder();
        program.all().forEach(command -> {
            options.append(entry(command.path(), words(command.options())));
            if (!(command.argument() instanceof Value.None)) {
                arguments.append(entry(command.path(), kind(command.argument())));
            }
        });
        program.all()
                .flatMap(command -> command.commands().stream())
                .forEach(command ->
                        command.options().forEach(option -> values.append(valueEntry(command.path() + " ", option))));
        program.options().forEach(option -> values.append(valueEntry("*", option)));
        String withCommands = program.all()
                .filter(command ->
                        !command.path().isEmpty() && !command.commands().isEmpty())
                .map(Outline::path)
                .collect(Collectors.joining(" "));
        return SCRIPT.replace("@options@", options)
                .replace("@shared@", words(program.options()))
                .replace("@arguments@", arguments)
                .replace("@values@", values)
                .replace("@nested@", withCommands);
    }

    private static String words(List<Choice> options) {
        return options.stream().flatMap(option -> option.names().stream()).collect(Collectors.joining(" "));
    }

    private static String entry(String path, String reply) {
        return String.format("        %s) REPLY=%s ;;\n", PlainText.quoted(path), PlainText.quoted(reply));
    }

    /// @param before what stands before the option: the command, or a pattern
    private static String valueEntry(String before, Choice option) {
        if (option.value() instanceof Value.None) {
            return "";
        }
        String pattern = option.names().stream()
                .map(name -> before.equals("*") ? "*' " + name + "'" : PlainText.quoted(before + name))
                .collect(Collectors.joining(" | "));
        return String.format("        %s) REPLY=%s ;;\n", pattern, PlainText.quoted(kind(option.value())));
    }

    private static String kind(Value value) {
        return switch (value) {
            case Value.None _, Value.Anything _ -> "/nothing";
            case Value.Files _ -> "/files";
            case Value.Folders _ -> "/folders";
            case Value.Words words -> String.join(" ", words.words());
        };
    }
}
