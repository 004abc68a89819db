package holdfast.cli.launch;

import holdfast.cli.Main;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The run whose loaded classes and profiles the JVM writes into the AOT cache: what people do most, in small.
/// Prints nothing and never fails; a cache of less is still a cache.
public final class Training {
    private Training() {}

    public static void main(String[] args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            System.setOut(nowhere);
            System.setErr(nowhere);
            for (String line : List.of("--version", "--help")) {
                Main.run(line.split(" "));
            }
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
