package holdfast.storage;

import java.io.IOException;
import java.util.List;

/// Storages to spoil: a test that breaks something breaks a copy.
public final class Copies {
    private static final List<String> KINDS =
            List.of("keys/", "data/", "index/", "snapshots/", "locks/", "proofs/", "marks/");

    private Copies() {}

    /// All files of a repository.
    public static MemoryStorage of(Storage storage) throws IOException {
        MemoryStorage copy = new MemoryStorage();
        copy.put("config", storage.get("config"));
        for (String kind : KINDS) {
            for (StoredFile file : storage.listAll(kind)) {
                copy.put(file.name(), storage.get(file.name()));
            }
        }
        return copy;
    }
}
