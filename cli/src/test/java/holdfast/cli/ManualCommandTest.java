package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ManualCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void write() {
        Result result = new FakeWorld(folder).run("manual", "-o", "pages", "--json");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .startsWith("{\"message_type\":\"manual\",\"files\":[\"holdfast.1\",\"holdfast-init.1\"");
    }

    @Test
    void everyCommandHasAPageWithAllItsOptionsAndExamples() throws IOException {
        CommandLine line = Holdfast.commandLine(new Session(World.system()));
        for (CommandLine command : commands(line).toList()) {
            String page = page(command.getCommandSpec().qualifiedName("-") + ".1");
            command.getCommandSpec().options().stream()
                    .filter(option -> command.getParent() == null || !option.inherited())
                    .forEach(option -> assertThat(page)
                            .contains("\\fB" + option.longestName().replace("-", "\\-")));
            assertThat(page).contains(".SH \"NAME\"", ".SH \"EXAMPLES\"", ".SH \"SEE ALSO\"");
        }
    }

    @Test
    void aPageReadsAsManWantsIt() throws IOException {
        assertThat(page("holdfast-key-remove.1"))
                .isEqualTo("""
                .TH "HOLDFAST\\-KEY\\-REMOVE" 1 "" "%s" "Holdfast"
                .nh
                .ad l
                .SH "NAME"
                holdfast\\-key\\-remove \\- Remove a key, so that its password opens the repository no more
                .SH "SYNOPSIS"
                \\fBholdfast key remove\\fR [\\fIOPTIONS\\fR] \\fIKEY\\fR
                .SH "DESCRIPTION"
                .PP
                Remove a key, so that its password opens the repository no more.
                .SH "ARGUMENTS"
                .TP
                \\fIKEY\\fR
                Id of the key, or the beginning of it
                .SH "OPTIONS"
                .TP
                \\fB\\-h\\fR, \\fB\\-\\-help\\fR
                Show this help
                .PP
                Options that all commands take, such as \\-\\-repo, \\-\\-password\\-file and \\-\\-json: see holdfast(1).
                .SH "EXAMPLES"
                .nf
                holdfast key remove 3f2a91c0
                holdfast key remove 3f2a91c0 \\-\\-json
                .fi
                .SH "SEE ALSO"
                \\fBholdfast\\-key\\fR(1), \\fBholdfast\\fR(1)
                .PP
                COMMANDS.md, in /usr/share/doc/holdfast on Debian: the documents of \\-\\-json, and more about each command.
                """.formatted(Version.program().replace("-", "\\-")));
    }

    /// The page repeats some variables of docs/COMMANDS.md.
    @Test
    void itsVariablesAreThoseOfTheCommandsPage() throws IOException {
        String commands = Files.readString(Path.of("..", "docs", "COMMANDS.md"));
        assertThat(ManualCommand.VARIABLES)
                .allSatisfy(variable -> assertThat(commands).contains("`" + variable.names() + "`"));
        assertThat(page("holdfast.1")).contains(".SH \"ENVIRONMENT\"", ".SH \"EXIT STATUS\"", "\n0 done, 1 failed");
    }

    @Test
    void itReplacesPagesAndLeavesOtherFilesAlone() throws IOException {
        Files.writeString(folder.resolve("pages/holdfast.1"), "old");
        Files.writeString(folder.resolve("pages/mine.1"), "mine");
        Result result = new FakeWorld(folder).run("manual", "-o", "pages");
        assertThat(result.out()).startsWith("wrote ").endsWith(" pages to " + folder.resolve("pages") + "\n");
        assertThat(page("holdfast.1")).startsWith(".TH");
        assertThat(page("mine.1")).isEqualTo("mine");
    }

    private String page(String name) throws IOException {
        return Files.readString(folder.resolve("pages").resolve(name));
    }

    private static Stream<CommandLine> commands(CommandLine line) {
        List<CommandLine> below = line.getSubcommands().values().stream()
                .filter(command -> !command.getCommandName().equals("help"))
                .toList();
        return Stream.concat(Stream.of(line), below.stream().flatMap(ManualCommandTest::commands));
    }
}
