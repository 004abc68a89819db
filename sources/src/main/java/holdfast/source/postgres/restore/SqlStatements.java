package holdfast.source.postgres.restore;

import java.util.ArrayList;
import java.util.List;

/// SQL cut into its statements as the server would cut it with `standard_conforming_strings` on: see PostgreSQL's
/// `src/backend/parser/scan.l`. Stateless.
final class SqlStatements {
    private final String text;
    private final List<String> statements = new ArrayList<>();
    private int at;
    private int start;

    private SqlStatements(String text) {
        this.text = text;
    }

    /// The statements without the semicolons that end them and the space around them; empty ones are left out. What
    /// is not closed (a quote, a comment) reaches to the end.
    static List<String> split(String text) {
        return new SqlStatements(text).split();
    }

    private List<String> split() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'') {
                quoted('\'', escapes());
            } else if (c == '"') {
                quoted('"', false);
            } else if (c == '$') {
                dollars();
            } else if (text.startsWith("--", at)) {
                skipTo("\n");
            } else if (text.startsWith("/*", at)) {
                comment();
            } else if (c == ';') {
                end(at++);
            } else {
                at++;
            }
        }
        end(text.length());
        return statements;
    }

    private void end(int behind) {
        String statement = text.substring(Math.min(start, behind), behind).strip();
        if (!statement.isEmpty()) {
            statements.add(statement);
        }
        start = behind + 1;
    }

    /// Whether the quote here begins a string with backslash escapes, `E'…'`.
    private boolean escapes() {
        return at > 0
                && (text.charAt(at - 1) == 'E' || text.charAt(at - 1) == 'e')
                && (at == 1 || !isPartOfName(text.charAt(at - 2)));
    }

    /// To behind the closing quote; a doubled one closes and opens again.
    private void quoted(char quote, boolean escapes) {
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            at += escapes && text.charAt(at) == '\\' ? 2 : 1;
        }
        at = Math.min(at + 1, text.length());
    }

    private void dollars() {
        int close = at + 1;
        while (close < text.length() && isPartOfName(text.charAt(close)) && text.charAt(close) != '$') {
            close++;
        }
        boolean begins = at == 0 || !isPartOfName(text.charAt(at - 1));
        boolean tag = close < text.length()
                && text.charAt(close) == '$'
                && (close == at + 1 || !Character.isDigit(text.charAt(at + 1)));
        if (!begins || !tag) {
            at++;
            return;
        }
        String delimiter = text.substring(at, close + 1);
        at = close + 1;
        skipTo(delimiter);
    }

    /// Comments of this kind nest.
    private void comment() {
        int depth = 0;
        do {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < text.length());
    }

    private void skipTo(String end) {
        int found = text.indexOf(end, at);
        at = found < 0 ? text.length() : found + end.length();
    }

    private static boolean isPartOfName(char c) {
        return c == '_' || c == '$' || c >= 0x80 || Character.isLetterOrDigit(c);
    }
}
