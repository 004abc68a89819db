package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Goal: a shell offers what may stand at the cursor. Method: a real bash completes lines by its script; for the
/// other shells, which are seldom installed, every command and option of the model is looked for in theirs.
final class CompletionCommandTest {
    @TempDir
    Path folder;

    @Test
    void commandsAndTheirPartsAreOffered() throws IOException {
        assertThat(complete("holdfast", "ver")).containsExactly("verify", "version");
        assertThat(complete("holdfast", "")).contains("backup", "stash", "help").doesNotContain("list");
        assertThat(complete("holdfast", "key", "")).containsExactly("list", "add", "passwd", "remove");
        assertThat(complete("holdfast", "help", "unl")).containsExactly("unlock");
        assertThat(complete("holdfast", "completion", "")).containsExactly("bash", "zsh", "fish");
    }

    @Test
    void optionsAreThoseOfTheCommandAndThoseOfAll() throws IOException {
        assertThat(complete("holdfast", "backup", "--pro")).containsExactlyInAnyOrder("--prove", "--progress");
        assertThat(complete("holdfast", "stash", "drop", "--old")).containsExactly("--older-than");
        assertThat(complete("holdfast", "snapshots", "--prov")).isEmpty();
        assertThat(complete("holdfast", "--js")).containsExactly("--json");
    }

    @Test
    void valuesAreOfferedHoweverTheyAreTyped() throws IOException {
        List<String> levels = List.of("written", "stored", "sound", "restored", "identical");
        assertThat(complete("holdfast", "backup", "--prove", "")).isEqualTo(levels);
        assertThat(complete("holdfast", "verify", "--level", "=", "s")).containsExactly("stored", "sound");
        assertThat(complete("holdfast", "verify", "--level", "=")).isEqualTo(levels);
        assertThat(complete("holdfast", "verify", "--level=id")).containsExactly("--level=identical");
        assertThat(complete("holdfast", "stats", "--mode", "raw")).containsExactly("raw-data");
        assertThat(complete("holdfast", "export", "--format", "t")).containsExactly("timestamped");
        assertThat(complete("holdfast", "--compression", "")).containsExactly("off", "auto", "max");
    }

    @Test
    void aValueThatReadsLikeACommandIsNone() throws IOException {
        assertThat(complete("holdfast", "--repo", "key", "ver")).containsExactly("verify", "version");
        assertThat(complete("holdfast", "--repo", "=", "key", "ver")).containsExactly("verify", "version");
        assertThat(complete("holdfast", "-r", "x", "key", "--json", "pa")).containsExactly("passwd");
        assertThat(complete("holdfast", "backup", "--tag", "key", "--retry-l")).containsExactly("--retry-lock");
    }

    @Test
    void filesAndFoldersAreOfferedWhereTheyBelong() throws IOException {
        Files.createDirectory(folder.resolve("my folder"));
        Files.createFile(folder.resolve("my file"));
        assertThat(complete("holdfast", "backup", "my")).containsExactlyInAnyOrder("my folder", "my file");
        assertThat(complete("holdfast", "-p", "my")).containsExactlyInAnyOrder("my folder", "my file");
        assertThat(complete("holdfast", "restore", "-t", "my")).containsExactly("my folder");
        assertThat(complete("holdfast", "restore", "lat")).containsExactly("latest");
        assertThat(complete("holdfast", "backup", "--label", "my")).isEmpty();
        assertThat(complete("holdfast", "version", "my")).isEmpty();
    }

    @Test
    void theOtherShellsKnowEveryCommandAndOption() {
        String zsh = script("zsh");
        String fish = script("fish");
        commands(line())
                .forEach(command -> command.getCommandSpec().options().stream()
                        .flatMap(option -> Stream.of(option.names()))
                        .forEach(name -> {
                            assertThat(zsh).containsPattern("[)*]" + name + "[=+\\[]");
                            String flag =
                                    name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1);
                            assertThat(fish).contains(flag + " ");
                        }));
        commands(line()).skip(1).forEach(command -> {
            String name = command.getCommandSpec().qualifiedName("_");
            assertThat(zsh).contains("_" + name + "() {").contains(") _" + name + " ;;");
            assertThat(fish).contains(" -a " + command.getCommandName() + " -d '");
        });
        assertThat(zsh).contains(":LEVEL:(written stored sound restored identical)'");
        assertThat(fish).contains(" -l prove -x -a 'written stored sound restored identical' -d ");
    }

    @Test
    void programsReadTheScriptFromADocument() {
        Result result = new FakeWorld(folder).run("completion", "fish", "--json");
        assertThat(result.out()).startsWith("{\"message_type\":\"completion\",\"shell\":\"fish\",\"script\":\"# fish");
        assertThat(new FakeWorld(folder).run("completion", "ksh").code()).isEqualTo(2);
    }

    private static CommandLine line() {
        return Holdfast.commandLine(new Session(World.system()));
    }

    private static Stream<CommandLine> commands(CommandLine line) {
        return Stream.concat(
                Stream.of(line), line.getSubcommands().values().stream().flatMap(CompletionCommandTest::commands));
    }

    private String script(String shell) {
        Result result = new FakeWorld(folder).run("completion", shell);
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    /// What bash offers for the last of the words.
    private List<String> complete(String... words) throws IOException {
        String line = Stream.of(words).map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        String driven = script("bash")
                + "\nCOMP_WORDS=(" + line + "); COMP_CWORD=" + (words.length - 1) + "; _holdfast || exit 9\n"
                + "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"\n";
        Process bash = new ProcessBuilder("bash", "--norc", "--noprofile", "-u", "-s")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try (var in = bash.outputWriter(StandardCharsets.UTF_8)) {
            in.write(driven);
        }
        List<String> offered =
                new ArrayList<>(bash.inputReader(StandardCharsets.UTF_8).lines().toList());
        assertThat(bash.onExit().join().exitValue())
                .as(String.join("\n", offered))
                .isZero();
        return offered;
    }
}
