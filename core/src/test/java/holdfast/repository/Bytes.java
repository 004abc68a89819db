package holdfast.repository;

import java.util.Arrays;
import java.util.Comparator;

/// Compares arrays by content, which their own `equals` does not.
final class Bytes {
    static final Comparator<byte[]> ORDER = Arrays::compare;

    private Bytes() {}
}
