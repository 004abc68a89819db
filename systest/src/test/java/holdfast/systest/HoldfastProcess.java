package holdfast.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The real program, started through the `holdfast` script in the root of the project. It sees an environment
/// of its own: PATH, HOME, TMPDIR and where the JDK is, beside what the test gives it. The script replaces
/// itself by the JVM, so a signal reaches the program.
final class HoldfastProcess implements AutoCloseable {
    /// How a run ended.
    ///
    /// @param exitCode 128 + number of the signal when a signal ended it
    record Result(int exitCode, String out, String err) {
        /// All that was printed, to name it when an assertion fails.
        String all() {
            return "exit code " + exitCode + "\n--- stdout\n" + out + "\n--- stderr\n" + err;
        }
    }

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Path ROOT = findRoot();
    private static final List<String> INHERITED = List.of("PATH", "HOME", "TMPDIR", "JAVA_HOME", "HOLDFAST_JAVA_HOME");

    static {
        build();
    }

    private final Process process;
    private final Path output;
    private final List<String> command;

    private HoldfastProcess(Process process, Path output, List<String> command) {
        this.process = process;
        this.output = output;
        this.command = command;
    }

    /// Runs to the end, for at most four minutes.
    static Result run(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        try (HoldfastProcess started = start(folder, environment, arguments)) {
            return started.await(PATIENCE);
        }
    }

    /// @param folder the working directory
    static HoldfastProcess start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ROOT.resolve("holdfast").toString());
        command.addAll(List.of(arguments));
        return start(folder, environment, command);
    }

    /// Starts any command with the same care.
    static HoldfastProcess start(Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        Path output = Files.createTempDirectory("holdfast-process");
        // whoever runs these tests in the background has these ignored, and whom they start inherits that
        List<String> hearing = new ArrayList<>(List.of("env", "--default-signal=INT,HUP,TERM"));
        hearing.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(hearing).directory(folder.toFile());
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("HOLDFAST_BUILD", "never");
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectOutput(output.resolve("out").toFile());
        builder.redirectError(output.resolve("err").toFile());
        return new HoldfastProcess(builder.start(), output, List.copyOf(command));
    }

    /// The root of the project's tree.
    static Path root() {
        return ROOT;
    }

    long pid() {
        return process.pid();
    }

    /// Watches it to its end.
    ///
    /// @return most bytes of memory that it had of its own: `RssAnon`, which is heap, threads and
    ///     buffers, but no mapped files
    long mostMemory() throws IOException {
        long most = 0;
        try {
            do {
                most = Math.max(most, memory());
            } while (!process.waitFor(20, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while watching " + command, e);
        }
        return most;
    }

    private long memory() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .sum();
        } catch (NoSuchFileException | UncheckedIOException _) {
            return 0; // it has ended meanwhile
        }
    }

    boolean running() {
        return process.isAlive();
    }

    /// Waits for the end.
    ///
    /// @throws IllegalStateException when it takes longer than `patience`; the process is killed then
    Result await(Duration patience) throws IOException {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(command + " did not end within " + patience + "\n"
                        + result(-1).all());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        }
        return result(process.exitValue());
    }

    private Result result(int exitCode) throws IOException {
        return new Result(exitCode, out(), read("err"));
    }

    /// What it has printed on stdout so far.
    String out() throws IOException {
        return read("out");
    }

    /// What it has printed on stderr so far.
    String err() throws IOException {
        return read("err");
    }

    private String read(String stream) throws IOException {
        return new String(Files.readAllBytes(output.resolve(stream)), StandardCharsets.UTF_8);
    }

    /// `kill -9`: it gets no chance to tidy up.
    void kill() {
        process.destroyForcibly();
    }

    /// Sends `TERM`, `INT`, `STOP` and so on.
    void signal(String name) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        try {
            kill.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending a signal", e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(output.resolve("out"));
        Files.deleteIfExists(output.resolve("err"));
        Files.deleteIfExists(output);
    }

    private static Path findRoot() {
        Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("holdfast")) || !Files.isDirectory(folder.resolve("core"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException("not inside the project: " + System.getProperty("user.dir"));
            }
            folder = parent;
        }
        return folder;
    }

    /// Once for all tests; the runs themselves may then not build, so that no time limit is spent on it.
    private static void build() {
        List<String> command = List.of(ROOT.resolve("holdfast").toString());
        try (HoldfastProcess started = start(ROOT, Map.of("HOLDFAST_BUILD", "only"), command)) {
            Result result = started.await(Duration.ofMinutes(15));
            if (result.exitCode() != 0) {
                throw new IllegalStateException("the program could not be built: " + result.all());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
