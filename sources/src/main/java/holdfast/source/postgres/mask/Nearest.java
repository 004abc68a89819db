package holdfast.source.postgres.mask;

import java.util.Collection;
import java.util.Comparator;

/// Finds what somebody may have meant. Pure.
final class Nearest {
    private Nearest() {}

    /// A hint that names the known word nearest to the one written, or says that there is none.
    static String hint(String written, Collection<String> known, String otherwise) {
        return known.stream()
                .min(Comparator.<String>comparingInt(one -> distance(written, one))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(one -> distance(written, one) <= Math.max(2, one.length() / 3))
                .map(one -> "did you mean " + one + "?")
                .orElse(otherwise);
    }

    /// Levenshtein's, with upper and lower case alike.
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                boolean same = Character.toLowerCase(left.charAt(i - 1)) == Character.toLowerCase(right.charAt(j - 1));
                int replaced = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[right.length()];
    }
}
