package holdfast.cli.guide;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Texts of the command model as people read them: picocli takes each line for a format.
final class PlainText {
    private PlainText() {}

    static String of(String... lines) {
        return Stream.of(lines)
                .map(line -> line.replace("%n", "\n").replace("%%", "%"))
                .collect(Collectors.joining("\n"));
    }

    /// In single quotes, for sh, bash and zsh.
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
