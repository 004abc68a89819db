package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What of a wish for several databases one of them has.
public final class FittingContent {
    private FittingContent() {}

    /// The same with only those patterns that something in the dump matches; for all of it when
    /// none does.
    public static Content of(ArchiveFiles files, SourceRecord recorded, Content wanted) throws IOException {
        List<TocEntry> entries = DumpContents.read(files, recorded).entries();
        List<String> schemas = new ArrayList<>();
        for (String pattern : wanted.schemas()) {
            if (fits(entries, new Content(List.of(pattern), List.of(), wanted.part()))) {
                schemas.add(pattern);
            }
        }
        List<String> tables = new ArrayList<>();
        for (String pattern : wanted.tables()) {
            if (fits(entries, new Content(List.of(), List.of(pattern), wanted.part()))) {
                tables.add(pattern);
            }
        }
        Map<String, String> names = new HashMap<>(wanted.names().names());
        names.keySet()
                .removeIf(from -> !fits(
                        entries,
                        new Content(new SchemaNames(Map.of(from, from)).patterns(), List.of(), wanted.part())));
        return new Content(schemas, tables, wanted.part(), new SchemaNames(names));
    }

    private static boolean fits(List<TocEntry> entries, Content one) {
        try {
            Selection.of(entries, one);
            return true;
        } catch (HoldfastException.BadUsage _) {
            return false;
        }
    }
}
