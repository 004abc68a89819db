package holdfast.source.postgres.mask;

import holdfast.model.EditDistance;
import java.util.Collection;
import java.util.Comparator;

/// Finds what somebody may have meant. Pure.
final class Nearest {
    private Nearest() {}

    /// A hint that names the known word nearest to the one written, or says that there is none.
    static String hint(String written, Collection<String> known, String otherwise) {
        return known.stream()
                .min(Comparator.<String>comparingInt(one -> EditDistance.between(written, one))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(one -> EditDistance.between(written, one) <= Math.max(2, one.length() / 3))
                .map(one -> "did you mean " + one + "?")
                .orElse(otherwise);
    }
}
