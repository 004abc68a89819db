package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.concurrent.ExecutionException;

/// An error as the user meets it.
///
/// @param hint what to do about it; may be empty
record Failure(int exitCode, String message, String hint) {
    /// The error as a document, on stderr, with `--json`.
    record ErrorDocument(String messageType, int code, String message, String hint) {}

    static Failure of(Throwable thrown) {
        return switch (thrown) {
            case HoldfastException known -> new Failure(exitCode(known), message(known), known.hint());
            case UncheckedIOException wrapper when wrapper.getCause() != null -> of(wrapper.getCause());
            case ExecutionException wrapper when wrapper.getCause() instanceof Exception task -> of(task);
            case InterruptedException _, InterruptedIOException _, ClosedByInterruptException _ -> interrupted();
            case IOException world -> new Failure(ExitCode.FAILED, describe(world), hint(world));
            case OutOfMemoryError _ ->
                new Failure(
                        ExitCode.FAILED,
                        "out of memory: " + message(thrown),
                        "give it more: HOLDFAST_JAVA_OPTS='-Xmx2g -XX:MaxDirectMemorySize=1g'");
            default ->
                new Failure(
                        ExitCode.FAILED,
                        "internal error: " + thrown.getClass().getSimpleName() + ": " + message(thrown),
                        "this is a bug; please report it with what --debug prints");
        };
    }

    static Failure interrupted() {
        return new Failure(ExitCode.INTERRUPTED, "interrupted", "");
    }

    private static int exitCode(HoldfastException failure) {
        return switch (failure) {
            case HoldfastException.Failed _ -> ExitCode.FAILED;
            case HoldfastException.BadUsage _ -> ExitCode.BAD_USAGE;
            case HoldfastException.PreCheckFailed _ -> ExitCode.PRE_CHECK_FAILED;
            case HoldfastException.Damaged _ -> ExitCode.DAMAGED;
            case HoldfastException.NoRepository _ -> ExitCode.NO_REPOSITORY;
            case HoldfastException.Locked _ -> ExitCode.LOCKED;
            case HoldfastException.WrongPassword _ -> ExitCode.WRONG_PASSWORD;
            case HoldfastException.Interrupted _ -> ExitCode.INTERRUPTED;
        };
    }

    private static String message(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? "no details" : message;
    }

    /// The JDK's exceptions of the file system carry a bare path; what happened is in their class.
    private static String describe(IOException world) {
        return switch (world) {
            case NoSuchFileException missing -> "no such file or folder: " + missing.getFile();
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case FileAlreadyExistsException there -> "exists already: " + there.getFile();
            case FileSystemException file when file.getReason() != null -> file.getFile() + ": " + file.getReason();
            default -> world.getMessage() == null ? world.getClass().getSimpleName() : message(world);
        };
    }

    private static String hint(IOException world) {
        String text = message(world).toLowerCase(Locale.ROOT);
        String hint = remedy(world, text);
        return text.startsWith("locks/") ? hint + "; to read only, --no-lock does without" : hint;
    }

    private static String remedy(IOException world, String text) {
        if (text.contains("no space left")) {
            return "free some space there; what was stored before is untouched";
        }
        if (world instanceof AccessDeniedException || text.contains("permission denied")) {
            return "check owner and permissions, or run as the user they belong to";
        }
        if (text.contains("read-only file system")) {
            return "mount it for writing";
        }
        return "try again; --debug says where it failed";
    }

    /// Tells the user.
    int report(Console console, Throwable thrown, boolean debug) {
        if (message.equals(Console.UNREAD)) {
            return exitCode;
        }
        if (console.manner().json()) {
            console.errorDocument(new ErrorDocument("error", exitCode, message, hint));
        } else {
            console.error("holdfast: " + message);
            if (!hint.isEmpty()) {
                console.error("hint: " + hint);
            }
        }
        if (debug) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            console.error(trace.toString());
        }
        return exitCode;
    }
}
