package holdfast.source.postgres;

import holdfast.model.SequenceRecord;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The values of sequences, as the table of contents has them: it is what sets them again. See
/// `dumpSequenceData` in PostgreSQL's `pg_dump.c`.
final class Sequences {
    private static final Pattern VALUE = Pattern.compile(", (-?\\d{1,19}), (true|false)\\);\\s*$");

    private Sequences() {}

    /// By name.
    static List<SequenceRecord> of(TableOfContents toc) {
        List<SequenceRecord> sequences = new ArrayList<>();
        for (TocEntry entry : toc.entries()) {
            Matcher value = VALUE.matcher(String.valueOf(entry.definition()));
            if (entry.is("SEQUENCE SET") && value.find()) {
                sequences.add(new SequenceRecord(
                        DatabaseCapture.name(entry),
                        Long.parseLong(value.group(1)),
                        Boolean.parseBoolean(value.group(2))));
            }
        }
        sequences.sort(Comparator.comparing(SequenceRecord::name));
        return List.copyOf(sequences);
    }
}
