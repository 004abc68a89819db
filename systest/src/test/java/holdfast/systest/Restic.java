package holdfast.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The real restic on one repository.
final class Restic {
    private final String program = Programs.need("restic");
    private final Path repository;
    private final String password;

    Restic(Path repository, String password) {
        this.repository = repository;
        this.password = password;
    }

    /// How a run ended.
    record Result(int exitCode, byte[] out, String err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        String all() {
            return "exit code " + exitCode + "\n--- stdout\n" + text() + "\n--- stderr\n" + err;
        }
    }

    /// Runs and fails unless restic is content.
    String run(String... arguments) {
        Result result = attempt(List.of(), arguments);
        if (result.exitCode() != 0) {
            throw new AssertionError("restic " + String.join(" ", arguments) + ": " + result.all());
        }
        return result.text();
    }

    /// @param environment further variables, `NAME=value`
    Result attempt(List<String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program, "--no-cache", "-r", repository.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("RESTIC_PASSWORD", password);
        for (String variable : environment) {
            int equals = variable.indexOf('=');
            builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        try {
            Path out = Files.createTempFile("restic", ".out");
            Path err = Files.createTempFile("restic", ".err");
            try {
                Process process = builder.redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(4, TimeUnit.MINUTES)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("restic hangs: " + command);
                }
                return new Result(
                        process.exitValue(),
                        Files.readAllBytes(out),
                        Files.readString(err, StandardCharsets.ISO_8859_1));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
