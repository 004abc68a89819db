package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.TreeRemoval;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: progress is one line that is written over, on terminals of any width. Method: a real terminal, tmux's; a
/// restore from a repository that is slow; what the screen shows meanwhile and afterwards.
final class ProgressOnATerminalTest {
    private static final String RESTORE = "holdfast restore --target out --yes --limit-download 500; echo end=$?";
    private static final int ROWS = 15;

    private static final Workplace PLACE = new Workplace();

    private final String tmux = Programs.need("tmux");

    @BeforeAll
    static void makeSomethingToRestore() throws IOException {
        Files.createDirectory(PLACE.path("files"));
        Files.write(PLACE.path("files/file"), Trees.bytes(new Random(3), 1_500_000));
        Holdfast holdfast = PLACE.holdfast("backups");
        holdfast.run("init", "--key-cost", "10");
        holdfast.backup("files");
        Path bin = Files.createDirectory(PLACE.path("bin"));
        Files.createSymbolicLink(bin.resolve("holdfast"), HoldfastProcess.root().resolve("holdfast"));
    }

    @AfterAll
    static void remove() throws IOException {
        PLACE.close();
    }

    @AfterEach
    void end() throws IOException {
        tmux("kill-server");
        TreeRemoval.empty(PLACE.path("out"));
        Files.delete(PLACE.path("out"));
    }

    @ParameterizedTest
    @CsvSource({"80, TERM=screen", "200, TERM=screen", "40, NO_COLOR=1"})
    void itIsOneLineAndLeavesNothingBehind(int columns, String variable) throws Exception {
        open(columns, variable);
        type("clear; " + RESTORE);
        List<String> seen = screenWith("% ");
        assertThat(seen).filteredOn(ProgressOnATerminalTest::isProgress).hasSize(1);
        assertThat(seen.getLast())
                .startsWith("restoring ")
                .contains(" of 1.4 MiB")
                .hasSizeLessThan(columns);
        assertThat(seen.getLast().contains("[..")).isEqualTo(columns > 40);
        List<String> end = screenWith("end=0");
        assertThat(end).noneMatch(ProgressOnATerminalTest::isProgress);
    }

    @Test
    void aTerminalThatGetsNarrowerStillHasOneLine() throws Exception {
        open(120, "TERM=screen");
        type("clear; " + RESTORE);
        assertThat(screenWith("% ").getLast()).contains("[..").hasSizeBetween(55, 119);
        tmux("resize-window", "-t", "test", "-x", "50", "-y", Integer.toString(ROWS));
        // the line that the terminal has broken in two, then one that fits
        Await.until("a line that fits", () -> screen().getLast().matches("restoring  +[0-9]+%.*"));
        assertThat(screen()).filteredOn(ProgressOnATerminalTest::isProgress).hasSize(1);
        assertThat(screenWith("end=0")).noneMatch(ProgressOnATerminalTest::isProgress);
    }

    @Test
    void aDumbTerminalIsNotAskedToWriteOver() throws Exception {
        open(80, "TERM=dumb");
        type(RESTORE);
        Await.until("the end of the restore", () -> {
            List<String> seen = screen();
            assertThat(seen).noneMatch(ProgressOnATerminalTest::isProgress);
            return seen.contains("end=0");
        });
    }

    private static boolean isProgress(String line) {
        return line.contains("% ") || line.contains("[..") || line.contains("[##");
    }

    private void open(int columns, String variable) throws IOException {
        List<String> command = new ArrayList<>(List.of("-f", "/dev/null", "new-session", "-d", "-s", "test"));
        command.addAll(List.of("-x", Integer.toString(columns), "-y", Integer.toString(ROWS), "env", variable));
        command.addAll(List.of(
                "HOLDFAST_REPOSITORY=" + PLACE.path("backups"),
                "HOLDFAST_PASSWORD=" + Holdfast.PASSWORD,
                "HOLDFAST_BUILD=never",
                "LC_ALL=C.UTF-8",
                "PATH=" + PLACE.path("bin") + ":" + System.getenv("PATH"),
                "TMPDIR=" + PLACE.scratch(),
                "sh"));
        tmux(command.toArray(String[]::new));
    }

    private void type(String line) throws IOException {
        tmux("send-keys", "-t", "test", line, "Enter");
    }

    private List<String> screenWith(String text) throws Exception {
        List<String> found = new ArrayList<>();
        Await.until("'" + text + "' on the terminal", () -> {
            found.clear();
            found.addAll(screen());
            return found.stream().anyMatch(line -> line.contains(text) && !line.contains("echo"));
        });
        return found;
    }

    /// The lines that are not empty.
    private List<String> screen() throws IOException {
        return tmux("capture-pane", "-p", "-t", "test")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    /// With a server of this test's own.
    private String tmux(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(tmux, "-S", PLACE.path("tmux").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(PLACE.folder().toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
