package holdfast.cli;

import holdfast.cli.console.SystemTerminal;
import holdfast.cli.console.Terminal;
import java.io.PrintStream;
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
    static World system() {
        return new World(
                System.getenv(),
                new SystemTerminal(),
                System.out,
                System.err,
                Path.of("").toAbsolutePath(),
                InstantSource.system(),
                ZoneId.systemDefault());
    }

    @Override
    public String toString() {
        return "world at " + folder;
    }
}
