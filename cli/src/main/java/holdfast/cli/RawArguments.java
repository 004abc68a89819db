package holdfast.cli;

import holdfast.model.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The command line as it was typed. The JVM replaces bytes that are no UTF-8 by U+FFFD; on Linux the kernel
/// still has them, so that a file of any name can be named.
final class RawArguments {
    private static final Pattern PASSWORD =
            Pattern.compile("(?:^|=)postgres(?:ql)?://(?:[^/@:]*:[^/@]+@|.*[?&](?:ssl)?password=[^&])", Pattern.DOTALL);

    /// What the launcher writes for an argument that it has put into the environment.
    private static final Pattern HIDDEN = Pattern.compile("\\$(HOLDFAST_ARGUMENT_[0-9]{1,4})");

    private RawArguments() {}

    /// Whether there is a URL with a password among them.
    static boolean holdPassword(String[] arguments) {
        return Stream.of(arguments).anyMatch(word -> PASSWORD.matcher(word).find());
    }

    /// With those that the launcher has hidden: all users can see a program's arguments, but not its
    /// environment.
    static String[] shown(String[] arguments, Map<String, String> variables) {
        return Stream.of(arguments)
                .map(word -> {
                    Matcher hidden = HIDDEN.matcher(word);
                    return hidden.matches() ? variables.getOrDefault(hidden.group(1), word) : word;
                })
                .toArray(String[]::new);
    }

    static String[] of(String[] arguments) {
        for (String argument : arguments) {
            if (argument.indexOf('\uFFFD') >= 0) {
                return reread(arguments);
            }
        }
        return arguments;
    }

    private static String[] reread(String[] arguments) {
        try {
            List<String> all = split(Files.readAllBytes(Path.of("/proc/self/cmdline")));
            if (all.size() >= arguments.length) {
                return all.subList(all.size() - arguments.length, all.size()).toArray(String[]::new);
            }
        } catch (IOException notLinux) {
            // then the arguments stay as the JVM gave them, and such a file is not found
        }
        return arguments;
    }

    /// @param line arguments, each ended by a zero byte
    static List<String> split(byte[] line) {
        List<String> words = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < line.length; i++) {
            if (line[i] == 0) {
                byte[] word = new byte[i - begin];
                System.arraycopy(line, begin, word, 0, word.length);
                words.add(FileNames.decode(word));
                begin = i + 1;
            }
        }
        return words;
    }
}
