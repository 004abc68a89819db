package holdfast.cli.guide;

import java.util.List;
import java.util.Locale;

/// A manual page as it is written down, line by line. What it is given is text, unless it says raw.
final class Roff {
    private final StringBuilder page = new StringBuilder();

    /// @param version stands at the foot; no date does, so that the same program makes the same pages
    Roff(String name, String version) {
        request(".TH \"" + escaped(name.toUpperCase(Locale.ROOT)) + "\" 1 \"\" \"" + escaped(version)
                + "\" \"Holdfast\"");
        request(".nh");
        request(".ad l");
    }

    Roff section(String title) {
        return request(".SH \"" + title + "\"");
    }

    Roff paragraph(String text) {
        return text.isBlank() ? request(".PP") : request(".PP").text(text);
    }

    /// @param rawTerm as [#bold] and [#italic] make it
    Roff item(String rawTerm, String text) {
        return request(".TP").raw(rawTerm).text(text);
    }

    Roff verbatim(List<String> lines) {
        request(".nf");
        lines.forEach(this::text);
        return request(".fi");
    }

    Roff text(String text) {
        text.lines().forEach(line -> raw(escaped(line)));
        return this;
    }

    Roff raw(String line) {
        page.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "")
                .append(line)
                .append('\n');
        return this;
    }

    private Roff request(String line) {
        page.append(line).append('\n');
        return this;
    }

    static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    /// Signs that people copy into a shell stay what they are.
    private static String escaped(String text) {
        return text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("`", "\\(ga")
                .replace("^", "\\(ha")
                .replace("~", "\\(ti")
                .replace("\"", "\\(dq");
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
