package holdfast.repository;

import holdfast.crypto.Seal;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.pack.PackHeader;
import holdfast.storage.Storage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The packs that a listing of the storage already shows to be damaged.
final class BrokenPacks {
    private BrokenPacks() {}

    /// Which packs of the index are not in the storage, or not as long as they must be.
    ///
    /// @param each told of each of them, unless a prune may be removing it just now
    static Set<ObjectId> find(BlobIndex index, Storage storage, Consumer<HoldfastException.Damaged> each)
            throws IOException {
        Map<ObjectId, Long> wanted = new HashMap<>();
        index.forEach(entry -> wanted.merge(
                entry.pack(), (long) entry.length() + PackHeader.entryBytes(entry.compressed()), Long::sum));
        Map<ObjectId, Long> lengths = new HashMap<>();
        storage.listAll(Kinds.DATA)
                .forEach(file -> lengths.put(ObjectId.parse(file.name().substring(Kinds.DATA.length())), file.bytes()));
        wanted.replaceAll((_, bytes) -> bytes + Seal.OVERHEAD + PackHeader.LENGTH_BYTES);
        wanted.entrySet().removeIf(pack -> pack.getValue().equals(lengths.get(pack.getKey())));
        wanted.forEach((pack, bytes) -> {
            Long length = lengths.get(pack);
            if (length != null || !index.doubts(pack)) {
                String why = length == null ? "it is missing" : "it has " + length + " bytes, not " + bytes;
                each.accept(RawFiles.damaged(Kinds.DATA + pack, storage, why, null));
            }
        });
        return wanted.keySet();
    }
}
