package holdfast.source.postgres.mask;

import java.util.List;
import java.util.Map;

/// A YAML document whose every part knows its line. Immutable.
sealed interface YamlNode {
    /// Counted from 1.
    int line();

    /// @param text without quotes; whether it is a number or `null` is for the reader to say
    record Scalar(int line, String text) implements YamlNode {}

    record Sequence(int line, List<YamlNode> items) implements YamlNode {}

    /// @param entries in the order of the file
    record Mapping(int line, Map<String, Entry> entries) implements YamlNode {}

    /// @param line that of the key
    record Entry(int line, YamlNode value) {}

    /// For messages.
    default String kind() {
        return switch (this) {
            case Scalar _ -> "a value";
            case Sequence _ -> "a list";
            case Mapping _ -> "keys with values";
        };
    }
}
