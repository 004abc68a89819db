package holdfast.cli.guide;

import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;

/// A shell that completes words.
public enum Shell {
    BASH,
    ZSH,
    FISH;

    /// What tells it how.
    ///
    /// @param words those that a value of a type can be; none when it can be anything
    public String script(CommandLine program, Function<Class<?>, List<String>> words) {
        Outline outline = Outline.of(program, words);
        return switch (this) {
            case BASH -> BashCompletion.of(outline);
            case ZSH -> ZshCompletion.of(outline);
            case FISH -> FishCompletion.of(outline);
        };
    }
}
