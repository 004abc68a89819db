package holdfast.source.postgres.mask;

/// Keeps the first and the last characters and hides those between; all of them when there would
/// be nothing to hide. Used by one thread.
final class PartialMask implements ValueMask {
    private final Rule.Partial rule;

    PartialMask(Rule.Partial rule) {
        this.rule = rule;
    }

    @Override
    public boolean mask(RowBytes clear, RowBytes by, RowBytes out) {
        int characters = clear.codePoints();
        boolean tooShort = characters <= rule.first() + rule.last();
        int at = 0;
        for (int i = 0; at < clear.length(); i++) {
            int end = clear.afterCodePoint(at);
            if (!tooShort && (i < rule.first() || i >= characters - rule.last())) {
                out.put(clear.array(), at, end - at);
            } else {
                out.putCodePoint(rule.fill());
            }
            at = end;
        }
        return true;
    }
}
