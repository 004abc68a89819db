package holdfast.source.postgres.mask;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/// Reads one rule: its name alone, or a mapping of `rule:` and its options. Used by one thread.
final class RuleReader {
    private static final String RULE = "rule";
    private static final String DOMAIN = "domain";
    private static final int TEXT_MOST = 10_000;

    private final String file;
    private final Problems problems;
    private Map<String, YamlNode.Entry> options = Map.of();
    private int line;
    private boolean sound;

    RuleReader(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /// Nothing when the rule cannot be meant; the problems say why.
    Optional<ColumnRule> read(YamlNode node) {
        line = node.line();
        sound = true;
        String name = switch (node) {
            case YamlNode.Scalar scalar -> {
                options = Map.of();
                yield scalar.text();
            }
            case YamlNode.Mapping mapping -> {
                options = new TreeMap<>(mapping.entries());
                options.remove(RULE);
                YamlNode.Entry rule = mapping.entries().get(RULE);
                yield rule != null && rule.value() instanceof YamlNode.Scalar scalar ? scalar.text() : "";
            }
            case YamlNode.Sequence _ -> "";
        };
        if (!Rule.names().contains(name)) {
            String what = name.isEmpty() ? "no rule stands here" : "there is no rule '" + name + "'";
            wrong(line, what, Nearest.hint(name, Rule.names(), "the rules are " + String.join(", ", Rule.names())));
            return Optional.empty();
        }
        requireKnownOptions(name);
        Rule rule = rule(name);
        String domain = text(DOMAIN, name);
        return sound ? Optional.of(new ColumnRule(rule, domain, file + ":" + line)) : Optional.empty();
    }

    private static Set<String> optionsOf(String rule) {
        return switch (rule) {
            case "null" -> Set.of();
            case "fixed" -> Set.of("value", "also-null");
            case "hash" -> Set.of("length", DOMAIN);
            case "partial" -> Set.of("first", "last", "fill");
            case "regex" -> Set.of("pattern", "replacement", "unmatched");
            case "date-shift" -> Set.of("days", "by", DOMAIN);
            case "number" -> Set.of("percent", "by", DOMAIN);
            default -> Set.of(DOMAIN);
        };
    }

    private void requireKnownOptions(String rule) {
        Set<String> known = optionsOf(rule);
        options.forEach((key, entry) -> {
            if (!known.contains(key)) {
                String otherwise = known.isEmpty()
                        ? "the rule " + rule + " has none"
                        : "the rule " + rule + " has " + String.join(", ", new ArrayList<>(known));
                wrong(entry.line(), "unknown option '" + key + "'", Nearest.hint(key, known, otherwise));
            } else if (!(entry.value() instanceof YamlNode.Scalar)) {
                wrong(
                        entry.line(),
                        key + " takes one value, not " + entry.value().kind(),
                        "");
            }
        });
    }

    private Rule rule(String name) {
        return switch (name) {
            case "null" -> new Rule.Null();
            case "fixed" ->
                new Rule.Fixed(required("value"), Boolean.parseBoolean(choice("also-null", List.of("false", "true"))));
            case "hash" -> new Rule.Hash(number("length", 32, 8, 64));
            case "partial" -> new Rule.Partial(number("first", 0, 0, 100), number("last", 0, 0, 100), fill());
            case "regex" -> regex();
            case "shuffle" -> new Rule.Shuffle();
            case "date-shift" -> {
                required("days");
                yield new Rule.DateShift(number("days", 1, 1, 36_500), text("by", ""));
            }
            case "number" -> {
                required("percent");
                yield new Rule.Noise(percent(), text("by", ""));
            }
            default -> new Rule.Fake(Rule.fake(name).orElseThrow());
        };
    }

    private Rule regex() {
        String pattern = required("pattern");
        String replacement = required("replacement");
        try {
            // finds the empty text, so that a replacement which names a group that is not there is told now
            Pattern.compile(pattern);
            Pattern.compile("(?:" + pattern + "\n)|").matcher("").replaceAll(replacement);
        } catch (PatternSyntaxException e) {
            wrong(lineOf("pattern"), "not a regular expression: " + e.getDescription(), "Java's syntax is meant");
        } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
            wrong(
                    lineOf("replacement"),
                    "the replacement names a group that the pattern has not",
                    "$1 is the first group, \\$ a dollar sign");
        }
        List<String> choices =
                Stream.of(Rule.Unmatched.values()).map(Rule::keyOf).toList();
        return new Rule.Regex(pattern, replacement, Rule.Unmatched.of(choice("unmatched", choices)));
    }

    private int fill() {
        String fill = text("fill", "*");
        if (fill.codePointCount(0, fill.length()) != 1) {
            wrong(lineOf("fill"), "fill must be one character", "");
            return '*';
        }
        return fill.codePointAt(0);
    }

    private double percent() {
        try {
            double percent = Double.parseDouble(text("percent", ""));
            if (percent > 0 && percent <= 100) {
                return percent;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        wrong(lineOf("percent"), "percent must be a number above 0, at most 100", "");
        return 1;
    }

    private int number(String option, int otherwise, int least, int most) {
        String text = text(option, Integer.toString(otherwise));
        if (text.matches("\\d{1,8}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= most) {
            return Integer.parseInt(text);
        }
        wrong(lineOf(option), option + " must be a whole number from " + least + " to " + most, "");
        return otherwise;
    }

    /// What was chosen; the first when nothing was.
    private String choice(String option, List<String> choices) {
        String chosen = text(option, choices.getFirst());
        if (choices.contains(chosen)) {
            return chosen;
        }
        wrong(lineOf(option), option + " must be " + String.join(" or ", choices), "");
        return choices.getFirst();
    }

    private String required(String option) {
        if (!options.containsKey(option)) {
            wrong(line, option + " is missing", "");
        }
        return text(option, "");
    }

    private String text(String option, String otherwise) {
        YamlNode.Entry entry = options.get(option);
        if (entry == null || !(entry.value() instanceof YamlNode.Scalar scalar)) {
            return otherwise;
        }
        if (scalar.text().length() > TEXT_MOST || scalar.text().indexOf('\0') >= 0) {
            wrong(entry.line(), option + " is too long or holds a zero byte", "");
        }
        return scalar.text();
    }

    private int lineOf(String option) {
        YamlNode.Entry entry = options.get(option);
        return entry == null ? line : entry.line();
    }

    private void wrong(int at, String message, String hint) {
        sound = false;
        problems.error(file + ":" + at, message, hint);
    }
}
