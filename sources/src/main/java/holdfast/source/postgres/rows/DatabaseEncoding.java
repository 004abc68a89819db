package holdfast.source.postgres.rows;

import holdfast.model.FileNames;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// In which encoding a dump's texts are: that of the database. Immutable.
///
/// @param name as PostgreSQL has it
public record DatabaseEncoding(String name) {
    public static final DatabaseEncoding UTF8 = new DatabaseEncoding("UTF8");
    /// Texts are bytes that nobody converts.
    public static final DatabaseEncoding NONE = new DatabaseEncoding("SQL_ASCII");

    private static final Pattern ENTRY = Pattern.compile("SET client_encoding = '([A-Za-z0-9_-]+)';\\s*");

    /// Java's names where they are not `windows-125x` for `WIN125x`; see "Character Set Support" in
    /// PostgreSQL's manual.
    private static final Map<String, String> JAVA = Map.ofEntries(
            Map.entry("UTF8", "UTF-8"),
            Map.entry("LATIN1", "ISO-8859-1"),
            Map.entry("LATIN2", "ISO-8859-2"),
            Map.entry("LATIN3", "ISO-8859-3"),
            Map.entry("LATIN4", "ISO-8859-4"),
            Map.entry("LATIN5", "ISO-8859-9"),
            Map.entry("LATIN6", "ISO-8859-10"),
            Map.entry("LATIN7", "ISO-8859-13"),
            Map.entry("LATIN8", "ISO-8859-14"),
            Map.entry("LATIN9", "ISO-8859-15"),
            Map.entry("LATIN10", "ISO-8859-16"),
            Map.entry("ISO_8859_5", "ISO-8859-5"),
            Map.entry("ISO_8859_6", "ISO-8859-6"),
            Map.entry("ISO_8859_7", "ISO-8859-7"),
            Map.entry("ISO_8859_8", "ISO-8859-8"),
            Map.entry("KOI8R", "KOI8-R"),
            Map.entry("KOI8U", "KOI8-U"),
            Map.entry("WIN866", "IBM866"),
            Map.entry("WIN874", "x-windows-874"),
            Map.entry("EUC_CN", "GB2312"),
            Map.entry("EUC_JP", "x-eucJP-Open"),
            Map.entry("EUC_KR", "EUC-KR"),
            Map.entry("EUC_TW", "x-EUC-TW"));

    public static DatabaseEncoding of(TableOfContents toc) {
        for (TocEntry entry : toc.entries()) {
            Matcher encoding = ENTRY.matcher(String.valueOf(entry.definition()));
            if (entry.is("ENCODING") && encoding.matches()) {
                return new DatabaseEncoding(encoding.group(1));
            }
        }
        return UTF8;
    }

    /// Java's; empty when it knows none, and for what is no encoding.
    public Optional<Charset> charset() {
        String java = name.startsWith("WIN125") ? name.replace("WIN", "windows-") : JAVA.get(name);
        return java != null && Charset.isSupported(java) ? Optional.of(Charset.forName(java)) : Optional.empty();
    }

    /// A text from an archive as people write it. An archive's reader keeps every byte, but is
    /// right for UTF-8 only.
    public String readable(String stored) {
        return equals(UTF8)
                ? stored
                : charset()
                        .map(java -> new String(FileNames.encode(stored), java))
                        .orElse(stored);
    }

    /// The bytes that a text was before it became [#readable].
    public byte[] bytes(String readable) {
        return equals(UTF8)
                ? FileNames.encode(readable)
                : charset().map(readable::getBytes).orElseGet(() -> FileNames.encode(readable));
    }

    /// All texts of a dump.
    public static TableOfContents readable(TableOfContents stored) {
        DatabaseEncoding encoding = of(stored);
        return encoding.equals(UTF8)
                ? stored
                : new TableOfContents(
                        stored.header(),
                        stored.entries().stream()
                                .map(entry -> entry.map(encoding::readable))
                                .toList());
    }

    /// The first entry that cannot be made [#readable] without losing letters that Java does not
    /// know.
    public static Optional<TocEntry> unreadable(TableOfContents stored) {
        DatabaseEncoding encoding = of(stored);
        boolean[] lost = new boolean[1];
        UnaryOperator<String> text = one -> {
            lost[0] |= !Arrays.equals(FileNames.encode(one), encoding.bytes(encoding.readable(one)));
            return one;
        };
        for (TocEntry entry : encoding.equals(UTF8) ? List.<TocEntry>of() : stored.entries()) {
            entry.map(text);
            if (lost[0]) {
                return Optional.of(entry.map(encoding::readable));
            }
        }
        return Optional.empty();
    }
}
