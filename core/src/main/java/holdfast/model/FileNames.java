package holdfast.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// File names are bytes to the operating system and strings to us. Valid UTF-8 becomes the string everybody expects;
/// a byte that is no part of valid UTF-8 becomes the lone low surrogate U+DC80 to U+DCFF (as in Python's PEP 383), so
/// that every name survives the way there and back unchanged. Stateless; safe for use by many threads.
public final class FileNames {
    private static final int ESCAPE = 0xDC00;

    private FileNames() {}

    /// The string for a name's bytes; never fails.
    public static String decode(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return decodeCarefully(bytes);
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static String decodeCarefully(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isUnderflow()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE + (in.get() & 0xff)));
            }
            decoder.reset();
        }
    }

    /// The bytes of a name that came from [#decode] or from a person.
    ///
    /// @throws IllegalArgumentException for a surrogate that stands for no byte
    public static byte[] encode(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length() + 16);
        for (int i = 0; i < name.length(); ) {
            int point = name.codePointAt(i);
            if (point < 0x80) {
                out.write(point);
            } else if (point >= ESCAPE + 0x80 && point <= ESCAPE + 0xff) {
                out.write(point - ESCAPE);
            } else if (point >= 0xD800 && point <= 0xDFFF) {
                throw new IllegalArgumentException("a lone surrogate in a file name");
            } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
            i += Character.charCount(point);
        }
        return out.toByteArray();
    }

    /// Whether the name's bytes are valid UTF-8.
    public static boolean isText(String name) {
        return name.codePoints().noneMatch(point -> point >= 0xD800 && point <= 0xDFFF);
    }

    /// Order of the bytes, as restic sorts a tree; differs from [String#compareTo] beyond the basic plane.
    public static int compare(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char l = left.charAt(i);
            char r = right.charAt(i);
            if (l != r) {
                // below the surrogates, which stand for stray bytes too, the order of characters is that of bytes
                boolean plain = l < Character.MIN_SURROGATE && r < Character.MIN_SURROGATE;
                return plain ? Character.compare(l, r) : Arrays.compareUnsigned(encode(left), encode(right));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /// The name as it may be shown on a terminal or in a log: control characters and stray bytes are escaped.
    public static String display(String name) {
        StringBuilder text = new StringBuilder(name.length());
        name.codePoints().forEach(point -> {
            if (point >= 0xD800 && point <= 0xDFFF) {
                text.append(String.format("\\x%02x", point & 0xff));
            } else if (point == '\n') {
                text.append("\\n");
            } else if (point == '\t') {
                text.append("\\t");
            } else if (Character.isISOControl(point)
                    || Character.getType(point) == Character.FORMAT
                    || point == 0x2028
                    || point == 0x2029) {
                text.append(String.format(point < 0x100 ? "\\x%02x" : "\\u%04x", point));
            } else {
                text.appendCodePoint(point);
            }
        });
        return text.toString();
    }
}
