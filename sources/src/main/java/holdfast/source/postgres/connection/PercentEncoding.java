package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Percent-encoding as connection URLs use it (`conninfo_uri_decode`): `+` is a plus sign, and a
/// character of several bytes is written byte by byte in UTF-8. Pure.
final class PercentEncoding {
    private static final String PLAIN = "-._~";

    private PercentEncoding() {}

    /// @throws HoldfastException.BadUsage when a percent sign is not followed by the code of a
    /// byte, or the bytes are no UTF-8; the text itself is not told, since it may be a secret
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                out.write(bytes[i]);
                continue;
            }
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                throw new HoldfastException.BadUsage(
                        "not a PostgreSQL URL: a % is not followed by two hexadecimal digits of a character",
                        "write %25 for a percent sign");
            }
            out.write(high * 16 + low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(out.toByteArray()))
                    .toString();
        } catch (CharacterCodingException _) {
            throw new HoldfastException.BadUsage(
                    "not a PostgreSQL URL: what follows a % is not the code of a character in UTF-8",
                    "write %25 for a percent sign, and characters beyond ASCII as they are");
        }
    }

    /// So that [#decode] gives the text back wherever it stands in a URL.
    static String encode(String text) {
        StringBuilder out = new StringBuilder();
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (one & 0xff);
            boolean plain = character < 0x80 && Character.isLetterOrDigit(character);
            if (plain || PLAIN.indexOf(character) >= 0) {
                out.append(character);
            } else {
                out.append('%').append(String.format("%02X", (int) character));
            }
        }
        return out.toString();
    }
}
