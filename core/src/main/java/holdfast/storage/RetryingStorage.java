package holdfast.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/// Tries again what failed for a reason that may pass. What cannot pass is not tried again: a file that is not
/// there, exists already, is too short or may not be touched, a file where a folder should be, a file system that is
/// full or read-only, and an interrupt.
///
/// A put whose answer was lost may have stored its file all the same. So a put that was tried before and now
/// finds its name taken compares: when the very same content is there, the put has succeeded.
///
/// A listing is read to its end before the first file is handed out, since one that broke off in the middle
/// cannot be resumed. It costs some 150 bytes per file.
public final class RetryingStorage implements Storage {
    /// What the system says when somebody must do something first: who started a backup must be told now, not
    /// after minutes. The JDK has no type for it, only the text of C's `strerror`.
    private static final List<String> LASTING = List.of(
            "no space left on device",
            "disk quota exceeded",
            "read-only file system",
            "permission denied",
            "operation not permitted",
            "not a directory",
            "file too large");

    private final Storage storage;
    private final RetryPolicy policy;
    private final Ticker ticker;
    private final DoubleSupplier random;

    public RetryingStorage(Storage storage, RetryPolicy policy) {
        this(storage, policy, Ticker.system(), () -> ThreadLocalRandom.current().nextDouble());
    }

    /// @param random numbers between 0 and 1 for the pauses; called by many threads
    public RetryingStorage(Storage storage, RetryPolicy policy, Ticker ticker, DoubleSupplier random) {
        this.storage = storage;
        this.policy = policy;
        this.ticker = ticker;
        this.random = random;
    }

    /// One call to the storage; `attempt` counts from 1.
    @FunctionalInterface
    private interface Call<T> {
        T make(int attempt) throws IOException;
    }

    private <T> T retrying(Call<T> call) throws IOException {
        long start = ticker.nanos();
        for (int attempt = 1; ; attempt++) {
            try {
                return call.make(attempt);
            } catch (IOException e) {
                if (!mayPass(e)) {
                    throw e;
                }
                Duration pause = policy.pause(attempt, random.getAsDouble());
                Duration spent = Duration.ofNanos(ticker.nanos() - start);
                if (attempt == policy.attempts() || spent.plus(pause).compareTo(policy.patience()) > 0) {
                    throw givingUp(e, attempt, spent);
                }
                sleep(pause, e);
            }
        }
    }

    private static boolean mayPass(IOException e) {
        return switch (e) {
            case NoSuchFileException _, FileAlreadyExistsException _, AccessDeniedException _ -> false;
            case EOFException _, ClosedByInterruptException _ -> false;
            default -> !lasting(e) && !Thread.currentThread().isInterrupted();
        };
    }

    private static boolean lasting(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return LASTING.stream().anyMatch(message::contains);
    }

    private IOException givingUp(IOException last, int attempts, Duration spent) {
        if (attempts == 1) {
            return last;
        }
        String message =
                last.getMessage() + " (gave up after " + attempts + " attempts in " + spent.toSeconds() + " s)";
        return new IOException(message, last);
    }

    private void sleep(Duration pause, IOException failure) throws InterruptedIOException {
        try {
            ticker.sleep(pause);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting to try again");
            interrupted.addSuppressed(failure);
            throw interrupted;
        }
    }

    @Override
    public void put(String name, ByteBuffer content) throws IOException {
        retrying(attempt -> {
            try {
                storage.put(name, content);
            } catch (FileAlreadyExistsException e) {
                if (attempt == 1 || !storage.get(name).equals(content)) {
                    throw e;
                }
            }
            return true;
        });
    }

    @Override
    public ByteBuffer get(String name) throws IOException {
        return retrying(_ -> storage.get(name));
    }

    @Override
    public ByteBuffer get(String name, long offset, int length) throws IOException {
        return retrying(_ -> storage.get(name, offset, length));
    }

    @Override
    public Stream<StoredFile> list(String prefix) throws IOException {
        List<StoredFile> files = retrying(_ -> {
            try (Stream<StoredFile> listed = storage.list(prefix)) {
                return listed.toList();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
        return files.stream();
    }

    @Override
    public void delete(String name) throws IOException {
        retrying(_ -> {
            storage.delete(name);
            return true;
        });
    }

    @Override
    public String location() {
        return storage.location();
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }
}
