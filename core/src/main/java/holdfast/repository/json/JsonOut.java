package holdfast.repository.json;

import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// Writes JSON with exactly the bytes of Go's `encoding/json`, which escapes `<`, `>`, `&`, U+2028 and U+2029,
/// uses lower-case hexadecimal digits, and shows bytes that are no UTF-8 as `\ufffd`. Not thread-safe.
public final class JsonOut {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final boolean pretty;
    private byte[] bytes = new byte[512];
    private int size;
    private int depth;
    /// whether the next value or key is the first of its object or array
    private boolean first = true;

    /// whether the next value belongs to a key just written
    private boolean afterKey;

    private JsonOut(boolean pretty) {
        this.pretty = pretty;
    }

    /// Without any white space, as repository files are written.
    public static JsonOut compact() {
        return new JsonOut(false);
    }

    /// Indented by two spaces, for people. Bytes that are no UTF-8 stay readable for us, as escaped lone
    /// surrogates.
    public static JsonOut pretty() {
        return new JsonOut(true);
    }

    /// What was written. The buffer shares this writer's array: write no more.
    public ByteBuffer done() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    public JsonOut beginObject() {
        return begin('{');
    }

    public JsonOut endObject() {
        return end('}');
    }

    public JsonOut beginArray() {
        return begin('[');
    }

    public JsonOut endArray() {
        return end(']');
    }

    private JsonOut begin(char bracket) {
        element();
        raw(bracket);
        depth++;
        first = true;
        return this;
    }

    private JsonOut end(char bracket) {
        depth--;
        if (!first) {
            indent();
        }
        raw(bracket);
        first = false;
        return this;
    }

    /// A comma if need be; the caller writes the array's element or document next.
    private void element() {
        if (afterKey) {
            afterKey = false;
            return;
        }
        if (!first) {
            raw(',');
        }
        if (depth > 0) {
            indent();
        }
        first = false;
    }

    private void indent() {
        if (pretty) {
            raw('\n');
            for (int i = 0; i < depth; i++) {
                raw(' ');
                raw(' ');
            }
        }
    }

    public JsonOut key(String name) {
        string(name);
        raw(':');
        if (pretty) {
            raw(' ');
        }
        afterKey = true;
        return this;
    }

    public JsonOut string(String text) {
        element();
        raw('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&') {
                raw(c);
            } else {
                i += special(text, i);
            }
        }
        raw('"');
        return this;
    }

    /// Writes the character at `i`; answers how many further ones it took.
    private int special(String text, int i) {
        int point = text.codePointAt(i);
        switch (point) {
            case '"', '\\' -> escape((char) point);
            case '\n' -> escape('n');
            case '\r' -> escape('r');
            case '\t' -> escape('t');
            case '\b' -> escape('b');
            case '\f' -> escape('f');
            case '<', '>', '&', 0x2028, 0x2029 -> unicode(point);
            default -> {
                if (point < ' ') {
                    unicode(point);
                } else if (point >= 0xD800 && point <= 0xDFFF) {
                    unicode(pretty ? point : 0xFFFD);
                } else {
                    utf8(point);
                }
            }
        }
        return Character.charCount(point) - 1;
    }

    private void utf8(int point) {
        if (point < 0x80) {
            raw(point);
            return;
        }
        if (point < 0x800) {
            raw(0xC0 | (point >> 6));
        } else {
            if (point < 0x10000) {
                raw(0xE0 | (point >> 12));
            } else {
                raw(0xF0 | (point >> 18));
                raw(0x80 | ((point >> 12) & 0x3F));
            }
            raw(0x80 | ((point >> 6) & 0x3F));
        }
        raw(0x80 | (point & 0x3F));
    }

    private void escape(char c) {
        raw('\\');
        raw(c);
    }

    private void unicode(int unit) {
        escape('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            raw(HEX[(unit >> shift) & 15]);
        }
    }

    public JsonOut number(long number) {
        element();
        ascii(Long.toString(number));
        return this;
    }

    /// A number without sign, 0 to 2^64-1.
    public JsonOut unsigned(long number) {
        element();
        ascii(Long.toUnsignedString(number));
        return this;
    }

    public JsonOut flag(boolean value) {
        element();
        ascii(value ? "true" : "false");
        return this;
    }

    public JsonOut nothing() {
        element();
        ascii("null");
        return this;
    }

    public JsonOut id(ObjectId id) {
        element();
        room(2 * ObjectId.BYTES + 2);
        bytes[size++] = '"';
        hex(id.a());
        hex(id.b());
        hex(id.c());
        hex(id.d());
        bytes[size++] = '"';
        return this;
    }

    private void hex(long number) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            bytes[size++] = HEX[(int) (number >>> shift) & 15];
        }
    }

    public JsonOut time(Instant time) {
        return string(GoTime.format(time));
    }

    public JsonOut base64(byte[] content) {
        return string(Base64.getEncoder().encodeToString(content));
    }

    public JsonOut strings(List<String> texts) {
        beginArray();
        texts.forEach(this::string);
        return endArray();
    }

    /// Go's encoder, as opposed to its marshaller, ends a document with a line break.
    public JsonOut lineBreak() {
        raw('\n');
        return this;
    }

    private void ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            raw(text.charAt(i));
        }
    }

    private void raw(int b) {
        if (size == bytes.length) {
            room(1);
        }
        bytes[size++] = (byte) b;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.multiplyExact(2, bytes.length), size + more));
        }
    }
}
