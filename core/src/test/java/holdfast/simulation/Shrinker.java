package holdfast.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Leaves out of a list that fails whatever is not needed for it to fail: halves, quarters and so on down to single
/// elements.
final class Shrinker {
    private Shrinker() {}

    /// @param fails whether a shorter list still fails
    /// @param tries how often that may be asked
    static <T> List<T> shrink(List<T> failing, Predicate<List<T>> fails, int tries) {
        List<T> best = failing;
        int left = tries;
        for (int part = Math.max(1, best.size() / 2); part >= 1 && left > 0; ) {
            boolean shorter = false;
            for (int from = 0; from < best.size() && left > 0; left--) {
                List<T> without = new ArrayList<>(best);
                without.subList(from, Math.min(best.size(), from + part)).clear();
                if (fails.test(without)) {
                    best = without;
                    shorter = true;
                } else {
                    from += part;
                }
            }
            if (part > 1) {
                part /= 2;
            } else if (!shorter) {
                break;
            }
        }
        return best;
    }
}
