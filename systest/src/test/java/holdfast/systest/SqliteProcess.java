package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A `sqlite3` that stays: another program that has a database open. Used by one thread, but for [#said].
final class SqliteProcess implements AutoCloseable {
    private final Path output;
    private final Process process;
    private int asked;

    /// @param first dot commands and pragmas to begin with
    SqliteProcess(Path database, String... first) throws IOException {
        output = Files.createTempFile("sqlite3", ".out");
        List<String> command = new ArrayList<>(List.of(Programs.need("sqlite3"), "-batch", "-bail"));
        for (String word : first) {
            command.addAll(List.of("-cmd", word));
        }
        command.add(database.toString());
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    long pid() {
        return process.pid();
    }

    /// Hands a line over; returns when it fits into the pipe.
    void send(String line) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /// What it answers to a line, once it has answered.
    String ask(String line) throws IOException, InterruptedException {
        int before = said().length();
        String end = "end of answer " + ++asked + "\n";
        send(line);
        send(".print " + end.strip());
        Await.until("the answer to " + line, () -> said().endsWith(end) || !process.isAlive());
        String answer = said().substring(before);
        assertThat(answer).as("sqlite3 lives").endsWith(end);
        return answer.substring(0, answer.length() - end.length()).strip();
    }

    /// All that it has said so far.
    String said() throws IOException {
        return Files.readString(output);
    }

    /// `kill -9`, which gives it no chance to tidy up.
    void kill() throws InterruptedException {
        assertThat(process.destroyForcibly().waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    /// Ends its input and waits until it has done all it was told; fails if it could not.
    void finish() throws IOException, InterruptedException {
        process.getOutputStream().close();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("sqlite3 ended").isTrue();
        String said = said();
        assertThat(process.exitValue())
                .as("sqlite3 said at last: " + said.substring(Math.max(0, said.length() - 1000)))
                .isZero();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(output);
    }
}
