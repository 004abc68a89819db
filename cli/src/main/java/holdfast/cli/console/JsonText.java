package holdfast.cli.console;

import holdfast.model.Fingerprint;
import holdfast.model.ObjectId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Values as JSON on one line. Records become objects, their components named in snake_case; maps,
/// iterables, numbers, booleans, null and optionals become what they are, enums their names in
/// kebab-case, durations seconds, ids and fingerprints their digits; everything else its text. Made for
/// the documents of `--json`, whose shapes are records beside their commands; starts without the cost
/// of a binding library.
public final class JsonText {
    private final StringBuilder text = new StringBuilder(256);

    private JsonText() {}

    /// @throws IllegalArgumentException for numbers that JSON does not know
    public static String of(@Nullable Object value) {
        JsonText json = new JsonText();
        json.value(value);
        return json.text.toString();
    }

    private void value(@Nullable Object value) {
        switch (value) {
            case null -> text.append("null");
            case Boolean flag -> text.append(flag.booleanValue());
            case Double number
            when !Double.isFinite(number) -> throw new IllegalArgumentException("no JSON number: " + number);
            case Number number -> text.append(number);
            case Enum<?> constant ->
                string(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            case Duration span -> text.append(span.toMillis() / 1000.0);
            case Optional<?> optional -> value(optional.orElse(null));
            case Map<?, ?> map -> object(map);
            case Iterable<?> items -> array(items);
            case ObjectId id -> string(id.hex());
            case Fingerprint fingerprint -> string(fingerprint.toString());
            case Record entry -> object(entry);
            default -> string(value.toString());
        }
    }

    private void array(Iterable<?> items) {
        text.append('[');
        String comma = "";
        for (Object item : items) {
            text.append(comma);
            value(item);
            comma = ",";
        }
        text.append(']');
    }

    private void object(Map<?, ?> map) {
        text.append('{');
        String comma = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(comma);
            string(String.valueOf(entry.getKey()));
            text.append(':');
            value(entry.getValue());
            comma = ",";
        }
        text.append('}');
    }

    private void object(Record entry) {
        text.append('{');
        String comma = "";
        for (RecordComponent component : entry.getClass().getRecordComponents()) {
            text.append(comma);
            string(snakeCase(component.getName()));
            text.append(':');
            value(read(component, entry));
            comma = ",";
        }
        text.append('}');
    }

    private static @Nullable Object read(RecordComponent component, Record entry) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(entry);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /// Lone surrogates, which stand for file name bytes that are no UTF-8, are escaped, so the text is
    /// valid UTF-8.
    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f || lone(value, i)) {
                        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean lone(String value, int at) {
        char c = value.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 >= value.length() || !Character.isLowSurrogate(value.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(value.charAt(at - 1)));
    }
}
