package holdfast.source.postgres.restore;

import holdfast.io.Parallel;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The files of a dump that hold rows and large objects: whether they can be had, before anything
/// depends on them. Changes nothing. Used by one thread.
///
/// @param location of the source, for messages
record RowFiles(ArchiveFiles files, TableOfContents toc, String location) {
    private static final int BUFFER = 256 << 10;
    private static final int NAMED = 5;

    /// What a look at the index says.
    ///
    /// @param blobs of all that are there
    /// @param bytes of the tables' files
    /// @param lost entries whose data cannot be had, and why
    record Look(int blobs, long bytes, Map<TocEntry, String> lost) {}

    /// Whether every blob is somewhere; none is read.
    Look look(List<TocEntry> entries) throws IOException {
        int blobs = 0;
        long bytes = 0;
        Map<TocEntry, String> lost = new LinkedHashMap<>();
        for (TocEntry entry : entries) {
            if (entry.data()) {
                try {
                    for (String file : filesOf(entry)) {
                        blobs += files.blobs(file);
                        bytes += files.size(file).orElse(0L);
                    }
                } catch (HoldfastException.Damaged | IOException e) {
                    lost.put(entry, String.valueOf(e.getMessage()));
                }
            }
        }
        return new Look(blobs, bytes, lost);
    }

    private List<String> filesOf(TocEntry entry) throws IOException {
        List<String> names = new ArrayList<>(List.of(toc.file(entry)));
        if (entry.is(TocEntry.LARGE_OBJECTS)) {
            files.blobs(names.getFirst());
            ObjectLoad.listed(files, names.getFirst()).forEach(object -> names.add(object.file()));
        }
        return names;
    }

    /// Reads everything, so that each blob's hash has been compared: for when something will be gone
    /// before the rows are there.
    ///
    /// @throws HoldfastException.Damaged with what cannot be read
    void read(List<TocEntry> entries, int width, Progress progress) throws IOException {
        Map<TocEntry, String> lost = Collections.synchronizedMap(new LinkedHashMap<>());
        List<TocEntry> stored = entries.stream().filter(TocEntry::data).toList();
        progress.step("reading the backup");
        Parallel.each(stored, width, entry -> {
            try {
                for (String file : filesOf(entry)) {
                    read(file);
                }
            } catch (HoldfastException.Damaged | IOException e) {
                lost.put(entry, String.valueOf(e.getMessage()));
            }
        });
        if (!lost.isEmpty()) {
            throw damaged(lost);
        }
    }

    private void read(String file) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = files.open(file, 0)) {
            while (in.read(buffer) >= 0) {
                // the hash of each blob is compared on the way
            }
        }
    }

    /// @param lost entries, and why
    HoldfastException.Damaged damaged(Map<TocEntry, String> lost) {
        List<String> names = lost.keySet().stream().map(RowFiles::name).sorted().toList();
        String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
        return new HoldfastException.Damaged(
                "the backup of " + location + " is damaged: it lacks data of "
                        + String.join(", ", names.stream().limit(NAMED).toList()) + more + " ("
                        + lost.values().iterator().next() + "); nothing was changed",
                "--table and --schema restore what is whole, and --accept-damage all but those; an older snapshot"
                        + " may be whole, 'holdfast check --read-data' says what else is damaged");
    }

    /// As a person knows it.
    static String name(TocEntry entry) {
        return entry.is(TocEntry.TABLE_DATA) ? "table " + Loading.name(entry) : "large objects";
    }
}
