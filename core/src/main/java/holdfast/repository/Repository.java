package holdfast.repository;

import holdfast.crypto.Key;
import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.json.SnapshotJson;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// An open repository in restic's format. Safe for use by many threads.
///
/// Errors: an [IOException] says that the storage failed; [HoldfastException.Damaged] names the file
/// that is not what it should be. Nothing here takes a lock by itself: whoever writes holds one of
/// [#locks].
public final class Repository implements AutoCloseable {
    private static final int LISTINGS = 3;

    private final Storage storage;
    private final Key master;
    private final RepositoryConfig config;
    private final InstantSource clock;
    private final SealedFiles files;
    private final IndexFiles indexFiles;
    private final Openers openers;
    private final PackReader packReader;
    private final Blobs blobs;
    private final Proofs proofs;
    private final Marks marks;
    private final Keys keys;
    private final Locks locks;
    private final Tuning tuning;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile Consumer<HoldfastException.Damaged> listener = damaged -> {};

    private Repository(Storage storage, Opening opening, InstantSource clock, Client client, Tuning tuning) {
        this.storage = storage;
        this.clock = clock;
        this.tuning = tuning;
        master = opening.master();
        config = opening.config();
        files = new SealedFiles(storage, master, config.version());
        indexFiles = new IndexFiles(files);
        openers = new Openers(master);
        packReader = new PackReader(storage, openers);
        marks = new Marks(files);
        blobs = new Blobs(indexFiles, marks, packReader, storage.location(), clock, this::passOver);
        proofs = new Proofs(files);
        keys = new Keys(storage, master, opening.keyId(), config, client, clock);
        locks = new Locks(files, config, client, clock, tuning.pause(), blobs::forget);
    }

    /// Whether there is a repository (its `config` file, to be exact).
    public static boolean exists(Storage storage) throws IOException {
        return Opening.exists(storage);
    }

    /// As [#exists], but refuses instead of answering no.
    ///
    /// @throws HoldfastException.NoRepository when there is none
    /// @throws HoldfastException.Damaged when its `config` is missing but there are snapshots
    public static void requireExisting(Storage storage) throws IOException {
        Opening.config(storage);
    }

    /// Makes a repository and opens it. Of two racing calls one wins; the other is refused and leaves
    /// nothing behind.
    ///
    /// @throws HoldfastException.PreCheckFailed when there is a repository, or the remains of one
    public static Repository init(Storage storage, Password password, InitOptions options, InstantSource clock)
            throws IOException {
        return init(storage, password, options, clock, Client.current());
    }

    public static Repository init(
            Storage storage, Password password, InitOptions options, InstantSource clock, Client client)
            throws IOException {
        Opening opening = Opening.init(storage, password, options, client, clock.instant());
        return new Repository(storage, opening, clock, client, Tuning.DEFAULT);
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
        return open(storage, password, clock, client, Tuning.DEFAULT);
    }

    static Repository open(Storage storage, Password password, InstantSource clock, Client client, Tuning tuning)
            throws IOException {
        return new Repository(storage, Opening.open(storage, password), clock, client, tuning);
    }

    /// Whom to tell, once of each file, of damage that is passed over because the work can go on without that file.
    ///
    /// @param listener called by whatever thread finds the damage
    public void tellOfDamage(Consumer<HoldfastException.Damaged> listener) {
        this.listener = listener;
    }

    private void passOver(HoldfastException.Damaged damaged) {
        if (told.add(String.valueOf(damaged.getMessage()))) {
            listener.accept(damaged);
        }
    }

    /// The time as this repository tells it: of marks and locks.
    public InstantSource clock() {
        return clock;
    }

    public RepositoryConfig config() {
        return config;
    }

    public Storage storage() {
        return storage;
    }

    /// Whether both have the same master key, as a repository and a copy of its files have: what is
    /// sealed in one is sealed for the other.
    public boolean sharesKeyWith(Repository other) {
        return master.sameAs(other.master);
    }

    /// For a plan, which writes nothing yet.
    ///
    /// @throws HoldfastException.PreCheckFailed when the repository has format version 1
    public void requireWritable() {
        config.requireWritable(storage);
    }

    /// Which blobs there are, as far as the index can be read; it is read on first use. Damaged index files are
    /// passed over: good for reading, where what they alone know shows as missing.
    public BlobIndex index() throws IOException {
        return blobs.index();
    }

    /// Reads the index again, for what others wrote since.
    ///
    /// @throws HoldfastException.Damaged when an index file or mark is damaged
    public BlobIndex reloadIndex() throws IOException {
        return blobs.reload(Blobs::fail);
    }

    /// As [#reloadIndex], but what lies in packs that are missing or have not the right length counts as not stored,
    /// so that whoever has it stores it anew.
    public BlobIndex reloadIndexOfWholePacks() throws IOException {
        Set<ObjectId> broken = BrokenPacks.find(reloadIndex(), storage, this::passOver);
        return broken.isEmpty() ? index() : blobs.reload(Blobs::fail, Blobs::fail, broken);
    }

    /// As [#index], but what lies in packs that are missing or have not the right length counts as
    /// not stored, so that it is known beforehand what cannot be read.
    public BlobIndex indexOfWholePacks() throws IOException {
        Set<ObjectId> broken = BrokenPacks.find(index(), storage, this::passOver);
        return broken.isEmpty() ? index() : blobs.reload(this::passOver, this::passOver, broken);
    }

    /// As [#reloadIndex], but passing over damaged index files.
    public BlobIndex reloadReadableIndex() throws IOException {
        return blobs.reload(this::passOver);
    }

    /// As [#reloadIndex(Consumer)], but passing over marks that cannot be read: for whoever removes those.
    ///
    /// @param damaged told of damaged index files
    public BlobIndex reloadIndexPassingOverMarks(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        return blobs.reload(damaged, this::passOver, Set.of());
    }

    /// Reads what can be read of the index and tells of the index files and marks that are damaged
    /// instead of giving up. Not for deciding what may be deleted.
    public BlobIndex reloadIndex(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        return blobs.reload(damaged);
    }

    /// Replaces all index files by new ones that leave `packs` out: the step of a prune between writing
    /// anew what is still needed and deleting those packs. Crash-safe: the new files are durable before
    /// the old ones go. The caller holds a lock to remove.
    ///
    /// @param guard called before anything is stored or removed: pass the lock's `check`
    public void forgetPacks(Set<ObjectId> packs, Runnable guard) throws IOException {
        config.requireWritable(storage);
        indexFiles.replace(packs, guard);
        reloadIndex();
    }

    /// The names of the index files there are.
    public List<ObjectId> indexFiles() throws IOException {
        return indexFiles.list();
    }

    /// Begins to write the index anew; [#reloadIndex] afterwards. The caller holds a lock to delete.
    ///
    /// @param old the files that go, as [#indexFiles] named them before the index was read
    /// @param guard called before anything is stored or removed: pass the lock's `check`
    public IndexRewrite rewriteIndex(List<ObjectId> old, Runnable guard) {
        config.requireWritable(storage);
        return new IndexRewrite(indexFiles, old, guard);
    }

    /// The marks there are, oldest first.
    ///
    /// @param damaged told of those that cannot be read
    public List<Mark> marks(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        return marks.all(damaged);
    }

    /// Marks packs to be removed; durable when this returns.
    public Mark mark(Set<ObjectId> packs) throws IOException {
        config.requireWritable(storage);
        return marks.save(packs, clock.instant());
    }

    /// Removes marks that have been carried out; also damaged ones, whose packs count as any others again.
    public void removeMarks(Collection<ObjectId> ids) throws IOException {
        marks.remove(ids);
    }

    /// The marks that cannot be read. Nobody can tell what they name, so that nothing may be stored beside
    /// them; whoever may remove removes them.
    public Set<ObjectId> damagedMarks() throws IOException {
        return marks.damaged();
    }

    /// The content of a blob, its hash verified; further copies are tried when one is damaged.
    ///
    /// @return a heap buffer of its own
    /// @throws HoldfastException.Damaged when no pack holds a good copy
    public ByteBuffer loadBlob(BlobType type, ObjectId id) throws IOException {
        return blobs.load(type, id);
    }

    /// @throws HoldfastException.Damaged when the tree is missing or damaged
    public Tree loadTree(ObjectId id) throws IOException {
        return blobs.tree(id);
    }

    /// All snapshots, oldest first.
    ///
    /// @throws HoldfastException.Damaged when a snapshot file is damaged
    public List<Snapshot> snapshots() throws IOException {
        return snapshots(Blobs::fail);
    }

    /// The readable snapshots, oldest first; the consumer (called by this thread) is told of the others
    /// by name. Needs no lock: when one vanishes while they are read, another one may have taken its
    /// place, and they are listed again.
    public List<Snapshot> snapshots(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        SealedFiles.Listing listing = () -> RawFiles.list(storage, Kinds.SNAPSHOTS);
        return files.loadListed(Kinds.SNAPSHOTS, listing, LISTINGS, SnapshotJson::read, damaged).stream()
                .sorted(Comparator.comparing(Snapshot::time).thenComparing(Snapshot::id))
                .toList();
    }

    /// The snapshots, oldest first, passing over damaged ones.
    public List<Snapshot> readableSnapshots() throws IOException {
        return snapshots(this::passOver);
    }

    /// @throws HoldfastException.PreCheckFailed when there is no such snapshot
    public Snapshot snapshot(ObjectId id) throws IOException {
        try {
            return files.load(Kinds.SNAPSHOTS, id, SnapshotJson::read);
        } catch (NoSuchFileException e) {
            throw new HoldfastException.PreCheckFailed(
                    "there is no snapshot " + id.brief() + " in " + storage.location(),
                    "`holdfast snapshots` lists them");
        }
    }

    /// Commits a snapshot: the last step of a backup, after [BlobWriter#finish]. The file is read again
    /// and compared before this returns.
    ///
    /// @param snapshot its id is ignored; `ObjectId(0, 0, 0, 0)` will do
    /// @return the snapshot with its id
    public Snapshot save(Snapshot snapshot) throws IOException {
        config.requireWritable(storage);
        ByteBuffer json = SnapshotJson.write(snapshot);
        ObjectId id = files.save(Kinds.SNAPSHOTS, json);
        return files.load(Kinds.SNAPSHOTS, id, (_, stored) -> {
            if (!stored.equals(json)) {
                throw RawFiles.damaged(Kinds.SNAPSHOTS + id.hex(), storage, "it is not what was just stored", null);
            }
            return SnapshotJson.read(id, stored);
        });
    }

    /// Forgets a snapshot and then its proofs. Its blobs stay until a prune.
    public void delete(Snapshot snapshot) throws IOException {
        delete(snapshot.id());
    }

    /// The same for a snapshot whose file cannot be read.
    public void delete(ObjectId snapshot) throws IOException {
        config.requireWritable(storage);
        RawFiles.delete(storage, Kinds.SNAPSHOTS, snapshot);
        proofs.deleteOf(snapshot);
    }

    /// One snapshot by what a person types, times being UTC; see the other form.
    public Snapshot find(String wanted, SnapshotFilter filter) throws IOException {
        return find(wanted, filter, ZoneOffset.UTC);
    }

    /// One snapshot by what a person types: `latest`, an id or the beginning of one, or a time
    /// (`2026-03-01`, `2026-03-01T10:00`, `2026-03-01 10:00:05`, with or without `Z` or an offset),
    /// which means the newest snapshot taken at or before it, a mere date meaning the end of that day
    /// and a minute its end. The filter applies to `latest` and times. A damaged snapshot file is passed
    /// over unless it is meant by its id.
    ///
    /// @param zone for a time that names none
    /// @throws HoldfastException.PreCheckFailed when none or several fit; the message says what is near
    /// @throws HoldfastException.BadUsage when it cannot be meant as the name of a snapshot
    public Snapshot find(String wanted, SnapshotFilter filter, ZoneId zone) throws IOException {
        String prefix = wanted.strip().toLowerCase(Locale.ROOT);
        List<ObjectId> fitting = RawFiles.list(storage, Kinds.SNAPSHOTS).stream()
                .filter(id -> !prefix.isEmpty() && id.hex().startsWith(prefix))
                .toList();
        if (fitting.size() == 1) {
            return snapshot(fitting.getFirst());
        }
        return new SnapshotFinder(readableSnapshots(), filter, zone).find(wanted);
    }

    /// All proofs, oldest first, passing over damaged ones.
    public List<Proof> proofs() throws IOException {
        return proofs.all(this::passOver);
    }

    /// What is known of each snapshot: the highest level passed, unless a later proof failed; a failure
    /// stands until a later proof of the same or a higher level passes.
    public Map<ObjectId, Proof> bestProofs() throws IOException {
        return Proofs.best(proofs());
    }

    /// Removes the readable proofs of snapshots that are not there. The proofs are listed first, and a
    /// snapshot is there before its proof: so none is taken away that somebody adds meanwhile.
    ///
    /// @return how many were removed
    public int removeOrphanProofs() throws IOException {
        return proofs.removeOrphans();
    }

    public void save(Proof proof) throws IOException {
        config.requireWritable(storage);
        proofs.save(proof);
    }

    public Keys keys() {
        return keys;
    }

    public Locks locks() {
        return locks;
    }

    /// Starts writing blobs. The caller holds a lock, and passes its `check` as the guard.
    ///
    /// @throws HoldfastException.PreCheckFailed when the repository has format version 1
    /// @throws HoldfastException.Damaged when an index file or mark is damaged
    public BlobWriter writer(WriterOptions options) throws IOException {
        config.requireWritable(storage);
        return new BlobWriter(master, blobs.wholeIndex(), indexFiles, packReader, options, clock, tuning);
    }

    public PackReader packReader() {
        return packReader;
    }

    /// Forgets the keys. The storage stays open: it belongs to the caller.
    @Override
    public void close() {
        openers.close();
    }
}
