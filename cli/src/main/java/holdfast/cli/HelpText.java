package holdfast.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// How help texts look: a command shows its own options, and where those are that all commands share.
final class HelpText {
    private static final int COLUMNS = 100;

    private HelpText() {}

    static void arrange(CommandLine line) {
        line.setUsageHelpAutoWidth(false);
        arrangeOne(line);
        line.getSubcommands().values().forEach(HelpText::arrange);
    }

    private static void arrangeOne(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        UsageMessageSpec usage = spec.usageMessage();
        usage.width(COLUMNS);
        usage.abbreviateSynopsis(spec.parent() == null);
        usage.sortOptions(false);
        usage.optionListHeading("%nOptions:%n");
        usage.parameterListHeading("%nArguments:%n");
        usage.commandListHeading("%nCommands:%n");
        if (spec.optionsMap().get("--help") == null) {
            spec.addOption(OptionSpec.builder("-h", "--help")
                    .usageHelp(true)
                    .description("Show this help")
                    .build());
        }
        if (spec.parent() == null) {
            spec.addOption(OptionSpec.builder("-V", "--version")
                    .versionHelp(true)
                    .description("Say which version this is")
                    .build());
        } else {
            line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, HelpText::synopsis);
            line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpText::ownOptions);
        }
    }

    private static String synopsis(Help help) {
        CommandSpec spec = help.commandSpec();
        StringBuilder text = new StringBuilder(spec.qualifiedName());
        if (!spec.subcommands().isEmpty()) {
            text.append(" COMMAND");
        }
        text.append(" [OPTIONS]");
        for (ArgSpec parameter : spec.positionalParameters()) {
            text.append(' ').append(label(parameter));
        }
        return text.append(System.lineSeparator()).toString();
    }

    private static String label(ArgSpec parameter) {
        String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
        return parameter.required() ? label : "[" + label + "]";
    }

    private static String ownOptions(Help help) {
        List<OptionSpec> own = help.commandSpec().options().stream()
                .filter(option -> !option.inherited())
                .toList();
        return help.optionListExcludingGroups(own)
                + "Options that all commands take, such as --repo, --password-file and --json: see holdfast --help"
                + System.lineSeparator();
    }
}
