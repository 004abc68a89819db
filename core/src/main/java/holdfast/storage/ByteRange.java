package holdfast.storage;

import java.io.EOFException;

/// What every implementation says about a range that makes no sense or does not exist.
final class ByteRange {
    private ByteRange() {}

    static void check(long offset, int length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("no range: " + length + " bytes from " + offset);
        }
    }

    static EOFException beyond(String name, long offset, int length, long size) {
        return new EOFException(
                name + ": has " + size + " bytes; " + length + " bytes from " + offset + " were asked for");
    }
}
