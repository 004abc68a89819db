package holdfast.source.postgres.mask;

/// Masks one value after another, none of them NULL. Used by one thread.
@FunctionalInterface
interface ValueMask {
    /// @param clear UTF-8, not escaped; left as it is
    /// @param by what decides how far: the value of another column, or the same
    /// @param out empty; takes the masked value
    /// @return whether there is a value; false for NULL
    boolean mask(RowBytes clear, RowBytes by, RowBytes out);

    static ValueMask of(ColumnRule rule, ColumnType type, byte[] key, WordLists words) {
        return switch (rule.rule()) {
            case Rule.Null _ -> (_, _, _) -> false;
            case Rule.Fixed fixed ->
                (_, _, out) -> {
                    out.put(fixed.value());
                    return true;
                };
            case Rule.Hash hash -> new HashMask(key, hash.length(), type.family());
            case Rule.Fake fake -> new FakeMask(key, fake.kind(), type.limit(), words);
            case Rule.Partial partial -> new PartialMask(partial);
            case Rule.Regex regex -> new RegexMask(regex);
            case Rule.Shuffle _ -> new ShuffleMask(key, type);
            case Rule.DateShift shift -> new DateShiftMask(key, shift.days(), type.family());
            case Rule.Noise noise -> new NoiseMask(key, noise.percent(), type);
        };
    }
}
