package holdfast.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final ProgressText HALF = new ProgressText(
            "reading",
            "/srv/uploads/2026/03/photo-of-the-year.jpeg",
            1L << 30,
            2L << 30,
            10,
            20,
            Duration.ofSeconds(10),
            100 << 20);

    @Test
    void aWideLineSaysEverything() {
        assertThat(HALF.line(140))
                .isEqualTo("reading  [##########..........]   50%  1.0 GiB of 2.0 GiB  100.0 MiB/s  0:10 left"
                        + "  /srv/uploads/2026/03/photo-of-the-year.jpeg");
    }

    @Test
    void aNarrowLineKeepsWhatMattersMost() {
        assertThat(HALF.line(40)).isEqualTo("reading   50%  1.0 GiB of 2.0 GiB");
        assertThat(HALF.line(14)).isEqualTo("reading   50%");
        assertThat(HALF.line(6)).isEqualTo(" 50%");
    }

    @Test
    void noLineIsEverTooLong() {
        for (int columns = 1; columns < 200; columns++) {
            assertThat(HALF.line(columns).length()).as("%d columns", columns).isLessThanOrEqualTo(columns);
        }
    }

    @Test
    void whatIsUnknownIsNotInvented() {
        ProgressText start = new ProgressText("scanning", "", 0, 0, 0, 0, Duration.ofSeconds(3), 0);
        assertThat(start.line(80)).isEqualTo("scanning  0:03");
        assertThat(start.share()).isEqualTo(-1);
    }

    @Test
    void whatIsShownIsNeverQuiteDone() {
        ProgressText more = new ProgressText("x", "", 30, 20, 0, 0, Duration.ofSeconds(3), 5);
        assertThat(more.share()).isEqualTo(0.99);
        assertThat(more.left()).isZero();
    }

    @Test
    void aPathFromOutsideCannotTouchTheTerminal() {
        ProgressText text = new ProgressText("x", "a\u001b[2Jb\nccccccccc", 0, 0, 1, 2, Duration.ZERO, 0);
        assertThat(text.line(120)).contains("a\\x1b[2Jb\\ncc").doesNotContain("\u001b", "\n");
    }

    @Test
    void aLineOfTextTakesThePlaceOfTheProgressLine() {
        Output output = new Output(FakeTerminal.answering().wide(60));
        Progress progress = new Progress();
        progress.expect(100, 1);
        progress.step("reading");
        try (ProgressLine line = new ProgressLine(progress, output.console, output.time::get)) {
            output.time.set(1_000_000_000L);
            progress.bytes(50);
            line.show();
            assertThat(output.err()).startsWith("\rreading").endsWith("\u001b[K");
            line.clear();
            assertThat(output.err()).endsWith("\r\u001b[K");
        }
    }

    @Test
    void aLineThatTheTerminalBrokeIsTakenAwayWhole() {
        FakeTerminal terminal = FakeTerminal.answering().wide(100);
        Output output = new Output(terminal);
        Progress progress = new Progress();
        progress.step("reading");
        progress.item("x".repeat(200));
        try (ProgressLine line = new ProgressLine(progress, output.console, output.time::get)) {
            line.show();
            terminal.wide(40);
            line.show();
            // 99 cells are three lines of 40
            assertThat(output.err()).contains("\r\u001b[2A\u001b[Jreading");
            terminal.wide(100);
            line.show();
            assertThat(output.err()).endsWith("\u001b[K").doesNotContain("\u001b[1A");
        }
    }

    @Test
    void aDumbTerminalGetsPlainLines() {
        Output output = new Output(FakeTerminal.answering().dumb());
        Progress progress = new Progress();
        progress.step("reading");
        new ProgressLine(progress, output.console, output.time::get).show();
        assertThat(output.err()).isEqualTo("reading  0:00" + System.lineSeparator());
    }

    @Test
    void namesOfEastAsiaTakeTwiceTheRoom() {
        ProgressText text =
                new ProgressText("reading", "/写真/二〇二六年の夏の写真/e\u0301té/写真.jpeg", 0, 0, 1, 2, Duration.ZERO, 0);
        for (int columns = 45; columns < 120; columns++) {
            assertThat(Cells.of(text.line(columns))).as("%d columns", columns).isLessThanOrEqualTo(columns);
        }
        assertThat(text.line(75)).endsWith("真.jpeg").contains("…");
        assertThat(Cells.of("写真e\u0301")).isEqualTo(5);
    }

    @Test
    void withoutATerminalLinesAreWhole() {
        Output output = new Output(FakeTerminal.none());
        Progress progress = new Progress();
        progress.step("reading");
        ProgressLine line = new ProgressLine(progress, output.console, output.time::get);
        line.show();
        line.close();
        line.show();
        assertThat(output.err()).isEqualTo("reading  0:00" + System.lineSeparator());
    }

    @Test
    void quietAndJsonHaveNoProgressUnlessAskedFor() {
        Output output = new Output(FakeTerminal.answering());
        output.console.manner(new Console.Manner(true, false, 0, false, false));
        new ProgressLine(new Progress(), output.console, output.time::get).show();
        output.console.manner(new Console.Manner(false, true, 0, false, false));
        new ProgressLine(new Progress(), output.console, output.time::get).show();
        assertThat(output.err() + output.out()).isEmpty();
        output.console.manner(new Console.Manner(true, false, 0, false, true));
        new ProgressLine(new Progress(), output.console, output.time::get).show();
        assertThat(output.out()).startsWith("{\"message_type\":\"status\",\"step\":\"\",");
    }

    /// A console whose output is kept, and a clock that stands still.
    private static final class Output {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final AtomicLong time = new AtomicLong();
        private final Console console;

        Output(Terminal terminal) {
            console = new Console(
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    terminal);
        }

        String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        String err() {
            return err.toString(StandardCharsets.UTF_8);
        }
    }
}
