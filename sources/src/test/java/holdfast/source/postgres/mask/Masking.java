package holdfast.source.postgres.mask;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Profiles and tables for tests.
final class Masking {
    static final String SECRET = "0123456789abcdef0123456789abcdef";

    private Masking() {}

    /// The profile `test` of a file that consists of the text.
    static MaskProfile profile(String text) {
        return profile(text, SECRET);
    }

    static MaskProfile profile(String text, String secret) {
        try {
            Path file = Files.createTempFile("masks", ".yaml");
            try {
                Files.writeString(file, text);
                return MaskProfile.read(file, "test", Map.of("SECRET", secret)::get);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A profile with one rule for each column of `public.t`, each written as in YAML.
    static MaskProfile profile(Map<String, String> rules) {
        return profile(text(rules));
    }

    static String text(Map<String, String> rules) {
        StringBuilder text =
                new StringBuilder("masks:\n  test:\n    secret-env: SECRET\n    tables:\n      public.t:\n");
        rules.forEach((column, rule) ->
                text.append("        ").append(column).append(": ").append(rule).append('\n'));
        return text.toString();
    }

    /// Columns by name and type in turn, nothing else said of them.
    static TableColumns table(String name, String... namesAndTypes) {
        List<TableColumns.Column> columns = new ArrayList<>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.add(new TableColumns.Column(namesAndTypes[i], namesAndTypes[i + 1], false, false, false));
        }
        return new TableColumns(TableName.parse(name).orElseThrow(), columns, List.of(), List.of(), List.of());
    }

    static String apply(RowMask mask, String row) {
        byte[] bytes = ("x" + row + "\n").getBytes(StandardCharsets.UTF_8);
        RowBytes out = new RowBytes();
        mask.apply(bytes, 1, bytes.length - 2, out);
        return out.text();
    }

    /// What a rule makes of a value, both as they stand in a row.
    static String one(String type, String rule, String value) {
        return mask(type, rule).apply(value);
    }

    @FunctionalInterface
    interface Once {
        String apply(String value);
    }

    static Once mask(String type, String rule) {
        return mask(type, rule, SECRET);
    }

    static Once mask(String type, String rule, String secret) {
        MaskProfile profile = profile(text(Map.of("c", rule)), secret);
        RowMask mask = profile.mask(table("t", "c", type)).orElseThrow().open();
        return value -> apply(mask, value);
    }
}
