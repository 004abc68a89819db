package holdfast.cli;

import holdfast.cli.console.FakeTerminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/// A world of a test's own: nothing of the real environment, terminal or clock gets in.
final class FakeWorld {
    /// How a run ended.
    record Result(int code, String out, String err) {}

    private final Path folder;
    private final Map<String, String> variables = new HashMap<>();
    private FakeTerminal terminal = FakeTerminal.none();
    private InstantSource clock = startingAt(Instant.parse("2026-03-01T12:00:00Z"));
    private boolean interrupted;

    FakeWorld(Path folder) {
        this.folder = folder;
    }

    /// A clock that goes on from there.
    private static InstantSource startingAt(Instant begin) {
        Duration behind = Duration.between(Instant.now(), begin);
        return Clock.offset(Clock.systemUTC(), behind);
    }

    FakeWorld with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    FakeWorld with(FakeTerminal user) {
        terminal = user;
        return this;
    }

    /// What time it is there: it passes as fast as anywhere.
    InstantSource clock() {
        return clock;
    }

    FakeWorld at(InstantSource time) {
        clock = time;
        return this;
    }

    FakeWorld interrupted() {
        interrupted = true;
        return this;
    }

    Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        World world = new World(
                variables,
                terminal,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                folder,
                clock,
                ZoneOffset.UTC);
        int code = Main.run(world, () -> interrupted, arguments);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
