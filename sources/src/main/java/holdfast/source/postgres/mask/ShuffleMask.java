package holdfast.source.postgres.mask;

import java.util.Arrays;

/// Puts another character of the same alphabet in the place of every letter and digit, by a
/// [Permutation] of all values of the same shape: two values never become the same one, and a
/// masked value has the shape of the clear one.
///
/// Numbers keep sign, digits before and behind the point, and fit their type; a `uuid`, also one
/// in a text, stays one of its version; `bytea` keeps its length. Used by one thread.
final class ShuffleMask implements ValueMask {
    private static final int UUID_LENGTH = 36;
    private static final int VERSION_AT = 14;
    private static final int VARIANT_AT = 19;

    private final Permutation permutation;
    private final ColumnType type;
    private final Alphabets alphabets = Alphabets.all();
    private int[] digits = new int[64];
    private int[] radices = new int[64];
    /// The alphabet of each digit; of a number, what is added to it.
    private int[] classes = new int[64];
    private int count;

    ShuffleMask(byte[] key, ColumnType type) {
        permutation = new Permutation(new SipHash(word(key, 0), word(key, 8)));
        this.type = type;
    }

    private static long word(byte[] key, int at) {
        long word = 0;
        for (int i = 0; i < 8; i++) {
            word = (word << 8) | (key[at + i] & 0xff);
        }
        return word;
    }

    @Override
    public boolean mask(RowBytes clear, RowBytes by, RowBytes out) {
        count = 0;
        if (type.family().isNumber()) {
            number(clear, out);
        } else if (isUuid(clear)) {
            hexadecimal(clear, 0, out);
        } else if (type.family() == ColumnType.Family.BYTEA) {
            hexadecimal(clear, 2, out);
        } else {
            text(clear, out);
        }
        return true;
    }

    private void add(int digit, int radix, int alphabet) {
        if (count == digits.length) {
            digits = Arrays.copyOf(digits, 2 * count);
            radices = Arrays.copyOf(radices, 2 * count);
            classes = Arrays.copyOf(classes, 2 * count);
        }
        digits[count] = digit;
        radices[count] = radix;
        classes[count++] = alphabet;
    }

    private void text(RowBytes clear, RowBytes out) {
        for (int at = 0; at < clear.length(); at = clear.afterCodePoint(at)) {
            int point = clear.codePoint(at);
            int alphabet = alphabets.of(point);
            if (alphabet != Alphabets.NONE) {
                add(alphabets.index(point), alphabets.size(alphabet), alphabet);
            }
        }
        long tweak = permutation.tweak(classes, count);
        do {
            // a text that became a uuid would meet the uuids, which are permuted among themselves
            permutation.permute(digits, radices, count, tweak);
            out.clear();
            write(clear, out);
        } while (isUuid(out));
    }

    private void write(RowBytes clear, RowBytes out) {
        int digit = 0;
        for (int at = 0; at < clear.length(); ) {
            int end = clear.afterCodePoint(at);
            if (alphabets.of(clear.codePoint(at)) == Alphabets.NONE) {
                out.put(clear.array(), at, end - at);
            } else {
                out.putCodePoint(alphabets.letter(classes[digit], digits[digit]));
                digit++;
            }
            at = end;
        }
    }

    private static boolean isUuid(RowBytes value) {
        if (value.length() != UUID_LENGTH) {
            return false;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            byte one = value.array()[i];
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            if (hyphen ? one != '-' : (one < '0' || one > '9') && (one < 'a' || one > 'f')) {
                return false;
            }
        }
        return true;
    }

    /// Permutes the hexadecimal digits; a uuid keeps those that tell its version and variant.
    private void hexadecimal(RowBytes clear, int from, RowBytes out) {
        boolean uuid = from == 0;
        for (int i = from; i < clear.length(); i++) {
            if (permuted(clear, i, uuid)) {
                add(Character.digit(clear.array()[i], 16), 16, Alphabets.HEXADECIMAL);
            }
        }
        permutation.permute(digits, radices, count, uuid ? -1 : -2 - (long) count);
        int digit = 0;
        for (int i = 0; i < clear.length(); i++) {
            boolean changed = i >= from && permuted(clear, i, uuid);
            out.put(changed ? Character.forDigit(digits[digit++], 16) : clear.array()[i]);
        }
    }

    private static boolean permuted(RowBytes clear, int at, boolean uuid) {
        return !uuid || (clear.array()[at] != '-' && at != VERSION_AT && at != VARIANT_AT);
    }

    private void number(RowBytes clear, RowBytes out) {
        byte[] text = clear.array();
        int begin = clear.length() > 0 && text[0] == '-' ? 1 : 0;
        int point = begin;
        while (point < clear.length() && text[point] >= '0' && text[point] <= '9') {
            point++;
        }
        if (point == begin) {
            // NaN and the infinities
            out.put(clear);
            return;
        }
        int end = point < clear.length() ? clear.length() : point;
        // zeros at the end mean nothing to a number, and equal numbers must stay equal
        while (end > point && (text[end - 1] == '0' || text[end - 1] == '.')) {
            end--;
        }
        boolean whole = end == point;
        for (int i = begin; i < end; i++) {
            if (i != point) {
                int least = least(i, begin, point, end, begin == 1 && whole);
                boolean fixed = fixed(i, begin, point, text);
                add(fixed ? 0 : text[i] - '0' - least, fixed ? 1 : 10 - least, fixed ? text[i] - '0' : least);
            }
        }
        long tweak = ((long) begin << 62) | ((long) (point - begin) << 31) | (end - point);
        do {
            permutation.permute(digits, radices, count, tweak);
        } while (type.family().isInteger() && tooLarge(begin == 1));
        int digit = 0;
        for (int i = 0; i < clear.length(); i++) {
            boolean kept = i < begin || i == point || i >= end;
            out.put(kept ? text[i] : '0' + digits[digit] + classes[digit++]);
        }
    }

    /// The least digit at a place: a number does not begin with zero, nor end with one behind the
    /// point, and there is no zero below zero.
    private static int least(int at, int begin, int point, int end, boolean negative) {
        boolean first = at == begin && ((point - begin > 1) || negative);
        boolean last = at == end - 1 && at > point;
        return first || last ? 1 : 0;
    }

    /// Whether the type has no choice at a place: digits that its precision and scale leave no
    /// room for.
    private boolean fixed(int at, int begin, int point, byte[] text) {
        if (type.family() != ColumnType.Family.NUMERIC || type.limit() == 0) {
            return false;
        }
        if (at > point) {
            return at - point <= type.scale() - type.limit();
        }
        boolean none = point - begin == 1 && text[begin] == '0' && type.limit() <= type.scale();
        return none || point - at <= -type.scale();
    }

    private boolean tooLarge(boolean negative) {
        long number = 0;
        for (int i = 0; i < count; i++) {
            number = number * 10 + digits[i] + classes[i];
        }
        long greatest = NumberText.greatest(type.family()) + (negative ? 1 : 0);
        return Long.compareUnsigned(number, greatest) > 0;
    }
}
