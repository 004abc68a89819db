package holdfast.source.postgres.mask;

import java.util.Optional;
import java.util.Set;

/// Whether a rule can be applied to a type. Pure.
final class RuleFit {
    private static final Set<Rule.Kind> LONG_ENOUGH = Set.of(Rule.Kind.EMAIL, Rule.Kind.PHONE);

    /// @param what goes on after the name of the column
    record Misfit(String what, String hint) {}

    private RuleFit() {}

    static Optional<Misfit> misfit(Rule rule, ColumnType type, boolean notNull) {
        return switch (rule) {
            case Rule.Null _ -> notNull ? misfit("must not be NULL", "fixed gives it a value") : Optional.empty();
            case Rule.Fixed fixed -> fixed(fixed, type);
            case Rule.Hash hash -> hash(hash, type);
            case Rule.Fake fake -> fake(fake, type);
            case Rule.Partial _ -> text(rule, type);
            case Rule.Regex regex ->
                notNull && regex.unmatched() == Rule.Unmatched.NULL
                        ? misfit("must not be NULL, to which unmatched: null leads", "hide or keep")
                        : text(rule, type);
            case Rule.Shuffle _ -> shuffle(type);
            case Rule.DateShift _ ->
                type.family().isDate() ? Optional.empty() : impossible(rule, type, "it is for dates and timestamps");
            case Rule.Noise _ ->
                type.family().isNumber() ? Optional.empty() : impossible(rule, type, "it is for numbers");
        };
    }

    private static Optional<Misfit> misfit(String what, String hint) {
        return Optional.of(new Misfit(what, hint));
    }

    private static Optional<Misfit> impossible(Rule rule, ColumnType type, String hint) {
        return misfit("is of type " + type.name() + ", to which the rule " + rule.key() + " does not apply", hint);
    }

    private static Optional<Misfit> text(Rule rule, ColumnType type) {
        return type.family().isText()
                ? Optional.empty()
                : impossible(
                        rule, type, type.family() == ColumnType.Family.OTHER ? "null or fixed do" : "it is for text");
    }

    private static Optional<Misfit> fixed(Rule.Fixed fixed, ColumnType type) {
        String value = fixed.value();
        boolean fits = switch (type.family()) {
            case TEXT, CHAR, CITEXT -> type.limit() == 0 || value.codePointCount(0, value.length()) <= type.limit();
            case SMALLINT, INTEGER, BIGINT -> NumberText.fits(value, type);
            case NUMERIC, REAL, DOUBLE -> value.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|NaN");
            case UUID -> value.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
            case BYTEA -> value.matches("\\\\x([0-9a-fA-F]{2})*");
            case DATE -> value.matches("\\d{4,}-\\d\\d-\\d\\d");
            case TIMESTAMP -> value.matches("\\d{4,}-\\d\\d-\\d\\d([ T]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?.{0,6})?");
            case BOOLEAN -> value.matches("true|false|t|f");
            case OTHER -> true;
        };
        return fits ? Optional.empty() : misfit("is of type " + type.name() + ", which does not take the value", "");
    }

    private static Optional<Misfit> hash(Rule.Hash hash, ColumnType type) {
        return switch (type.family()) {
            case TEXT, CHAR, CITEXT ->
                type.limit() == 0 || hash.length() <= type.limit()
                        ? Optional.empty()
                        : misfit(
                                "is of type " + type.name() + ", for which a hash of " + hash.length()
                                        + " digits is too long",
                                "set length: to at most " + type.limit() + ", or use shuffle");
            case UUID, BYTEA -> Optional.empty();
            default ->
                impossible(
                        hash,
                        type,
                        type.family() == ColumnType.Family.OTHER ? "null or fixed do" : "shuffle keeps types");
        };
    }

    private static Optional<Misfit> fake(Rule.Fake fake, ColumnType type) {
        int least = fake.kind() == Rule.Kind.EMAIL ? FakeMask.EMAIL_LEAST : FakeMask.PHONE_LEAST;
        if (type.family().isText() && LONG_ENOUGH.contains(fake.kind()) && type.limit() != 0 && type.limit() < least) {
            return misfit(
                    "is of type " + type.name() + ", too short for what " + fake.key() + " gives",
                    "shuffle keeps the length");
        }
        return text(fake, type);
    }

    private static Optional<Misfit> shuffle(ColumnType type) {
        boolean possible = switch (type.family()) {
            case TEXT, CHAR, CITEXT, UUID, BYTEA, SMALLINT, INTEGER, BIGINT, NUMERIC -> true;
            case REAL, DOUBLE, DATE, TIMESTAMP, BOOLEAN, OTHER -> false;
        };
        String hint = type.family().isDate()
                ? "date-shift is for dates"
                : type.family().isNumber() ? "number is for such numbers" : "null or fixed do";
        return possible ? Optional.empty() : impossible(new Rule.Shuffle(), type, hint);
    }
}
