package holdfast.model;

import java.util.ArrayList;
import java.util.List;

/// A pattern for one component of a path: `*` any characters, `?` one, `[a-z]` one of a class, `[!a-z]` or `[^a-z]`
/// one of all others, `\` takes the next character literally. A byte that is no text counts as one character.
/// Immutable.
final class Glob {
    /// What one character must be.
    private sealed interface Token {
        record Literal(int point) implements Token {}

        record Any() implements Token {}

        record Star() implements Token {}

        /// @param ranges pairs of first and last, both included
        record OneOf(boolean negated, int[] ranges) implements Token {}
    }

    private final Token[] tokens;

    private Glob(List<Token> tokens) {
        this.tokens = tokens.toArray(Token[]::new);
    }

    /// @throws IllegalArgumentException when a class or an escape has no end
    static Glob parse(String pattern) {
        int[] points = pattern.codePoints().toArray();
        List<Token> tokens = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            switch (points[i]) {
                case '*' -> tokens.add(new Token.Star());
                case '?' -> tokens.add(new Token.Any());
                case '\\' -> {
                    if (++i == points.length) {
                        throw new IllegalArgumentException("nothing follows the last \\");
                    }
                    tokens.add(new Token.Literal(points[i]));
                }
                case '[' -> i = addClass(points, i + 1, tokens);
                default -> tokens.add(new Token.Literal(points[i]));
            }
        }
        return new Glob(tokens);
    }

    /// @return the index of the closing bracket
    private static int addClass(int[] points, int from, List<Token> tokens) {
        int i = from;
        boolean negated = i < points.length && (points[i] == '!' || points[i] == '^');
        if (negated) {
            i++;
        }
        List<Integer> ranges = new ArrayList<>();
        for (boolean first = true; i < points.length && (first || points[i] != ']'); first = false) {
            if (points[i] == '\\' && i + 1 < points.length) {
                i++;
            }
            int low = points[i++];
            int high = low;
            if (i + 1 < points.length && points[i] == '-' && points[i + 1] != ']') {
                i++;
                if (points[i] == '\\' && i + 1 < points.length) {
                    i++;
                }
                high = points[i++];
            }
            ranges.add(low);
            ranges.add(high);
        }
        if (i >= points.length) {
            throw new IllegalArgumentException("no ] for a [");
        }
        int[] all = ranges.stream().mapToInt(Integer::intValue).toArray();
        tokens.add(new Token.OneOf(negated, all));
        return i;
    }

    /// Whether the whole name fits. Takes time in proportion to pattern times name, whatever the pattern.
    boolean matches(String name) {
        int[] points = name.codePoints().toArray();
        int token = 0;
        int point = 0;
        int afterStar = -1;
        int starTook = 0;
        while (point < points.length) {
            if (token < tokens.length && tokens[token] instanceof Token.Star) {
                afterStar = ++token;
                starTook = point;
            } else if (token < tokens.length && fits(tokens[token], points[point])) {
                token++;
                point++;
            } else if (afterStar >= 0) {
                token = afterStar;
                point = ++starTook;
            } else {
                return false;
            }
        }
        while (token < tokens.length && tokens[token] instanceof Token.Star) {
            token++;
        }
        return token == tokens.length;
    }

    private static boolean fits(Token token, int point) {
        return switch (token) {
            case Token.Literal(int wanted) -> wanted == point;
            case Token.Any() -> true;
            case Token.Star() -> true;
            case Token.OneOf(boolean negated, int[] ranges) -> negated != within(ranges, point);
        };
    }

    private static boolean within(int[] ranges, int point) {
        for (int i = 0; i < ranges.length; i += 2) {
            if (point >= ranges[i] && point <= ranges[i + 1]) {
                return true;
            }
        }
        return false;
    }
}
