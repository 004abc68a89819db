package holdfast.source.postgres.rows;

import java.util.regex.Pattern;

/// A pattern for names as psql's `\d` takes it: `*` and `?` stand for any characters, a dot divides
/// schema and name, letters are lower case unless quoted. See "Patterns" in PostgreSQL's page on
/// psql. Immutable.
///
/// @param schema null-free; matches everything when the pattern has no dot
public record NamePattern(String text, Pattern schema, Pattern name) {
    private static final Pattern ANY = Pattern.compile(".*", Pattern.DOTALL);

    public static NamePattern of(String text) {
        StringBuilder part = new StringBuilder();
        Pattern schema = ANY;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean doubled = c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
            if (c == '"' && !doubled) {
                quoted = !quoted;
            } else if (!quoted && c == '.') {
                schema = compile(part);
                part.setLength(0);
            } else if (!quoted && c == '*') {
                part.append(".*");
            } else if (!quoted && c == '?') {
                part.append('.');
            } else {
                i += doubled ? 1 : 0;
                String one = quoted ? Character.toString(c) : Character.toString(Character.toLowerCase(c));
                part.append(Pattern.quote(one));
            }
        }
        return new NamePattern(text, schema, compile(part));
    }

    private static Pattern compile(StringBuilder regex) {
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    public boolean matches(String inSchema, String called) {
        return schema.matcher(inSchema).matches() && name.matcher(called).matches();
    }

    /// For a pattern of schemas, which have no dot.
    public boolean matches(String called) {
        return name.matcher(called).matches();
    }
}
