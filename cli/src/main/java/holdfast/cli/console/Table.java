package holdfast.cli.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// Rows of text in aligned columns, two spaces apart; a cell may have several lines. The last column is not
/// padded.
public final class Table {
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private final List<String[]> rows = new ArrayList<>();
    private final boolean[] right;

    /// @param header a name that begins with `>` makes its column right-aligned
    public Table(String... header) {
        right = new boolean[header.length];
        String[] names = new String[header.length];
        for (int i = 0; i < header.length; i++) {
            right[i] = header[i].startsWith(">");
            names[i] = right[i] ? header[i].substring(1) : header[i];
        }
        rows.add(names);
    }

    /// @param cells as many as the header has
    public Table row(String... cells) {
        if (cells.length != right.length) {
            throw new IllegalArgumentException(cells.length + " cells in a table of " + right.length);
        }
        rows.add(cells.clone());
        return this;
    }

    public boolean isEmpty() {
        return rows.size() == 1;
    }

    /// Header, rule, rows.
    public List<String> lines() {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(
                        widths[i], row[i].lines().mapToInt(Table::width).max().orElse(0));
            }
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            append(lines, row, widths);
            if (lines.size() == 1) {
                lines.add("-".repeat(Arrays.stream(widths).sum() + 2 * (widths.length - 1)));
            }
        }
        return lines;
    }

    private void append(List<String> lines, String[] row, int[] widths) {
        List<List<String>> cells =
                Arrays.stream(row).map(cell -> cell.lines().toList()).toList();
        int height = Math.max(1, cells.stream().mapToInt(List::size).max().orElse(1));
        for (int line = 0; line < height; line++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String cell = line < cells.get(i).size() ? cells.get(i).get(line) : "";
                String gap = " ".repeat(widths[i] - width(cell));
                text.append(right[i] ? gap + cell : cell + gap).append("  ");
            }
            lines.add(text.toString().stripTrailing());
        }
    }

    /// Columns on the terminal; escape sequences of colours take none.
    private static int width(String text) {
        String plain = text.indexOf('\u001b') < 0 ? text : COLOUR.matcher(text).replaceAll("");
        return plain.codePointCount(0, plain.length());
    }
}
