package holdfast.cli;

import holdfast.cli.console.SystemTerminal;
import holdfast.cli.console.Terminal;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;

/// Everything outside the program that its commands touch by themselves; tests make their own.
///
/// @param variables the environment
/// @param folder what relative paths are relative to
/// @param zone the user's time zone
record World(
        Map<String, String> variables,
        Terminal terminal,
        PrintStream out,
        PrintStream err,
        Path folder,
        InstantSource clock,
        ZoneId zone) {
    private static final int BUFFER = 32 << 10;

    static World system() {
        return new World(
                System.getenv(),
                new SystemTerminal(System.getenv().getOrDefault("TERM", "")),
                buffered(FileDescriptor.out),
                buffered(FileDescriptor.err),
                Path.of("").toAbsolutePath(),
                InstantSource.system(),
                ZoneId.systemDefault());
    }

    /// The console decides when to flush: lists of a million lines are not written line by line.
    private static PrintStream buffered(FileDescriptor stream) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(stream), BUFFER), false, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "world at " + folder;
    }
}
