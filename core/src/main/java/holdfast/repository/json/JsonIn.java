package holdfast.repository.json;

import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads JSON as a stream, as forgiving as Go: unknown keys are skipped and `null` leaves the default.
/// Whatever the bytes, nothing but [BrokenFormatException] comes of it, and memory stays in proportion to the
/// document.
public final class JsonIn {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(40)
                    .maxNameLength(1000)
                    .maxStringLength(100_000_000)
                    .build())
            .build();

    private final JsonParser parser;

    private JsonIn(JsonParser parser) {
        this.parser = parser;
    }

    /// Reads a whole document; the parser stands at its first value.
    @FunctionalInterface
    public interface Document<T> {
        T read(JsonIn in) throws BrokenFormatException;
    }

    /// Reads the value of one key, or leaves it, which skips it.
    @FunctionalInterface
    public interface Field {
        void read(String key) throws BrokenFormatException;
    }

    /// Reads one element of an array.
    @FunctionalInterface
    public interface Element {
        void read() throws BrokenFormatException;
    }

    /// @param json from position to limit; the position does not change
    public static <T> T read(ByteBuffer json, Document<T> document) throws BrokenFormatException {
        byte[] bytes;
        int offset = 0;
        int length = json.remaining();
        if (json.hasArray()) {
            bytes = json.array();
            offset = json.arrayOffset() + json.position();
        } else {
            bytes = new byte[length];
            json.get(json.position(), bytes);
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
            if (parser.nextToken() == null) {
                throw new BrokenFormatException("the document is empty");
            }
            T read = document.read(new JsonIn(parser));
            if (parser.nextToken() != null) {
                throw new BrokenFormatException("there is something behind the document");
            }
            return read;
        } catch (JacksonException e) {
            throw new BrokenFormatException("no JSON: " + e.getOriginalMessage(), e);
        }
    }

    public void object(Field each) throws BrokenFormatException {
        if (isNull()) {
            return;
        }
        expect(JsonToken.START_OBJECT);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            expect(JsonToken.PROPERTY_NAME);
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            each.read(key);
            if (parser.currentToken() == value) {
                parser.skipChildren(); // does nothing unless an object or array was left unread
            }
        }
    }

    public void array(Element each) throws BrokenFormatException {
        if (isNull()) {
            return;
        }
        expect(JsonToken.START_ARRAY);
        while (true) {
            JsonToken value = parser.nextToken();
            if (value == JsonToken.END_ARRAY) {
                return;
            }
            if (value == null) {
                throw new BrokenFormatException("the document ends early");
            }
            each.read();
            if (parser.currentToken() == value) {
                parser.skipChildren();
            }
        }
    }

    public boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    /// A string, empty for `null`. Lone surrogates become U+FFFD, as in Go.
    public String string() throws BrokenFormatException {
        if (isNull()) {
            return "";
        }
        expect(JsonToken.VALUE_STRING);
        return scrub(parser.getString(), false);
    }

    /// As [#string], but keeping the lone surrogates by which [holdfast.model.FileNames] stands for stray bytes.
    public String name() throws BrokenFormatException {
        if (isNull()) {
            return "";
        }
        expect(JsonToken.VALUE_STRING);
        return scrub(parser.getString(), true);
    }

    private static String scrub(String text, boolean keepStrayBytes) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints()
                        .map(point ->
                                point < 0xD800 || point > 0xDFFF || (keepStrayBytes && GoStrings.isStrayByte(point))
                                        ? point
                                        : 0xFFFD)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }

    /// A whole number from 0 to `most`; 0 for `null`.
    public long number(long most) throws BrokenFormatException {
        if (isNull()) {
            return 0;
        }
        expect(JsonToken.VALUE_NUMBER_INT);
        long number = parser.getLongValue();
        if (number < 0 || number > most) {
            throw new BrokenFormatException("a number is out of range");
        }
        return number;
    }

    /// A whole number that may be below zero.
    public long signed() throws BrokenFormatException {
        expect(JsonToken.VALUE_NUMBER_INT);
        return parser.getLongValue();
    }

    /// A whole number from 0 to 2^64-1, in a long without sign.
    public long unsigned() throws BrokenFormatException {
        if (isNull()) {
            return 0;
        }
        expect(JsonToken.VALUE_NUMBER_INT);
        if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return number(Long.MAX_VALUE);
        }
        try {
            return Long.parseUnsignedLong(parser.getString());
        } catch (NumberFormatException e) {
            throw new BrokenFormatException("a number is out of range", e);
        }
    }

    public boolean flag() throws BrokenFormatException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE && token != JsonToken.VALUE_NULL) {
            throw new BrokenFormatException("expected true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    public ObjectId id() throws BrokenFormatException {
        expect(JsonToken.VALUE_STRING);
        if (parser.getStringLength() != 2 * ObjectId.BYTES) {
            throw new BrokenFormatException("not an id of 64 hexadecimal digits");
        }
        char[] hex = parser.getStringCharacters();
        int at = parser.getStringOffset();
        return new ObjectId(hex(hex, at), hex(hex, at + 16), hex(hex, at + 32), hex(hex, at + 48));
    }

    private static long hex(char[] text, int from) throws BrokenFormatException {
        long number = 0;
        for (int i = from; i < from + 16; i++) {
            if (!HexFormat.isHexDigit(text[i])) {
                throw new BrokenFormatException("not an id of 64 hexadecimal digits");
            }
            number = number << 4 | HexFormat.fromHexDigit(text[i]);
        }
        return number;
    }

    public List<ObjectId> ids() throws BrokenFormatException {
        List<ObjectId> ids = new ArrayList<>();
        array(() -> ids.add(id()));
        return ids;
    }

    public Instant time() throws BrokenFormatException {
        expect(JsonToken.VALUE_STRING);
        return GoTime.parse(parser.getString());
    }

    /// Bytes in base64; none for `null`.
    public byte[] base64() throws BrokenFormatException {
        if (isNull()) {
            return new byte[0];
        }
        expect(JsonToken.VALUE_STRING);
        try {
            return Base64.getDecoder().decode(parser.getString());
        } catch (IllegalArgumentException e) {
            throw new BrokenFormatException("broken base64", e);
        }
    }

    public List<String> strings() throws BrokenFormatException {
        List<String> texts = new ArrayList<>();
        array(() -> texts.add(string()));
        return texts;
    }

    public List<String> names() throws BrokenFormatException {
        List<String> texts = new ArrayList<>();
        array(() -> texts.add(name()));
        return texts;
    }

    /// Where the text of the current value begins, in bytes from the beginning of the document.
    int start() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /// Where the text ends of the object or array that has just been read.
    int end() {
        return (int) parser.currentLocation().getByteOffset();
    }

    private void expect(JsonToken token) throws BrokenFormatException {
        if (parser.currentToken() != token) {
            throw new BrokenFormatException("expected " + token + " instead of " + parser.currentToken());
        }
    }
}
