package holdfast.cli.console;

import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/// Where the program speaks: results on stdout, everything about the way there on stderr. Safe for use by many
/// threads; a line never tears the progress line apart.
public final class Console {
    /// How the user wants to be spoken to.
    ///
    /// @param verbosity 0, or how often `--verbose` was given
    /// @param progress shows progress where it would not be shown: in JSON, and where stderr is no terminal
    public record Manner(boolean json, boolean quiet, int verbosity, boolean colour, boolean progress) {}

    /// What a piece of text means, shown by colour where there is any.
    public enum Style {
        GOOD("32"),
        WARNING("33"),
        BAD("31"),
        STRONG("1"),
        FAINT("2");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    /// Why a run ends when nobody reads the list any more; that is no news to whoever closed the pipe.
    public static final String UNREAD = "";

    private static final int CHECK_EVERY = 1000;

    private final PrintStream out;
    private final PrintStream err;
    private final Terminal terminal;
    private volatile Manner manner = new Manner(false, false, 0, false, false);
    private @Nullable ProgressLine shown;
    private long listed;

    public Console(PrintStream out, PrintStream err, Terminal terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    /// Known only once the command line has been read.
    public void manner(Manner chosen) {
        manner = chosen;
    }

    public Manner manner() {
        return manner;
    }

    public Terminal terminal() {
        return terminal;
    }

    /// A line of the result, for people: nothing is said when the result is asked for as JSON.
    public void line(String text) {
        if (!manner.json()) {
            print(out, text);
        }
    }

    /// A line that only tells what was done; not said when the user wants it quiet.
    public void note(String text) {
        if (!manner.quiet()) {
            line(text);
        }
    }

    /// A line for whoever asked for more of them by `--verbose`.
    public void detail(String text) {
        if (manner.verbosity() > 0) {
            note(text);
        }
    }

    /// How the work is done, where that is not what the user would think; not said when they want it
    /// quiet, nor in JSON, where the document has it.
    public void remark(String text) {
        if (!manner.json() && !manner.quiet()) {
            print(err, "note: " + text);
        }
    }

    /// Something the user should know although the work goes on.
    public void warn(String text) {
        print(err, paintErr(Style.WARNING, "warning:") + " " + text);
    }

    /// What to do about what was just told; for people only.
    public void hint(String text) {
        if (!manner.json()) {
            error("hint: " + text);
        }
    }

    /// A line on stderr, for errors and their hints.
    public void error(String text) {
        print(err, text);
    }

    /// A document of the result as JSON, one line; said only when asked for.
    public void document(Object value) {
        if (manner.json()) {
            print(out, JsonText.of(value));
        }
    }

    /// A document on stderr, for an error told as JSON.
    public void errorDocument(Object value) {
        print(err, JsonText.of(value));
    }

    /// One of very many lines of a list: not flushed one by one. Whoever reads them may have seen enough.
    ///
    /// @throws HoldfastException.Interrupted when nobody reads stdout any more
    public void listed(String text) {
        if (!manner.json()) {
            list(text);
        }
    }

    /// One of very many documents.
    public void listed(Record value) {
        if (manner.json()) {
            list(JsonText.of(value));
        }
    }

    private synchronized void list(String text) {
        out.println(text);
        if (++listed % CHECK_EVERY == 0 && out.checkError()) {
            throw new HoldfastException.Interrupted(UNREAD, "");
        }
    }

    /// Hands over what is still held back; at the end of the run.
    public void flush() {
        out.flush();
        err.flush();
    }

    private synchronized void print(PrintStream stream, String text) {
        ProgressLine line = shown;
        if (line != null) {
            line.clear();
        }
        stream.println(text);
        stream.flush();
    }

    /// For stdout; the text as it is where there are no colours.
    public String paint(Style style, String text) {
        return paint(manner.colour() && terminal.outIsShown(), style, text);
    }

    private String paintErr(Style style, String text) {
        return paint(manner.colour() && terminal.errIsShown(), style, text);
    }

    private static String paint(boolean colour, Style style, String text) {
        return colour ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
    }

    /// Shows progress, if it is to be shown, until closed.
    public synchronized ProgressLine follow(Progress progress) {
        ProgressLine line = new ProgressLine(progress, this, System::nanoTime);
        shown = line;
        line.start();
        return line;
    }

    synchronized void unfollow(ProgressLine line) {
        if (line.equals(shown)) {
            shown = null;
        }
    }

    /// A piece of the progress display, without a line break; only for [ProgressLine].
    synchronized void raw(String text) {
        err.print(text);
        err.flush();
    }

    /// A path or other text from outside, safe to be shown: control characters are escaped.
    public static String safe(String text) {
        return FileNames.display(text);
    }
}
