package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Another process, ended with the test.
final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private Child(ProcessBuilder builder) throws IOException {
        process = builder.redirectErrorStream(true).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /// A Java program of the tests' class path.
    static Child java(Class<?> main, String... arguments) throws IOException {
        return java(List.of(), main, arguments);
    }

    /// @param prefix a command that runs another one, such as `setpriv …`
    static Child java(List<String> prefix, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new Child(new ProcessBuilder(command));
    }

    static Child writer(Path database, long seed, LedgerWriter.Checkpoints checkpoints, String... pragmas)
            throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(database.toString(), Long.toString(seed), checkpoints.toString()));
        arguments.addAll(List.of(pragmas));
        return java(LedgerWriter.class, arguments.toArray(String[]::new)).expect("writing");
    }

    static Child sqlite3(Path database) throws IOException {
        return new Child(new ProcessBuilder("sqlite3", "-batch", database.toString()));
    }

    Child send(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /// Waits for a line.
    Child expect(String line) throws IOException {
        List<String> others = new ArrayList<>();
        for (String read = output.readLine(); read != null; read = output.readLine()) {
            if (read.equals(line)) {
                return this;
            }
            others.add(read);
        }
        throw new AssertionError("the child ended and said " + others);
    }

    long pid() {
        return process.pid();
    }

    /// What `kill -9` does.
    void kill() {
        try {
            assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Ends its input and waits for its end.
    ///
    /// @return what it still had to say, and its exit code in a line of its own
    List<String> await() throws IOException, InterruptedException {
        process.getOutputStream().close();
        List<String> said = new ArrayList<>(output.readAllLines());
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        said.add("exit " + process.exitValue());
        return said;
    }

    @Override
    public void close() {
        kill();
    }
}
