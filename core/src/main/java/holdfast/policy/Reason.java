package holdfast.policy;

import holdfast.model.ProofLevel;
import java.util.Comparator;
import java.util.List;

/// Why a snapshot is kept.
///
/// @param text for people, a few words: `daily snapshot`
public record Reason(Kind kind, String text) implements Comparable<Reason> {
    /// The rules a snapshot can be kept by, in the order in which reasons are shown.
    public enum Kind {
        TAG,
        WITHIN,
        COUNT,
        /// The policy has no rule at all.
        NO_RULE,
        /// Its removal was not asked for.
        NOT_CHOSEN,
        /// Its time lies in the future, so a clock was wrong and nothing can be decided.
        FUTURE,
        MINIMUM_REDUNDANCY,
        LAST_PROVEN
    }

    static final Reason NO_RULE = new Reason(Kind.NO_RULE, "no rule given");
    static final Reason NOT_CHOSEN = new Reason(Kind.NOT_CHOSEN, "not chosen");
    static final Reason FUTURE = new Reason(Kind.FUTURE, "time lies in the future");

    static Reason tags(List<String> tags) {
        return new Reason(
                Kind.TAG, tags.equals(List.of("")) ? "has no tags" : "has tags [" + String.join(", ", tags) + "]");
    }

    static Reason counted(Period period, boolean oldest) {
        return new Reason(Kind.COUNT, (oldest ? "oldest " : "") + period.label() + " snapshot");
    }

    static Reason within(Period period, Span span) {
        return new Reason(Kind.WITHIN, (period == Period.LAST ? "" : period.label() + " ") + "within " + span);
    }

    static Reason minimum(int snapshots) {
        return new Reason(Kind.MINIMUM_REDUNDANCY, "minimum redundancy " + snapshots);
    }

    static Reason lastProven(ProofLevel level) {
        return new Reason(Kind.LAST_PROVEN, "last proven snapshot (" + level.label() + ")");
    }

    @Override
    public int compareTo(Reason other) {
        return Comparator.comparing(Reason::kind).thenComparing(Reason::text).compare(this, other);
    }
}
