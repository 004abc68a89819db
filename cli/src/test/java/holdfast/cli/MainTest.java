package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class MainTest {
    @TempDir
    Path folder;

    @Test
    void anUnknownOptionGetsTheNearestOne() {
        Result result = run("snapshots", "--hots", "x");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err().lines())
                .containsExactly(
                        "holdfast: unknown option: '--hots'",
                        "hint: did you mean --host? see holdfast snapshots --help");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void anUnknownCommandGetsTheNearestOne() {
        Result result = run("snapshot");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith("holdfast: no such command: snapshot\nhint: did you mean snapshots");
    }

    @Test
    void aCommandThatIsNearlyRightIsNamedAndNoneWhenNoneIsNear() {
        assertThat(new FakeWorld(folder).run("cpoy").err()).contains("hint: did you mean copy? see");
        assertThat(new FakeWorld(folder).run("repair", "indx").err()).contains("hint: did you mean index? see");
        assertThat(new FakeWorld(folder).run("xylophone").err()).doesNotContain("did you mean");
    }

    @Test
    void noCommandShowsTheHelpAndFails() {
        Result result = run();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("Usage: holdfast", "Examples:", "no command is given");
    }

    @Test
    void aMistakeIsToldAsJsonToWhoeverReadsJson() {
        Result result = run("--json", "snapshots", "--bogus");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("{\"message_type\":\"error\",\"code\":2,\"message\":\"unknown option: '--bogus'\"")
                .endsWith("}\n");
        assertThat(result.err().lines()).hasSize(1);
    }

    @Test
    void sharedOptionsStandBeforeOrBehindTheCommand() {
        Result before = run("--repo", "/nowhere", "--insecure-no-password", "snapshots");
        Result behind = run("snapshots", "--repo", "/nowhere", "--insecure-no-password");
        assertThat(before).isEqualTo(behind);
        assertThat(before.code()).isEqualTo(10);
        assertThat(before.err()).startsWith("holdfast: no repository at /nowhere\nhint: make one with 'holdfast init'");
    }

    @Test
    void aValueThatCannotBeMeantIsExplained() {
        assertThat(run("snapshots", "--retry-lock", "5").err()).contains("'5' is not a time with its unit");
        assertThat(run("snapshots", "--compression", "20").err()).contains("off, auto, or a level from 1 to 19");
        assertThat(run("snapshots", "--limit-upload", "-3").err()).contains("a number of KiB a second");
        assertThat(run("forget", "--keep-within", "1w").err()).contains("calendar time such as 1y5m7d2h");
        assertThat(run("forget", "--time-zone", "Mars").err()).contains("Europe/Berlin");
        assertThat(run("forget", "--keep-daily", "x").err()).contains("a number, or unlimited");
    }

    @Test
    void whoIsAskedToEndSaysSoWhateverFailsOnTheWay() {
        Result result = new FakeWorld(folder).interrupted().run("snapshots", "--insecure-no-password");
        assertThat(result.code()).isEqualTo(130);
        assertThat(result.err()).isEqualTo("holdfast: interrupted\n");
    }

    @Test
    void anArgumentThatBeginsWithAnAtIsNoListOfArguments() {
        assertThat(run("snapshots", "--repo", "@list", "--insecure-no-password").err())
                .contains(folder.resolve("@list").toString());
    }

    @Test
    void everyHelpTextHasTwoExamples() {
        CommandLine line = Holdfast.commandLine(new Session(World.system()));
        assertThat(line.getUsageMessage()).contains("Examples:");
        line.getSubcommands().values().forEach(MainTest::hasExamples);
    }

    private static void hasExamples(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        if (!spec.name().equals("help")) {
            assertThat(spec.usageMessage().footer())
                    .as(spec.qualifiedName() + " has two examples of its own")
                    .filteredOn(example -> example.startsWith("  " + spec.qualifiedName() + " ")
                            || example.contains(" " + spec.qualifiedName() + " ")
                            || example.endsWith(" " + spec.qualifiedName()))
                    .hasSizeGreaterThanOrEqualTo(2);
            assertThat(spec.usageMessage().description())
                    .as(spec.qualifiedName())
                    .isNotEmpty();
            assertThat(line.getUsageMessage())
                    .as(spec.qualifiedName())
                    .contains("Examples:", "holdfast --help")
                    .doesNotContain("--limit-upload");
        }
        line.getSubcommands().values().forEach(MainTest::hasExamples);
    }

    /// Only the commands that are named are read with their options.
    @Test
    void theHelpIsTheSameHoweverLittleOfTheCommandsIsRead() {
        CommandLine whole = Holdfast.commandLine(new Session(World.system()));
        assertThat(run("--help").out()).isEqualTo(whole.getUsageMessage());
        assertThat(run("help").out()).isEqualTo(whole.getUsageMessage());
        assertThat(run("help", "key").out()).isEqualTo(run("key", "--help").out());
        whole.getSubcommands().forEach((name, command) -> {
            if (!name.equals("help")) {
                assertThat(run(name, "--help").out()).isEqualTo(command.getUsageMessage());
            }
        });
    }

    private Result run(String... arguments) {
        return new FakeWorld(folder).run(arguments);
    }
}
