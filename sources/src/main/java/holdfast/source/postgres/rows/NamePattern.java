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
        return of(text, true);
    }

    /// For what lies in no schema, such as databases: a dot is a dot.
    public static NamePattern ofName(String text) {
        return of(text, false);
    }

    private static NamePattern of(String text, boolean divided) {
        StringBuilder part = new StringBuilder();
        Pattern schema = ANY;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean doubled = c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
            if (c == '"' && !doubled) {
                quoted = !quoted;
            } else if (!quoted && c == '.' && divided) {
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

    /// Whether it says in which schemas.
    public boolean namesSchema() {
        return schema != ANY;
    }

    /// @param displayed as [Identifiers#display] has it
    public boolean matchesDisplayed(String displayed) {
        boolean quoted = false;
        for (int i = 0; i < displayed.length(); i++) {
            if (displayed.charAt(i) == '"') {
                quoted = !quoted;
            } else if (displayed.charAt(i) == '.' && !quoted) {
                return matches(plain(displayed.substring(0, i)), plain(displayed.substring(i + 1)));
            }
        }
        return matches(displayed);
    }

    private static String plain(String part) {
        return part.startsWith("\"") ? part.substring(1, part.length() - 1).replace("\"\"", "\"") : part;
    }

    /// For what lies in no schema, and for schemas themselves.
    public boolean matches(String called) {
        return name.matcher(called).matches();
    }
}
