package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// An open repository in restic's format. Safe for use by many threads.
///
/// Errors: an [IOException] says that the storage failed; [HoldfastException.Damaged] names the file that is
/// not what it should be. Nothing here takes a lock by itself: whoever writes holds one of [#locks].
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class Repository implements AutoCloseable {
    private Repository() {}

    /// Whether there is a repository (its `config` file, to be exact).
    public static boolean exists(Storage storage) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Makes a repository and opens it. Of two racing calls one wins; the other is refused and leaves nothing
    /// behind.
    ///
    /// @throws HoldfastException.PreCheckFailed when there is a repository, or the remains of one
    public static Repository init(Storage storage, Password password, InitOptions options, InstantSource clock)
            throws IOException {
        return init(storage, password, options, clock, Client.current());
    }

    public static Repository init(
            Storage storage, Password password, InitOptions options, InstantSource clock, Client client)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Opens a repository with whichever of its keys the password fits.
    ///
    /// @throws HoldfastException.NoRepository when there is none
    /// @throws HoldfastException.WrongPassword when the password fits no key
    /// @throws HoldfastException.Damaged when `config` or every key file is damaged
    public static Repository open(Storage storage, Password password, InstantSource clock) throws IOException {
        return open(storage, password, clock, Client.current());
    }

    public static Repository open(Storage storage, Password password, InstantSource clock, Client client)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    public RepositoryConfig config() {
        throw new UnsupportedOperationException();
    }

    public Storage storage() {
        throw new UnsupportedOperationException();
    }

    /// Which blobs there are; read from the storage on first use.
    ///
    /// @throws HoldfastException.Damaged when an index file is damaged
    public BlobIndex index() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Reads the index again, for what others wrote since.
    public BlobIndex reloadIndex() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Reads what can be read of the index and tells of the files that are damaged instead of giving up. Not for
    /// deciding what may be deleted.
    public BlobIndex reloadIndex(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Replaces all index files by new ones that leave `packs` out: the step of a prune between writing anew
    /// what is still needed and deleting those packs. Crash-safe: the new files are durable before the old
    /// ones go. The caller holds the exclusive lock.
    public void forgetPacks(Set<ObjectId> packs) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// The content of a blob, its hash verified; further copies are tried when one is damaged.
    ///
    /// @throws HoldfastException.Damaged when no pack holds a good copy
    public ByteBuffer loadBlob(BlobType type, ObjectId id) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// @throws HoldfastException.Damaged when the tree is missing or damaged
    public Tree loadTree(ObjectId id) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// All snapshots, oldest first.
    ///
    /// @throws HoldfastException.Damaged when a snapshot file is damaged
    public List<Snapshot> snapshots() throws IOException {
        return snapshots(damaged -> {
            throw damaged;
        });
    }

    /// The readable snapshots, oldest first; the consumer (called by this thread) is told of the others by name.
    public List<Snapshot> snapshots(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// @throws HoldfastException.BadUsage when there is no such snapshot
    public Snapshot snapshot(ObjectId id) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Commits a snapshot: the last step of a backup, after [BlobWriter#finish]. The file is read again and
    /// compared before this returns.
    ///
    /// @param snapshot its id is ignored; `ObjectId(0, 0, 0, 0)` will do
    /// @return the snapshot with its id
    public Snapshot save(Snapshot snapshot) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Forgets a snapshot and then its proofs. Its blobs stay until a prune.
    public void delete(Snapshot snapshot) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// One snapshot by what a person types, times being UTC; see the other form.
    public Snapshot find(String wanted, SnapshotFilter filter) throws IOException {
        return find(wanted, filter, ZoneOffset.UTC);
    }

    /// One snapshot by what a person types: `latest`, an id or the beginning of one, or a time (`2026-03-01`,
    /// `2026-03-01T10:00`, `2026-03-01 10:00:05`, with or without `Z` or an offset), which means the newest
    /// snapshot taken at or before it, a mere date meaning the end of that day. The filter applies to `latest`
    /// and times.
    ///
    /// @param zone for a time that names none
    /// @throws HoldfastException.BadUsage when none or several fit; the message says what is near
    public Snapshot find(String wanted, SnapshotFilter filter, ZoneId zone) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// All readable proofs, oldest first.
    public List<Proof> proofs() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// What is known of each snapshot: the highest level passed, unless a later proof failed; a failure stands
    /// until a later proof of the same or a higher level passes.
    public Map<ObjectId, Proof> bestProofs() throws IOException {
        throw new UnsupportedOperationException();
    }

    public void save(Proof proof) throws IOException {
        throw new UnsupportedOperationException();
    }

    public Keys keys() {
        throw new UnsupportedOperationException();
    }

    public Locks locks() {
        throw new UnsupportedOperationException();
    }

    /// Starts writing blobs. The caller holds a lock, and passes its `check` as the guard.
    ///
    /// @throws HoldfastException.PreCheckFailed when the repository has format version 1
    public BlobWriter writer(WriterOptions options) throws IOException {
        throw new UnsupportedOperationException();
    }

    public PackReader packReader() {
        throw new UnsupportedOperationException();
    }

    /// Forgets the keys. The storage stays open: it belongs to the caller.
    @Override
    public void close() {}
}
