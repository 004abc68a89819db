package holdfast.repository;

import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The index on its way to being written anew, in place of certain files. The new files are durable before the old ones
/// go, so that a crash
/// in between leaves entries twice, which does no harm. In memory is at most one index file. Safe for use by many
/// threads.
public final class IndexRewrite {
    private final IndexFiles files;
    private final Runnable guard;
    private final List<ObjectId> old;
    private final List<IndexFiles.PackContent> batch = new ArrayList<>();
    private int blobs;

    /// @param old index files all of whose entries that matter are taken over; what others add meanwhile is none
    ///     of them
    /// @param guard called before anything is stored or removed; throws to stop
    IndexRewrite(IndexFiles files, List<ObjectId> old, Runnable guard) {
        this.files = files;
        this.old = List.copyOf(old);
        this.guard = guard;
    }

    /// Takes a pack, which must be durable, with all that is to be known of it.
    public synchronized void add(ObjectId pack, List<PackedBlob> content) throws IOException {
        if (blobs + content.size() > IndexFiles.BLOBS_MAX) {
            flush();
        }
        batch.add(new IndexFiles.PackContent(pack, List.copyOf(content)));
        blobs += content.size();
    }

    /// Takes what another index says of those packs.
    public void addAll(BlobIndex index, Predicate<ObjectId> wanted) throws IOException {
        try {
            index.forEachPack((pack, entries) -> {
                if (wanted.test(pack)) {
                    try {
                        add(pack, entries.stream().map(IndexEntry::packed).toList());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void flush() throws IOException {
        guard.run();
        files.save(batch);
        batch.clear();
        blobs = 0;
    }

    /// Stores what is left, then removes the old files.
    ///
    /// @throws IOException when the storage fails; then old files may be left, which the next rewrite removes
    public synchronized void commit() throws IOException {
        flush();
        for (ObjectId id : old) {
            guard.run();
            files.delete(id);
        }
    }
}
