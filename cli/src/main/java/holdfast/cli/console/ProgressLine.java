package holdfast.cli.console;

import holdfast.model.Progress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Shows how some work goes on: on a terminal one line that is written over four times a second; where stderr
/// is no terminal, or a dumb one, a plain line every ten seconds; in JSON, when asked for, a document every second. One
/// thread
/// of its own, which ends with [#close].
public final class ProgressLine implements AutoCloseable {
    /// A document of `--json --progress`.
    ///
    /// @param percentDone 0 to 100, or -1 while unknown
    record Status(
            String messageType,
            String step,
            double secondsElapsed,
            double secondsRemaining,
            double percentDone,
            long bytesDone,
            long totalBytes,
            long itemsDone,
            long totalItems,
            long bytesStored,
            String item) {}

    private enum Form {
        NONE(Duration.ofDays(1)),
        LIVE(Duration.ofMillis(250)),
        PLAIN(Duration.ofSeconds(10)),
        JSON(Duration.ofSeconds(1));

        private final Duration every;

        Form(Duration every) {
            this.every = every;
        }
    }

    private static final int NARROWEST = 10;

    /// The rate is taken over this long.
    private static final long WINDOW_NANOS = Duration.ofSeconds(6).toNanos();

    private record Moment(long nanos, long bytes) {}

    private final Progress progress;
    private final Console console;
    private final LongSupplier nanos;
    private final Form form;
    private final long begin;
    private final Deque<Moment> moments = new ArrayDeque<>();
    private final CountDownLatch end = new CountDownLatch(1);
    /// Cells of the line on the terminal; 0 when there is none.
    private int visible;

    ProgressLine(Progress progress, Console console, LongSupplier nanos) {
        this.progress = progress;
        this.console = console;
        this.nanos = nanos;
        this.form = form(console);
        this.begin = nanos.getAsLong();
    }

    private static Form form(Console console) {
        Console.Manner manner = console.manner();
        if (manner.json()) {
            return manner.progress() ? Form.JSON : Form.NONE;
        }
        if (manner.quiet() && !manner.progress()) {
            return Form.NONE;
        }
        Terminal terminal = console.terminal();
        return terminal.errIsShown() && terminal.moves() ? Form.LIVE : Form.PLAIN;
    }

    void start() {
        if (form != Form.NONE) {
            Thread.ofPlatform().daemon().name("progress").start(this::loop);
        }
    }

    private void loop() {
        try {
            while (!end.await(form.every.toMillis(), TimeUnit.MILLISECONDS)) {
                show();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Shows the present state; called by the thread, and by tests.
    void show() {
        ProgressText now = look();
        synchronized (console) {
            if (end.getCount() == 0) {
                return;
            }
            switch (form) {
                case LIVE -> {
                    // the last column stays free: some terminals break the line when it is filled
                    int columns = Math.max(NARROWEST, console.terminal().columns());
                    String line = now.line(columns - 1);
                    console.raw(begin(columns) + line + "\u001b[K");
                    visible = Cells.of(line);
                }
                case PLAIN -> console.raw(now.line(200) + System.lineSeparator());
                case JSON -> console.document(status(now, percent(now)));
                case NONE -> {}
            }
        }
    }

    private ProgressText look() {
        long now = nanos.getAsLong();
        long bytes = progress.doneBytes();
        moments.addLast(new Moment(now, bytes));
        while (moments.size() > 2 && now - moments.getFirst().nanos() > WINDOW_NANOS) {
            moments.removeFirst();
        }
        Moment first = moments.size() == 1 ? new Moment(begin, 0) : moments.getFirst();
        double seconds = (now - first.nanos()) / 1e9;
        double rate = seconds < 0.1 ? 0 : (bytes - first.bytes()) / seconds;
        return new ProgressText(
                progress.step(),
                progress.item(),
                bytes,
                progress.totalBytes(),
                progress.doneItems(),
                progress.totalItems(),
                Duration.ofNanos(now - begin),
                rate);
    }

    private static double percent(ProgressText now) {
        return now.share() < 0 ? -1 : Math.round(now.share() * 10_000) / 100.0;
    }

    private Status status(ProgressText now, double percent) {
        return new Status(
                "status",
                now.step(),
                now.elapsed().toMillis() / 1000.0,
                now.left().toMillis() / 1000.0,
                percent,
                now.doneBytes(),
                now.totalBytes(),
                now.doneItems(),
                now.totalItems(),
                progress.storedBytes(),
                now.item());
    }

    /// To the beginning of the line. A terminal that got narrower has broken the line into several.
    private String begin(int columns) {
        int below = visible == 0 ? 0 : (visible - 1) / columns;
        return below == 0 ? "\r" : "\r\u001b[" + below + "A\u001b[J";
    }

    /// Makes room for another line; the console holds its monitor.
    void clear() {
        if (visible > 0) {
            console.raw(begin(Math.max(NARROWEST, console.terminal().columns())) + "\u001b[K");
            visible = 0;
        }
    }

    /// Takes the line away.
    @Override
    public void close() {
        synchronized (console) {
            if (form == Form.JSON && end.getCount() > 0) {
                ProgressText last = look(); // how far it came
                boolean all = last.totalBytes() > 0 && last.doneBytes() >= last.totalBytes();
                console.document(status(last, all ? 100 : percent(last)));
            }
            end.countDown();
            clear();
            console.unfollow(this);
        }
    }
}
