package holdfast.source.postgres.rows;

import holdfast.model.HoldfastException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A pattern of names as psql's `\d` and `pg_dump` take it: `*` and `?` stand for any characters, a
/// dot divides schema and name, what stands in double quotes is meant literally, elsewhere upper
/// case is lower case and everything else is a regular expression. See `patternToSQLRegex` in
/// PostgreSQL's `src/fe_utils/string_utils.c`. Immutable.
///
/// @param text as it was given
/// @param schema for the whole name of a schema, in words that PostgreSQL's own regular expressions
///     have too; matches everything when the pattern has no dot
/// @param name for the whole name
public record NamePattern(String text, Pattern schema, Pattern name) {
    private static final Pattern ANY = Pattern.compile(".*", Pattern.DOTALL);
    private static final String SPECIAL = "|*+?()[]{}.^$\\";

    /// @throws HoldfastException.BadUsage when it is none
    public static NamePattern of(String text) {
        return of(text, true);
    }

    /// For what lies in no schema, such as databases and schemas: a dot is a dot.
    ///
    /// @throws HoldfastException.BadUsage when it is none
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
            } else if (c == '.' && !quoted && divided) {
                if (schema != ANY) {
                    throw none(text);
                }
                schema = compile(text, part);
                part.setLength(0);
            } else {
                i += doubled ? 1 : 0;
                append(part, c, quoted);
            }
        }
        if (quoted || text.isBlank()) {
            throw none(text);
        }
        return new NamePattern(text, schema, compile(text, part));
    }

    private static void append(StringBuilder part, char c, boolean quoted) {
        if (quoted) {
            part.append(SPECIAL.indexOf(c) < 0 ? "" : "\\").append(c);
            return;
        }
        switch (c) {
            case '*' -> part.append(".*");
            case '?' -> part.append('.');
            case '.', '$' -> part.append('\\').append(c);
            // folded as the server does it in any encoding: ASCII only
            default -> part.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
    }

    private static Pattern compile(String text, StringBuilder regex) {
        try {
            return Pattern.compile("^(" + regex + ")$", Pattern.DOTALL);
        } catch (PatternSyntaxException _) {
            throw none(text);
        }
    }

    private static HoldfastException.BadUsage none(String text) {
        return new HoldfastException.BadUsage(
                "no pattern of names: " + text, "write it as for psql's \\d: orders, app.order*, \"Odd Name\"");
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
