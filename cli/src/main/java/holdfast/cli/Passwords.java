package holdfast.cli;

import holdfast.cli.Environment.PasswordVariables;
import holdfast.cli.console.Terminal;
import holdfast.model.HoldfastException;
import holdfast.repository.Password;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Finds the repository's password: in the options, else in Holdfast's variables, else in restic's, else by
/// asking. Never in the arguments, where every user of the host could read it; never in a message.
final class Passwords {
    private static final int LONGEST = 64 << 10;
    private static final int COMMAND_MINUTES = 5;
    private final Environment environment;
    private final GlobalOptions options;
    private final Terminal terminal;
    private final Path folder;
    private final String how;
    private boolean asked;

    Passwords(Environment environment, GlobalOptions options, Terminal terminal, Path folder) {
        this.environment = environment;
        this.options = options;
        this.terminal = terminal;
        this.folder = folder;
        String option = "--" + environment.optionPrefix();
        how = "give it by " + option + "password-file, " + option + "password-command or HOLDFAST_"
                + environment.variablePrefix() + "PASSWORD; or choose to have none by " + option
                + "insecure-no-password";
    }

    /// Whether the last answer was typed, so that asking again makes sense.
    boolean asked() {
        return asked;
    }

    /// The password of a repository that exists.
    ///
    /// @throws HoldfastException.BadUsage when there is none, or more than one way to it is given
    Password existing() throws IOException {
        Optional<Password> given = given();
        return given.isPresent() ? given.get() : askOnce(question());
    }

    private String question() {
        return environment.optionPrefix().isEmpty()
                ? "password of the repository:"
                : "password of the repository to copy from:";
    }

    /// The password of a repository that is to be made: on a terminal it is asked for twice.
    Password forNew() throws IOException {
        Optional<Password> given = given();
        return given.isPresent() ? given.get() : askTwice("password for the new repository:");
    }

    /// A further or new password of a repository that is open: asked for twice unless a file holds it.
    ///
    /// @param noPassword whether it shall be the empty one
    Password replacement(@Nullable Path file, boolean noPassword) throws IOException {
        if (noPassword && file != null) {
            throw new HoldfastException.BadUsage(
                    "both --new-password-file and --new-insecure-no-password are given", "leave one of them out");
        }
        if (noPassword) {
            return Password.empty();
        }
        return file == null ? askTwice("new password:") : ofFile(file);
    }

    private Optional<Password> given() throws IOException {
        asked = false;
        int ways = (options.passwordFile == null ? 0 : 1)
                + (options.passwordCommand == null ? 0 : 1)
                + (options.insecureNoPassword ? 1 : 0);
        if (ways > 1) {
            throw new HoldfastException.BadUsage(
                    "more than one of --%1$spassword-file, --%1$spassword-command and --%1$sinsecure-no-password is given"
                            .formatted(environment.optionPrefix()),
                    "leave all but one out");
        }
        if (options.insecureNoPassword) {
            return Optional.of(Password.empty());
        }
        if (options.passwordFile != null) {
            return Optional.of(ofFile(options.passwordFile));
        }
        return options.passwordCommand == null
                ? ofEnvironment(environment.password())
                : Optional.of(ofCommand(options.passwordCommand));
    }

    private Optional<Password> ofEnvironment(PasswordVariables variables) throws IOException {
        if (variables.file().isPresent() && variables.command().isPresent()) {
            throw new HoldfastException.BadUsage(
                    "both " + variables.prefix() + "_PASSWORD_FILE and " + variables.prefix()
                            + "_PASSWORD_COMMAND are set",
                    "unset one of them");
        }
        if (variables.file().isPresent()) {
            return Optional.of(ofFile(Path.of(variables.file().get())));
        }
        if (variables.command().isPresent()) {
            return Optional.of(ofCommand(variables.command().get()));
        }
        return variables.value().map(Password::of);
    }

    private Password ofFile(Path file) throws IOException {
        Path path = folder.resolve(file);
        try (InputStream in = Files.newInputStream(path)) {
            return trimmed(in.readNBytes(LONGEST), "the password file " + path);
        } catch (IOException e) {
            throw new HoldfastException.BadUsage(
                    "cannot read the password file: " + Failure.of(e).message(), how);
        }
    }

    /// The command may ask its user something itself: it has our stdin and stderr, and some minutes.
    private Password ofCommand(String command) throws IOException {
        Process process = new ProcessBuilder("/bin/sh", "-c", command)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .directory(folder.toFile())
                .start();
        try (InputStream out = process.getInputStream()) {
            byte[] answer = out.readNBytes(LONGEST);
            if (!process.waitFor(COMMAND_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new HoldfastException.BadUsage(
                        "the password command failed"
                                + (process.isAlive() ? "" : " with exit code " + process.exitValue()),
                        "run it by itself to see why");
            }
            return trimmed(answer, "the password command");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted while the password command ran", "");
        } finally {
            process.destroyForcibly();
        }
    }

    /// Without a byte order mark and white space around it, as restic reads it.
    private Password trimmed(byte[] bytes, String origin) {
        int begin = 0;
        int end = bytes.length;
        if (end >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            begin = 3;
        }
        while (begin < end && space(bytes[begin])) {
            begin++;
        }
        while (end > begin && space(bytes[end - 1])) {
            end--;
        }
        if (begin == end) {
            throw new HoldfastException.BadUsage(origin + " gives no password", how);
        }
        return Password.of(Arrays.copyOfRange(bytes, begin, end));
    }

    private static boolean space(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private Password askOnce(String question) {
        if (!terminal.canAsk()) {
            throw new HoldfastException.BadUsage("no password is given", how);
        }
        asked = true;
        String answer = terminal.askSecret(question).orElse("");
        if (answer.isEmpty()) {
            throw new HoldfastException.BadUsage("an empty password is none", how);
        }
        return Password.of(answer.getBytes(StandardCharsets.UTF_8));
    }

    private Password askTwice(String question) {
        Password first = askOnce(question);
        if (!first.equals(askOnce("once more:"))) {
            throw new HoldfastException.BadUsage("the two passwords differ", "try again");
        }
        return first;
    }
}
