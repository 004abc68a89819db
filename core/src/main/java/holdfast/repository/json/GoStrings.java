package holdfast.repository.json;

import holdfast.model.FileNames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Names as restic puts them into trees: in the form of Go's `strconv.Quote` without the quotes, which keeps
/// bytes that are no UTF-8 as hexadecimal escapes. Strings are those of [FileNames].
final class GoStrings {
    private GoStrings() {}

    static String quote(String name) {
        return isPlain(name) ? name : quoteCarefully(name);
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static String quoteCarefully(String name) {
        StringBuilder quoted = new StringBuilder(name.length() + 16);
        HexFormat hex = HexFormat.of();
        name.codePoints().forEach(point -> {
            if (point == '"' || point == '\\') {
                quoted.append('\\').append((char) point);
            } else if (isPrintable(point)) {
                quoted.appendCodePoint(point);
            } else if (shortEscape(point) != 0) {
                quoted.append('\\').append(shortEscape(point));
            } else if (point < ' ' || point == 0x7f || isStrayByte(point)) {
                quoted.append("\\x").append(hex.toHexDigits((byte) point));
            } else if (point < 0x10000) {
                quoted.append("\\u").append(hex.toHexDigits((short) point));
            } else {
                quoted.append("\\U").append(hex.toHexDigits(point));
            }
        });
        return quoted.toString();
    }

    private static char shortEscape(int point) {
        return switch (point) {
            case 0x07 -> 'a';
            case '\b' -> 'b';
            case '\f' -> 'f';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            case 0x0b -> 'v';
            default -> 0;
        };
    }

    /// Whether [FileNames] made it of a byte that is no UTF-8.
    static boolean isStrayByte(int point) {
        return point >= 0xDC80 && point <= 0xDCFF;
    }

    /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space. The tables
    /// of Java and Go may differ for characters of the last years; then a name is escaped by one and not by
    /// the other, which both read.
    static boolean isPrintable(int point) {
        if (point < 0x7f) {
            return point >= ' ';
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /// The name that was quoted.
    ///
    /// @throws BrokenFormatException when Go would not read it
    static String unquote(String quoted) throws BrokenFormatException {
        if (quoted.indexOf('\\') < 0 && isPlain(quoted)) {
            return quoted;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(quoted.length() + 16);
        for (int i = 0; i < quoted.length(); ) {
            int point = quoted.codePointAt(i);
            if (point == '"' || point == '\n') {
                throw new BrokenFormatException("a name has a bare quote or line break");
            }
            if (point == '\\') {
                i = unescape(quoted, i + 1, bytes);
            } else {
                utf8(point, bytes);
                i += Character.charCount(point);
            }
        }
        return FileNames.decode(bytes.toByteArray());
    }

    /// Reads the escape whose backslash ends before `at`; answers where the next character is.
    private static int unescape(String quoted, int at, ByteArrayOutputStream bytes) throws BrokenFormatException {
        if (at == quoted.length()) {
            throw new BrokenFormatException("a name ends in a backslash");
        }
        char kind = quoted.charAt(at);
        switch (kind) {
            case 'a' -> bytes.write(0x07);
            case 'b' -> bytes.write('\b');
            case 'f' -> bytes.write('\f');
            case 'n' -> bytes.write('\n');
            case 'r' -> bytes.write('\r');
            case 't' -> bytes.write('\t');
            case 'v' -> bytes.write(0x0b);
            case '\\', '"' -> bytes.write(kind);
            case 'x' -> bytes.write(number(quoted, at + 1, 2, 16, 0xff));
            case 'u' -> utf8(number(quoted, at + 1, 4, 16, Character.MAX_CODE_POINT), bytes);
            case 'U' -> utf8(number(quoted, at + 1, 8, 16, Character.MAX_CODE_POINT), bytes);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> bytes.write(number(quoted, at, 3, 8, 0xff));
            default -> throw new BrokenFormatException("a name has an unknown escape");
        }
        return at
                + switch (kind) {
                    case 'x', '0', '1', '2', '3', '4', '5', '6', '7' -> 3;
                    case 'u' -> 5;
                    case 'U' -> 9;
                    default -> 1;
                };
    }

    private static int number(String quoted, int from, int digits, int radix, int most) throws BrokenFormatException {
        long number = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < quoted.length() && quoted.charAt(i) < 0x80 ? Character.digit(quoted.charAt(i), radix) : -1;
            if (digit < 0) {
                throw new BrokenFormatException("a name has a broken escape");
            }
            number = radix * number + digit;
        }
        if (number > most || (most > 0xff && number >= 0xD800 && number <= 0xDFFF)) {
            throw new BrokenFormatException("a name has an escape out of range");
        }
        return (int) number;
    }

    private static void utf8(int point, ByteArrayOutputStream bytes) {
        if (point < 0x80) {
            bytes.write(point);
        } else {
            // a lone surrogate, which only JSON's own escapes can bring here, becomes U+FFFD as in Go
            int valid = point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point;
            bytes.writeBytes(Character.toString(valid).getBytes(StandardCharsets.UTF_8));
        }
    }
}
