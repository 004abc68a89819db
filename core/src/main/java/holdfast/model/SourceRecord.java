package holdfast.model;

import java.util.List;
import java.util.Map;

/// What `holdfast.json` says of one source of a snapshot.
///
/// @param location what was backed up, as the user knows it; an absolute path for `sqlite` and `files`; no secrets
/// @param path absolute path of the source's root node in the snapshot's tree
/// @param details versions and settings of the source, for instance `sqlite.page-size`; sorted by key
/// @param tables row counts and fingerprints taken from the very copy that was stored; empty for `files`
/// @param sequences of a database that has some as objects of their own; their values go with the rows
/// @param files number of files stored (for `sqlite` 1)
/// @param bytes logical size of the content stored
/// @param damage what is wrong with the source itself, by its own integrity check; empty when sound
/// @param failures what could not be read, or changed while it was read; empty when complete
public record SourceRecord(
        SourceKind kind,
        String location,
        String path,
        Map<String, String> details,
        List<TableRecord> tables,
        List<SequenceRecord> sequences,
        long files,
        long bytes,
        List<String> damage,
        List<Failure> failures) {
    /// One item of a source that is missing from the snapshot or not trustworthy in it.
    ///
    /// @param item for instance the path of the file
    /// @param reason why, in a few words
    /// @param stored whether some content was stored nevertheless
    public record Failure(String item, String reason, boolean stored) {}

    public SourceRecord {
        details = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(details));
        tables = List.copyOf(tables);
        sequences = List.copyOf(sequences);
        damage = List.copyOf(damage);
        failures = List.copyOf(failures);
    }

    /// One without sequences.
    public SourceRecord(
            SourceKind kind,
            String location,
            String path,
            Map<String, String> details,
            List<TableRecord> tables,
            long files,
            long bytes,
            List<String> damage,
            List<Failure> failures) {
        this(kind, location, path, details, tables, List.of(), files, bytes, damage, failures);
    }
}
