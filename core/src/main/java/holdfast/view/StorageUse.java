package holdfast.view;

import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a repository takes in its storage, whether a snapshot uses it or not.
///
/// @param kinds by kind of file: `data`, `index`, `snapshots`, `keys`, `locks`, `proofs`
public record StorageUse(Map<String, Kind> kinds) {
    private static final List<String> KINDS = List.of("data", "index", "snapshots", "keys", "locks", "proofs");

    /// The files of one kind.
    public record Kind(long files, long bytes) {}

    public StorageUse {
        kinds = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(kinds));
    }

    public static StorageUse of(Storage storage) throws IOException {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        for (String kind : KINDS) {
            List<StoredFile> files = storage.listAll(kind + "/");
            kinds.put(
                    kind,
                    new Kind(
                            files.size(),
                            files.stream().mapToLong(StoredFile::bytes).sum()));
        }
        return new StorageUse(kinds);
    }

    /// The files of one kind, for instance `data`.
    public Kind kind(String name) {
        return kinds.getOrDefault(name, new Kind(0, 0));
    }

    public long bytes() {
        return kinds.values().stream().mapToLong(Kind::bytes).sum();
    }
}
