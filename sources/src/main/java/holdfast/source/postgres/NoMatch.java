package holdfast.source.postgres;

import holdfast.model.EditDistance;
import holdfast.model.HoldfastException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// A pattern of names that fits nothing is a mistake, whatever it was for: nobody wants to learn at a
/// restore that the wrong tables were left out.
final class NoMatch {
    private static final int NEAREST = 3;

    private NoMatch() {}

    /// A name is as near without its schema, when the pattern has none.
    private static int distance(String pattern, String name) {
        String compared = pattern.indexOf('.') < 0 ? name.substring(name.lastIndexOf('.') + 1) : name;
        return EditDistance.between(pattern, compared);
    }

    /// @param begin what has nothing that fits
    /// @param option where the pattern was given
    /// @param names of what might have been meant
    static HoldfastException.PreCheckFailed refusal(
            String begin, String option, String pattern, Collection<String> names) {
        List<String> near = names.stream()
                .sorted(Comparator.comparingInt((String name) -> distance(pattern, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(NEAREST)
                .toList();
        return new HoldfastException.PreCheckFailed(
                begin + " " + option + " " + pattern,
                (near.isEmpty() ? "" : "near: " + String.join(", ", near) + "; ")
                        + "a pattern is like psql's: schema.table, * and ?");
    }
}
