package holdfast.cli.guide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The manual in roff's `man` macros: a page for the program and one for each command, `holdfast-key-list.1` too,
/// so that `man holdfast-backup` shows what `holdfast backup --help` says.
public final class ManualPages {
    /// A variable of the environment, and what it says; in the program's own page.
    public record Variable(String names, String meaning) {}

    private final String version;
    private final List<Variable> variables;
    private final Map<String, String> pages = new LinkedHashMap<>();

    private ManualPages(String version, List<Variable> variables) {
        this.version = version;
        this.variables = variables;
    }

    /// File names and what is in them.
    ///
    /// @param version the program's name and version
    public static Map<String, String> of(CommandLine program, String version, List<Variable> variables) {
        ManualPages manual = new ManualPages(version, variables);
        manual.add(program);
        return manual.pages;
    }

    private void add(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        pages.put(page(spec) + ".1", text(spec));
        command.getSubcommands().values().stream()
                .filter(below -> !below.getCommandName().equals("help"))
                .forEach(this::add);
    }

    private static String page(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    private String text(CommandSpec spec) {
        Roff roff = new Roff(page(spec), version);
        List<String> description = Arrays.asList(spec.usageMessage().description());
        roff.section("NAME").text(page(spec) + " - " + summary(spec));
        synopsis(spec, roff.section("SYNOPSIS"));
        roff.section("DESCRIPTION");
        description.forEach(line -> roff.paragraph(PlainText.of(line)));
        if (!spec.positionalParameters().isEmpty()) {
            roff.section("ARGUMENTS");
            spec.positionalParameters()
                    .forEach(argument ->
                            roff.item(Roff.italic(argument.paramLabel()), PlainText.of(argument.description())));
        }
        options(spec, roff);
        commands(spec, roff);
        if (spec.parent() == null) {
            roff.section("ENVIRONMENT");
            variables.forEach(variable -> roff.item(Roff.bold(variable.names()), variable.meaning()));
        }
        footer(spec, roff);
        seeAlso(spec, roff);
        return roff.toString();
    }

    private static String summary(CommandSpec spec) {
        String[] description = spec.usageMessage().description();
        return PlainText.of(description.length == 0 ? "" : description[0]).replaceFirst("\\.$", "");
    }

    private static void synopsis(CommandSpec spec, Roff roff) {
        List<String> words = new ArrayList<>(List.of(Roff.bold(spec.qualifiedName())));
        if (spec.subcommands().isEmpty()) {
            words.add("[" + Roff.italic("OPTIONS") + "]");
        } else {
            words.addAll(List.of("[" + Roff.italic("OPTIONS") + "]", Roff.italic("COMMAND"), "..."));
        }
        for (ArgSpec argument : spec.positionalParameters()) {
            String word = Roff.italic(argument.paramLabel()) + (argument.arity().max() > 1 ? "..." : "");
            words.add(argument.required() ? word : "[" + word + "]");
        }
        roff.raw(String.join(" ", words));
    }

    private static void options(CommandSpec spec, Roff roff) {
        roff.section("OPTIONS");
        for (OptionSpec option : spec.options()) {
            if (spec.parent() == null || !option.inherited()) {
                String value = option.arity().max() == 0 ? "" : "=" + Roff.italic(option.paramLabel());
                String names = Arrays.stream(option.names()).map(Roff::bold).collect(Collectors.joining(", "));
                roff.item(names + value, PlainText.of(option.description()));
            }
        }
        if (spec.parent() != null) {
            roff.paragraph(
                    "Options that all commands take, such as --repo, --password-file and --json: see holdfast(1).");
        }
    }

    private static void commands(CommandSpec spec, Roff roff) {
        List<CommandLine> below = spec.subcommands().values().stream()
                .filter(command -> !command.getCommandName().equals("help"))
                .toList();
        if (!below.isEmpty()) {
            roff.section("COMMANDS");
            below.forEach(command -> roff.item(
                    Roff.bold(page(command.getCommandSpec())) + "(1)", summary(command.getCommandSpec()) + "."));
        }
    }

    /// Examples are indented in the help; what is not is said about the whole.
    private static void footer(CommandSpec spec, Roff roff) {
        String[] lines = spec.usageMessage().footer();
        List<String> examples =
                Arrays.stream(lines).filter(line -> line.startsWith("  ")).toList();
        String rest =
                Arrays.stream(lines).filter(line -> !line.startsWith("  ")).collect(Collectors.joining(" "));
        if (!examples.isEmpty()) {
            roff.section("EXAMPLES");
            roff.verbatim(examples.stream()
                    .map(line -> PlainText.of(line.substring(2)))
                    .toList());
        }
        if (!rest.isBlank()) {
            roff.section("EXIT STATUS").paragraph(PlainText.of(rest.strip()).replaceFirst("^Exit codes: ", ""));
        }
    }

    private static void seeAlso(CommandSpec spec, Roff roff) {
        List<String> pages = new ArrayList<>();
        for (CommandSpec above = spec; above.parent() != null; above = above.parent()) {
            pages.add(Roff.bold(page(above.parent())) + "(1)");
        }
        pages.add(spec.parent() == null ? Roff.bold("restic") + "(1)" : "");
        roff.section("SEE ALSO");
        roff.raw(pages.stream().filter(page -> !page.isEmpty()).collect(Collectors.joining(", ")));
        roff.paragraph(
                "COMMANDS.md, in /usr/share/doc/holdfast on Debian: the documents of --json, and more about each command.");
    }
}
