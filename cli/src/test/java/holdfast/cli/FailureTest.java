package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class FailureTest {
    @Test
    void everyKindOfFailureHasItsDocumentedExitCode() {
        assertThat(code(new HoldfastException.Failed("m", "h"))).isEqualTo(1);
        assertThat(code(new HoldfastException.BadUsage("m", "h"))).isEqualTo(2);
        assertThat(code(new HoldfastException.PreCheckFailed("m", "h"))).isEqualTo(4);
        assertThat(code(new HoldfastException.Damaged("m", "h"))).isEqualTo(9);
        assertThat(code(new HoldfastException.NoRepository("m", "h"))).isEqualTo(10);
        assertThat(code(new HoldfastException.Locked("m", "h"))).isEqualTo(11);
        assertThat(code(new HoldfastException.WrongPassword("m", "h"))).isEqualTo(12);
        assertThat(code(new HoldfastException.Interrupted("m", "h"))).isEqualTo(130);
        assertThat(code(new InterruptedIOException())).isEqualTo(130);
        assertThat(code(new ClosedByInterruptException())).isEqualTo(130);
        assertThat(code(new IOException("x"))).isEqualTo(1);
        assertThat(code(new OutOfMemoryError("x"))).isEqualTo(1);
        assertThat(code(new IllegalStateException("x"))).isEqualTo(1);
    }

    private static int code(Throwable thrown) {
        return Failure.of(thrown).exitCode();
    }

    @Test
    void wrappersAreTakenOff() {
        Throwable inner = new HoldfastException.Locked("m", "h");
        assertThat(code(new ExecutionException(inner))).isEqualTo(11);
        assertThat(Failure.of(new UncheckedIOException(new NoSuchFileException("/x")))
                        .message())
                .isEqualTo("no such file or folder: /x");
    }

    @Test
    void theFileSystemsFailuresSayWhatHappened() {
        assertThat(Failure.of(new AccessDeniedException("/x")))
                .isEqualTo(new Failure(
                        1, "permission denied: /x", "check owner and permissions, or run as the user they belong to"));
        assertThat(Failure.of(new FileSystemException("/x", null, "No space left on device"))
                        .hint())
                .contains("free some space");
        assertThat(Failure.of(new IOException()).message()).isEqualTo("IOException");
        assertThat(Failure.of(new IOException("x")).hint()).contains("--debug");
        assertThat(Failure.of(new IOException("locks/1 could not be stored: Read-only file system"))
                        .hint())
                .isEqualTo("mount it for writing; to read only, --no-lock does without");
    }

    @Test
    void aBugAsksToBeReported() {
        assertThat(Failure.of(new IllegalStateException("x")).hint()).contains("--debug");
    }
}
