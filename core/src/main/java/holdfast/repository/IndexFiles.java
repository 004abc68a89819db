package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import holdfast.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// The index as files. Safe for use by many threads.
final class IndexFiles {
    /// As in restic; about 9 MiB of JSON. A pack is never spread over two files, so the last pack of a file
    /// may exceed this.
    static final int BLOBS_MAX = 50_000;

    private static final int ATTEMPTS = 3;

    private final SealedFiles files;

    IndexFiles(SealedFiles files) {
        this.files = files;
    }

    Storage storage() {
        return files.storage();
    }

    /// Reads all index files in parallel. A file that vanishes meanwhile was replaced by another one, so the
    /// list is read again then.
    ///
    /// @param without packs that are left out
    BlobIndex load(Consumer<HoldfastException.Damaged> damaged, Set<ObjectId> without) throws IOException {
        for (int attempt = 1; ; attempt++) {
            BlobIndex index = new BlobIndex();
            List<ObjectId> ids = list();
            List<HoldfastException.Damaged> problems = new ArrayList<>();
            if (read(ids, index, without, problems::add) + problems.size() == ids.size() || attempt == ATTEMPTS) {
                problems.forEach(damaged);
                return index;
            }
        }
    }

    /// @return how many were read: those that vanished meanwhile or are damaged were not
    private int read(
            List<ObjectId> ids, BlobIndex into, Set<ObjectId> without, Consumer<HoldfastException.Damaged> damaged)
            throws IOException {
        SealedFiles.Reader<ObjectId> reader = (id, json) -> {
            IndexFile.read(json, (pack, blobs) -> {
                if (!without.contains(pack)) {
                    into.add(pack, blobs);
                }
            });
            return id;
        };
        return files.loadAll(Kinds.INDEX, ids, reader, damaged).size();
    }

    /// Stores index files for these packs, which must be durable.
    void save(List<PackContent> packs) throws IOException {
        IndexFile file = new IndexFile();
        for (PackContent pack : packs) {
            if (file.blobs() > 0 && file.blobs() + pack.blobs().size() > BLOBS_MAX) {
                files.save(Kinds.INDEX, file.done());
                file = new IndexFile();
            }
            file.add(pack.id(), pack.blobs());
        }
        if (file.blobs() > 0) {
            files.save(Kinds.INDEX, file.done());
        }
    }

    /// A pack and what it holds.
    record PackContent(ObjectId id, List<PackedBlob> blobs) {}

    /// Writes the index anew without some packs, then removes the old files, but none that it has not read.
    ///
    /// @param guard called before anything is stored or removed; throws to stop
    void replace(Set<ObjectId> withoutPacks, Runnable guard) throws IOException {
        List<ObjectId> old = list();
        BlobIndex index = new BlobIndex();
        if (read(old, index, Set.of(), Blobs::fail) < old.size()) {
            throw new IOException("the index of " + files.storage().location() + " changed while it was written anew");
        }
        IndexRewrite rewrite = new IndexRewrite(this, old, guard);
        rewrite.addAll(index, pack -> !withoutPacks.contains(pack));
        rewrite.commit();
    }

    /// The names of all index files there are.
    List<ObjectId> list() throws IOException {
        return RawFiles.list(files.storage(), Kinds.INDEX);
    }

    void delete(ObjectId id) throws IOException {
        RawFiles.delete(files.storage(), Kinds.INDEX, id);
    }
}
