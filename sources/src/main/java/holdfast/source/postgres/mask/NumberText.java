package holdfast.source.postgres.mask;

/// What the integer types hold. Pure.
final class NumberText {
    private NumberText() {}

    /// The greatest number of a type; its smallest is one more below zero.
    static long greatest(ColumnType.Family family) {
        return switch (family) {
            case SMALLINT -> Short.MAX_VALUE;
            case INTEGER -> Integer.MAX_VALUE;
            default -> Long.MAX_VALUE;
        };
    }

    static boolean fits(String value, ColumnType type) {
        try {
            long number = Long.parseLong(value);
            long greatest = greatest(type.family());
            return number <= greatest && number >= -greatest - 1;
        } catch (NumberFormatException _) {
            return false;
        }
    }
}
