package holdfast.systest;

import holdfast.source.TreeRemoval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A folder of a test's own, removed with everything in it, whatever its names and modes are.
final class Workplace implements AutoCloseable {
    private final Path folder;

    Workplace() {
        try {
            folder = Files.createTempDirectory("holdfast-systest").toRealPath();
            Files.createDirectory(scratch());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /// Where the program puts its temporary files; nothing else is put there.
    Path scratch() {
        return folder.resolve("scratch");
    }

    Holdfast holdfast(String repository) {
        return Holdfast.on(path(repository), folder, scratch());
    }

    Restic restic(String repository) {
        return new Restic(path(repository), Holdfast.PASSWORD);
    }

    /// Copies a tree with all its attributes; links stay links.
    Path copy(String from, String to) {
        run("cp", "-a", "--", path(from).toString(), path(to).toString());
        return path(to);
    }

    /// A copy of a file, under a name that nobody asked for.
    Path copyOf(String file) throws IOException {
        Path copy = Files.createTempDirectory(folder, "copy").resolve("file");
        return Files.copy(path(file), copy);
    }

    /// Runs a command that must succeed.
    void run(String... command) {
        run(folder, command);
    }

    /// Runs a command that must succeed.
    static void run(Path folder, String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " failed: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + List.of(command), e);
        }
    }

    @Override
    public void close() throws IOException {
        TreeRemoval.empty(folder);
        Files.delete(folder);
    }
}
