package holdfast.source.postgres.mask;

/// The values in a row of COPY's text format with its standard settings: a tab between values,
/// `\N` for NULL. Read as `CopyReadAttributesText` in PostgreSQL's
/// src/backend/commands/copyfromparse.c does, written as `CopyAttributeOutText` in copyto.c does.
/// For encodings like UTF-8 in which no byte below 128 is part of a longer character. Pure.
final class CopyText {
    private CopyText() {}

    /// Where the value that begins at `from` ends: at a tab, or at `end`.
    static int fieldEnd(byte[] row, int from, int end) {
        for (int i = from; i < end; i++) {
            byte one = row[i];
            if (one == '\t') {
                return i;
            }
            if (one == '\\') {
                // even a tab counts as itself behind a backslash
                i++;
            }
        }
        return end;
    }

    /// NULL is told before escapes are resolved: `\\N` is a text.
    static boolean isNull(byte[] row, int from, int to) {
        return to - from == 2 && row[from] == '\\' && row[from + 1] == 'N';
    }

    static void putNull(RowBytes out) {
        out.put('\\');
        out.put('N');
    }

    /// The value that stands in a row from `from` up to `to`.
    static void decode(byte[] row, int from, int to, RowBytes out) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (row[i] == '\\') {
                out.put(row, start, i - start);
                i = i + 1 < to ? escape(row, i + 1, to, out) : to;
                start = i;
                i--;
            }
        }
        out.put(row, start, Math.max(0, to - start));
    }

    /// Resolves the escape whose backslash stands before `at`.
    ///
    /// @return where the text goes on
    private static int escape(byte[] row, int at, int to, RowBytes out) {
        byte one = row[at];
        if (one >= '0' && one <= '7') {
            return octal(row, at, to, out);
        }
        if (one == 'x' && at + 1 < to && Character.digit(row[at + 1], 16) >= 0) {
            return hexadecimal(row, at + 1, to, out);
        }
        out.put(
                switch (one) {
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'v' -> 0x0b;
                    default -> one;
                });
        return at + 1;
    }

    /// One to three octal digits.
    private static int octal(byte[] row, int from, int to, RowBytes out) {
        int value = 0;
        int at = from;
        while (at < to && at < from + 3 && row[at] >= '0' && row[at] <= '7') {
            value = value * 8 + row[at++] - '0';
        }
        out.put(value);
        return at;
    }

    /// One or two hexadecimal digits.
    private static int hexadecimal(byte[] row, int from, int to, RowBytes out) {
        int value = 0;
        int at = from;
        while (at < to && at < from + 2 && Character.digit(row[at], 16) >= 0) {
            value = value * 16 + Character.digit(row[at++], 16);
        }
        out.put(value);
        return at;
    }

    static void encode(RowBytes value, RowBytes out) {
        byte[] bytes = value.array();
        int start = 0;
        for (int i = 0; i < value.length(); i++) {
            byte escaped = escaped(bytes[i]);
            if (escaped != 0) {
                out.put(bytes, start, i - start);
                out.put('\\');
                out.put(escaped);
                start = i + 1;
            }
        }
        out.put(bytes, start, value.length() - start);
    }

    /// What follows the backslash; 0 for a byte that is written as it is.
    private static byte escaped(byte one) {
        return switch (one) {
            case '\b' -> 'b';
            case '\f' -> 'f';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            case 0x0b -> 'v';
            case '\\' -> '\\';
            default -> 0;
        };
    }
}
