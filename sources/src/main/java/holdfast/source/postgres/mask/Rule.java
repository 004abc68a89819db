package holdfast.source.postgres.mask;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What is done to the values of a column. Immutable.
sealed interface Rule {
    /// Every value becomes NULL.
    record Null() implements Rule {}

    /// @param alsoNull whether NULL becomes it too
    record Fixed(String value, boolean alsoNull) implements Rule {}

    /// @param length hexadecimal digits
    record Hash(int length) implements Rule {}

    record Fake(Kind kind) implements Rule {}

    /// @param fill a code point
    record Partial(int first, int last, int fill) implements Rule {}

    record Regex(String pattern, String replacement, Unmatched unmatched) implements Rule {}

    record Shuffle() implements Rule {}

    /// @param days at most so many, at least one, back or forth
    /// @param by the column whose value decides how many; empty for the date itself
    record DateShift(int days, String by) implements Rule {}

    /// @param percent at most so much more or less
    /// @param by the column whose value decides how much; empty for the number itself
    record Noise(double percent, String by) implements Rule {}

    /// What a fake value looks like.
    enum Kind {
        NAME,
        FIRST_NAME,
        LAST_NAME,
        EMAIL,
        PHONE,
        STREET,
        CITY,
        ADDRESS,
        COMPANY;

        String key() {
            return "fake-" + keyOf(this);
        }
    }

    /// What becomes of a text in which the pattern is not found.
    enum Unmatched {
        HIDE,
        KEEP,
        NULL;

        static Unmatched of(String key) {
            return valueOf(key.toUpperCase(Locale.ROOT));
        }
    }

    static String keyOf(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The names that stand behind `rule:`.
    static List<String> names() {
        return Stream.concat(
                        Stream.of("null", "fixed", "hash", "partial", "regex", "shuffle", "date-shift", "number"),
                        Stream.of(Kind.values()).map(Kind::key))
                .toList();
    }

    static Optional<Kind> fake(String name) {
        return Stream.of(Kind.values()).filter(kind -> kind.key().equals(name)).findFirst();
    }

    default String key() {
        return switch (this) {
            case Null _ -> "null";
            case Fixed _ -> "fixed";
            case Hash _ -> "hash";
            case Fake fake -> fake.kind().key();
            case Partial _ -> "partial";
            case Regex _ -> "regex";
            case Shuffle _ -> "shuffle";
            case DateShift _ -> "date-shift";
            case Noise _ -> "number";
        };
    }

    /// The column that decides how far; empty for the value itself.
    default String by() {
        return switch (this) {
            case DateShift shift -> shift.by();
            case Noise noise -> noise.by();
            case Null _, Fixed _, Hash _, Fake _, Partial _, Regex _, Shuffle _ -> "";
        };
    }

    /// Whether two values never become the same one, as far as it matters.
    default boolean keepsApart() {
        return switch (this) {
            case Shuffle _ -> true;
            case Hash hash -> hash.length() >= 20;
            case Fake fake -> fake.kind() == Kind.EMAIL;
            case Null _, Fixed _, Partial _, Regex _, DateShift _, Noise _ -> false;
        };
    }
}
