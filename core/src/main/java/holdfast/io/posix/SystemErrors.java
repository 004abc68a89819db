package holdfast.io.posix;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;

/// Error numbers of Linux (`asm-generic/errno.h`, the same on every architecture supported) as exceptions.
final class SystemErrors {
    static final int NOT_PERMITTED = 1;
    static final int NO_ENTRY = 2;
    static final int INTERRUPTED = 4;
    static final int NO_SUCH_ADDRESS = 6;
    static final int ACCESS_DENIED = 13;
    static final int EXISTS = 17;
    static final int NOT_A_DIRECTORY = 20;
    static final int INVALID = 22;
    static final int RANGE = 34;
    static final int NOT_EMPTY = 39;
    static final int NO_DATA = 61;
    static final int NOT_SUPPORTED = 95;

    /// In English and in the C library's words, whatever the locale: people search for them.
    private static final Map<Integer, String> WORDS = Map.ofEntries(
            Map.entry(NOT_PERMITTED, "operation not permitted"),
            Map.entry(NO_ENTRY, "no such file or directory"),
            Map.entry(INTERRUPTED, "interrupted system call"),
            Map.entry(5, "input/output error"),
            Map.entry(NO_SUCH_ADDRESS, "no such device or address"),
            Map.entry(7, "argument list too long"),
            Map.entry(9, "bad file descriptor"),
            Map.entry(11, "resource temporarily unavailable"),
            Map.entry(12, "cannot allocate memory"),
            Map.entry(ACCESS_DENIED, "permission denied"),
            Map.entry(16, "device or resource busy"),
            Map.entry(EXISTS, "file exists"),
            Map.entry(18, "invalid cross-device link"),
            Map.entry(19, "no such device"),
            Map.entry(NOT_A_DIRECTORY, "not a directory"),
            Map.entry(21, "is a directory"),
            Map.entry(INVALID, "invalid argument"),
            Map.entry(23, "too many open files in system"),
            Map.entry(24, "too many open files"),
            Map.entry(26, "text file busy"),
            Map.entry(27, "file too large"),
            Map.entry(28, "no space left on device"),
            Map.entry(30, "read-only file system"),
            Map.entry(31, "too many links"),
            Map.entry(RANGE, "numerical result out of range"),
            Map.entry(36, "file name too long"),
            Map.entry(38, "function not implemented"),
            Map.entry(NOT_EMPTY, "directory not empty"),
            Map.entry(40, "too many levels of symbolic links"),
            Map.entry(NO_DATA, "no data available"),
            Map.entry(75, "value too large for defined data type"),
            Map.entry(NOT_SUPPORTED, "operation not supported"),
            Map.entry(107, "transport endpoint is not connected"),
            Map.entry(110, "connection timed out"),
            Map.entry(112, "host is down"),
            Map.entry(116, "stale file handle"),
            Map.entry(117, "structure needs cleaning"),
            Map.entry(121, "remote input/output error"),
            Map.entry(122, "disk quota exceeded"));

    private SystemErrors() {}

    /// @param number positive, as in `errno`
    static FileSystemException exception(int number, String path) {
        String words = WORDS.getOrDefault(number, "error " + number);
        return switch (number) {
            case NO_ENTRY, NO_DATA -> new NoSuchFileException(path, null, words);
            case NOT_PERMITTED, ACCESS_DENIED -> new AccessDeniedException(path, null, words);
            case EXISTS -> new FileAlreadyExistsException(path, null, words);
            case NOT_A_DIRECTORY -> new NotDirectoryException(path);
            case NOT_EMPTY -> new DirectoryNotEmptyException(path);
            default -> new FileSystemException(path, null, words);
        };
    }
}
