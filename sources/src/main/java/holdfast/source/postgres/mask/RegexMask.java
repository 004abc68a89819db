package holdfast.source.postgres.mask;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Replaces what a regular expression finds. The work of each value is bounded, for some
/// expressions take a lifetime on some texts. Used by one thread.
final class RegexMask implements ValueMask {
    private static final long STEPS_LEAST = 1_000_000;
    private static final long STEPS_EACH = 100;
    private static final long GROWTH = 16;

    private final Pattern pattern;
    private final Rule.Regex rule;

    RegexMask(Rule.Regex rule) {
        this.rule = rule;
        pattern = Pattern.compile(rule.pattern());
    }

    /// The value needs more work than a value may.
    @SuppressWarnings("serial")
    static final class TooMuchWorkException extends RuntimeException {
        TooMuchWorkException() {
            super("too much work", null, false, false);
        }
    }

    /// A text that counts how often it is looked at.
    private static final class Counted implements CharSequence {
        private final String text;
        private long left;

        Counted(String text) {
            this.text = text;
            left = STEPS_LEAST + STEPS_EACH * text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooMuchWorkException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// @throws TooMuchWorkException when the expression does not come to an end in time
    @Override
    public boolean mask(RowBytes clear, RowBytes by, RowBytes out) {
        Counted text = new Counted(clear.text());
        Matcher matcher = pattern.matcher(text);
        try {
            if (!matcher.find()) {
                return unmatched(clear, out);
            }
            long most = STEPS_LEAST + GROWTH * text.length();
            StringBuilder replaced = new StringBuilder();
            do {
                matcher.appendReplacement(replaced, rule.replacement());
                if (replaced.length() > most) {
                    throw new TooMuchWorkException();
                }
            } while (matcher.find());
            matcher.appendTail(replaced);
            out.put(replaced.toString());
            return true;
        } catch (StackOverflowError _) {
            throw new TooMuchWorkException();
        }
    }

    private boolean unmatched(RowBytes clear, RowBytes out) {
        return switch (rule.unmatched()) {
            case NULL -> false;
            case KEEP -> {
                out.put(clear);
                yield true;
            }
            case HIDE -> {
                for (int left = clear.codePoints(); left > 0; left--) {
                    out.put('*');
                }
                yield true;
            }
        };
    }
}
