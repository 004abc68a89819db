package holdfast.source.postgres.mask;

/// Finds e-mail addresses, runs of digits such as telephone and card numbers, and IBANs in texts.
/// Each search goes on where the one before ended; [#start] and [#end] tell what was found. Used
/// by one thread.
final class Tokens {
    private static final int LOCAL_MOST = 64;
    private static final int DOMAIN_MOST = 255;
    private static final int DIGITS_MOST = 24;

    private byte[] text = new byte[0];
    private int length;
    private int at;
    private int start;
    private int end;
    private boolean international;
    private final byte[] digits = new byte[DIGITS_MOST];
    private int digitCount;

    /// Begins from the start of a text.
    Tokens in(RowBytes value) {
        text = value.array();
        length = value.length();
        at = 0;
        return this;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    boolean isWhole() {
        return start == 0 && end == length;
    }

    boolean nextEmail() {
        for (; at < length; at++) {
            if (text[at] == '@' && emailAround(at)) {
                at = end;
                return true;
            }
        }
        return false;
    }

    private boolean emailAround(int sign) {
        start = sign;
        while (start > 0 && sign - start < LOCAL_MOST && isLocal(text[start - 1])) {
            start--;
        }
        end = sign + 1;
        int dot = 0;
        while (end < length
                && end - sign < DOMAIN_MOST
                && (isWord(text[end]) || text[end] == '-' || text[end] == '.')) {
            dot = text[end] == '.' && end > sign + 1 ? end : dot;
            end++;
        }
        while (end > sign && (text[end - 1] == '.' || text[end - 1] == '-')) {
            end--;
            dot = dot == end ? lastDot(sign, end) : dot;
        }
        return start < sign && dot > sign && end - dot > 2;
    }

    private int lastDot(int from, int to) {
        int found = to - 1;
        while (found > from && text[found] != '.') {
            found--;
        }
        return found == from ? 0 : found;
    }

    private static boolean isWord(byte one) {
        // bytes below zero belong to letters beyond ASCII
        return one < 0 || (one >= '0' && one <= '9') || isLetter(one);
    }

    private static boolean isLetter(byte one) {
        return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z');
    }

    private static boolean isLocal(byte one) {
        return isWord(one) || one == '.' || one == '_' || one == '%' || one == '+' || one == '-';
    }

    private static boolean isDigit(byte one) {
        return one >= '0' && one <= '9';
    }

    /// The next digits that belong together though blanks, hyphens, dots, slashes or brackets
    /// stand between them.
    boolean nextDigits() {
        while (at < length) {
            byte one = text[at];
            boolean begins = isDigit(one) || ((one == '+' || one == '(') && at + 1 < length && isDigit(text[at + 1]));
            if (!begins) {
                at++;
            } else {
                boolean apart = at == 0 || !(isWord(text[at - 1]) || text[at - 1] == '_');
                run();
                if (apart && (end == length || !isWord(text[end]))) {
                    return true;
                }
            }
        }
        return false;
    }

    private void run() {
        start = at;
        end = at;
        digitCount = 0;
        international = false;
        int separators = 0;
        for (; at < length && separators < 3; at++) {
            byte one = text[at];
            if (isDigit(one)) {
                if (digitCount < DIGITS_MOST) {
                    digits[digitCount] = one;
                }
                digitCount++;
                separators = 0;
                end = at + 1;
            } else if (at == start) {
                international = true;
            } else if (one == ' ' || one == '-' || one == '.' || one == '/' || one == '(' || one == ')') {
                separators++;
            } else {
                break;
            }
        }
        at = end;
    }

    int digitCount() {
        return digitCount;
    }

    boolean isPhone() {
        return digitCount >= 9 && digitCount <= 15 && (international || digits[0] == '0');
    }

    /// Writes the digits as they are compared: without the zeros before them, and the last nine
    /// only, which are the same with and without the code of the country.
    void phone(RowBytes out) {
        int first = 0;
        int count = Math.min(digitCount, DIGITS_MOST);
        while (first < count && digits[first] == '0') {
            first++;
        }
        first = Math.max(first, count - 9);
        out.put(digits, first, count - first);
    }

    /// A payment card number, told by its first digit and its last (Luhn's, ISO/IEC 7812).
    boolean isCard() {
        if (digitCount < 13 || digitCount > 19 || international || digits[0] < '2' || digits[0] > '6') {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digitCount; i++) {
            int digit = digits[digitCount - 1 - i] - '0';
            int doubled = i % 2 == 0 ? digit : 2 * digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    /// An international bank account number (ISO 13616), its groups maybe divided by single
    /// blanks.
    boolean nextIban() {
        for (; at + 4 <= length; at++) {
            boolean begins = (at == 0 || !isWord(text[at - 1]))
                    && isCapital(text[at])
                    && isCapital(text[at + 1])
                    && isDigit(text[at + 2])
                    && isDigit(text[at + 3]);
            if (begins && ibanAt(at)) {
                at = end;
                return true;
            }
        }
        return false;
    }

    private static boolean isCapital(byte one) {
        return one >= 'A' && one <= 'Z';
    }

    private boolean ibanAt(int from) {
        int sum = 0;
        int count = 4;
        int i = from + 4;
        while (i < length && count < 34) {
            if (text[i] == ' ' && text[i - 1] != ' ') {
                i++;
            } else if (isDigit(text[i]) || isCapital(text[i])) {
                sum = append(sum, text[i]);
                count++;
                i++;
                if (count >= 15 && (i == length || !isWord(text[i])) && checked(sum, from)) {
                    start = from;
                    end = i;
                    return true;
                }
            } else {
                return false;
            }
        }
        return false;
    }

    private boolean checked(int sum, int from) {
        int whole = sum;
        for (int i = from; i < from + 4; i++) {
            whole = append(whole, text[i]);
        }
        return whole == 1;
    }

    private static int append(int sum, byte one) {
        return isDigit(one) ? (sum * 10 + one - '0') % 97 : (sum * 100 + one - 'A' + 10) % 97;
    }
}
