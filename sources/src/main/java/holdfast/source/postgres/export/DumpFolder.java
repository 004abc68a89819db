package holdfast.source.postgres.export;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.BrokenArchiveException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.DataRows;
import holdfast.source.postgres.rows.NamePattern;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A dump in directory format, uncompressed, on disk. Immutable.
///
/// @param tables those with rows in the dump, in its order
public record DumpFolder(Path folder, TableOfContents toc, List<Table> tables) {
    /// @param file its rows
    public record Table(CopyStatement copy, TocEntry entry, Path file) {}

    private static final Pattern ENCODING = Pattern.compile("SET client_encoding = '([A-Za-z0-9_-]+)';\\s*");

    public DumpFolder {
        tables = List.copyOf(tables);
    }

    /// @throws IOException when it is no such dump
    public static DumpFolder open(Path folder) throws IOException {
        TableOfContents toc;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(folder.resolve(TableOfContents.NAME)))) {
            toc = TocReader.read(in);
        }
        List<Table> tables = new ArrayList<>();
        for (TocEntry entry : toc.entries()) {
            if (entry.data() && entry.is(TocEntry.TABLE_DATA)) {
                tables.add(new Table(CopyStatement.of(entry), entry, folder.resolve(toc.file(entry))));
            }
        }
        return new DumpFolder(folder, toc, tables);
    }

    /// What the texts and rows are encoded in, as `client_encoding` names it.
    public String encoding() throws IOException {
        for (TocEntry entry : toc.entries()) {
            if (entry.is("ENCODING") && entry.definition() != null) {
                Matcher encoding = ENCODING.matcher(entry.definition());
                if (encoding.matches()) {
                    return encoding.group(1);
                }
            }
        }
        throw new BrokenArchiveException("its encoding is not said");
    }

    /// The tables that patterns name, those that others refer to first where that is possible.
    ///
    /// @throws HoldfastException.PreCheckFailed when a pattern fits none
    public List<Table> matching(List<String> patterns) {
        List<NamePattern> wanted = patterns.stream().map(NamePattern::of).toList();
        for (NamePattern pattern : wanted) {
            if (tables.stream().noneMatch(table -> fits(pattern, table))) {
                throw new HoldfastException.PreCheckFailed(
                        "no table in the dump fits " + pattern.text(), "'holdfast show' lists its tables");
            }
        }
        return LoadOrder.of(
                toc,
                tables.stream()
                        .filter(table -> wanted.stream().anyMatch(pattern -> fits(pattern, table)))
                        .toList());
    }

    private static boolean fits(NamePattern pattern, Table table) {
        return pattern.matches(table.copy().schema(), table.copy().table());
    }

    /// Makes sure that the data files hold nothing but rows: what followed the end of the rows
    /// would be SQL, or a command of `psql`, in a script made of them.
    ///
    /// @throws HoldfastException.Damaged when one does
    public void requireRowsOnly() throws IOException {
        for (Table table : tables) {
            try (InputStream in = Files.newInputStream(table.file())) {
                DataRows.read(in, (_, _, _) -> {});
            } catch (java.io.EOFException e) {
                throw new HoldfastException.Damaged(
                        "cannot export the rows of " + table.copy().schema() + "."
                                + table.copy().table() + ": " + e.getMessage(),
                        "no server writes such rows: do not load this dump",
                        e);
            }
        }
    }
}
