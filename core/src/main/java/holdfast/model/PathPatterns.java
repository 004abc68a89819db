package holdfast.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Patterns that select paths, as restic and git read them:
///
/// - `*.tmp` fits an entry of that name anywhere; `cache/*.db` these components anywhere, one after the other
/// - `/srv/app/cache` begins at the root of the file system
/// - within a component `*`, `?`, `[a-z]`, `[!a-z]`, and `\` for a literal character; none of them fits a slash
/// - `**` stands for any number of components: none or more in front and in between, one or more at the end
/// - a slash at the end fits directories only
/// - `!` in front takes back what an earlier pattern selected: the last pattern that fits decides
///
/// A pattern fits the path itself; that what lies below goes with it is up to the one who walks the tree. Immutable.
public final class PathPatterns {
    public static final PathPatterns NONE = new PathPatterns(List.of());

    /// @param components null stands for `**`
    private record Rule(
            boolean negated,
            boolean directoriesOnly,
            @Nullable Glob[] components) {}

    private final List<Rule> rules;

    private PathPatterns(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /// @throws HoldfastException.BadUsage for a pattern that cannot be meant
    public static PathPatterns of(List<String> patterns) {
        List<Rule> rules = new ArrayList<>(patterns.size());
        for (String pattern : patterns) {
            try {
                rules.add(parse(pattern));
            } catch (IllegalArgumentException e) {
                throw new HoldfastException.BadUsage(
                        "cannot use the pattern '" + FileNames.display(pattern) + "': " + e.getMessage(),
                        "put \\ in front of a character that is meant literally");
            }
        }
        return new PathPatterns(rules);
    }

    /// The patterns in a file, one a line; empty lines and those that begin with `#` are comments, and white space
    /// around a pattern does not count.
    public static List<String> lines(String content) {
        return content.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /// Whether the last pattern that fits selects.
    ///
    /// @param path absolute, without a trailing slash
    public boolean matches(String path, boolean directory) {
        String[] names = null;
        for (int i = rules.size() - 1; i >= 0; i--) {
            Rule rule = rules.get(i);
            if (directory || !rule.directoriesOnly()) {
                if (names == null) {
                    names = path.substring(1).split("/", -1);
                }
                if (fits(rule.components(), names)) {
                    return !rule.negated();
                }
            }
        }
        return false;
    }

    private static Rule parse(String pattern) {
        String rest = pattern;
        boolean negated = rest.startsWith("!");
        if (negated) {
            rest = rest.substring(1);
        }
        boolean directoriesOnly = rest.length() > 1 && rest.endsWith("/");
        boolean anchored = rest.startsWith("/");
        List<@Nullable Glob> components = new ArrayList<>();
        if (!anchored) {
            components.add(null);
        }
        for (String component : rest.split("/")) {
            if (component.equals("..") || component.equals(".")) {
                throw new IllegalArgumentException("it holds " + component);
            }
            if (component.equals("**")) {
                components.add(null);
            } else if (!component.isEmpty()) {
                components.add(Glob.parse(component));
            }
        }
        if (components.isEmpty() || (components.size() == 1 && !anchored)) {
            throw new IllegalArgumentException("it is empty");
        }
        return new Rule(negated, directoriesOnly, components.toArray(Glob[]::new));
    }

    /// Component by component as [Glob] does it by characters, `**` being the star.
    private static boolean fits(@Nullable Glob[] pattern, String[] names) {
        Glob last = pattern[pattern.length - 1];
        if (last != null && !last.matches(names[names.length - 1])) {
            return false;
        }
        int at = 0;
        int name = 0;
        int afterStar = -1;
        int starTook = 0;
        while (name < names.length) {
            Glob glob = at < pattern.length ? pattern[at] : null;
            if (at < pattern.length && glob == null) {
                afterStar = ++at;
                starTook = name;
                if (at == pattern.length) {
                    return true;
                }
            } else if (glob != null && glob.matches(names[name])) {
                at++;
                name++;
            } else if (afterStar >= 0) {
                at = afterStar;
                name = ++starTook;
            } else {
                return false;
            }
        }
        return at == pattern.length;
    }
}
