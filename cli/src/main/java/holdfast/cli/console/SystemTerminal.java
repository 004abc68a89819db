package holdfast.cli.console;

import holdfast.model.HoldfastException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// The terminal the program was started from. The launcher says what it saw by system properties:
/// `holdfast.terminal` names those of stdin (`i`), stdout (`o`) and stderr (`e`) that are terminals,
/// `holdfast.columns` its width, where the kernel does not tell.
public final class SystemTerminal implements Terminal {
    private static final int USUAL_COLUMNS = 80;

    private final String streams;
    private final int columns;
    private final boolean dumb;
    private final BufferedReader in;

    /// @param type `TERM`
    public SystemTerminal(String type) {
        dumb = type.equals("dumb");
        streams = System.getProperty("holdfast.terminal", "");
        columns = Integer.getInteger("holdfast.columns", USUAL_COLUMNS);
        in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }

    @Override
    public boolean canAsk() {
        return streams.contains("i") && streams.contains("e");
    }

    @Override
    public boolean outIsShown() {
        return streams.contains("o");
    }

    @Override
    public boolean errIsShown() {
        return streams.contains("e");
    }

    @Override
    public boolean moves() {
        return !dumb;
    }

    @Override
    public int columns() {
        int now = errIsShown() ? WindowSize.columns() : 0;
        if (now > 0) {
            return now;
        }
        return columns > 0 ? columns : USUAL_COLUMNS;
    }

    @Override
    public Optional<String> ask(String question) {
        System.err.print(question + " ");
        System.err.flush();
        return line();
    }

    @Override
    public Optional<String> askSecret(String question) {
        Thread visibleAgain = Thread.ofPlatform().unstarted(() -> stty("echo"));
        Runtime.getRuntime().addShutdownHook(visibleAgain);
        try {
            stty("-echo");
            return ask(question);
        } finally {
            stty("echo");
            System.err.println();
            try {
                Runtime.getRuntime().removeShutdownHook(visibleAgain);
            } catch (IllegalStateException shuttingDown) {
                // then the hook runs: echo is switched on twice, which does no harm
            }
        }
    }

    /// A read from a terminal cannot be interrupted, so another thread reads and this one waits.
    private Optional<String> line() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("terminal").start(() -> {
            try {
                answer.complete(Optional.ofNullable(in.readLine()));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted at a question", "");
        } catch (ExecutionException e) {
            throw new UncheckedIOException("cannot read the answer", new IOException(e.getCause()));
        }
    }

    private static void stty(String setting) {
        try {
            Process stty = new ProcessBuilder("stty", setting)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            stty.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new HoldfastException.Failed(
                    String.format(Locale.ROOT, "cannot hide what is typed: %s", e.getMessage()),
                    "give the password by --password-file or HOLDFAST_PASSWORD",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
