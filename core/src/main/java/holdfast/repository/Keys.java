package holdfast.repository;

import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.repository.json.BrokenFormatException;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The passwords that open the repository: each has a key file of its own, all hold the same master key. Safe
/// for use by many threads.
public final class Keys {
    private final Storage storage;
    private final Key master;
    private final RepositoryConfig config;
    private final Client client;
    private final InstantSource clock;
    private ObjectId current;

    Keys(Storage storage, Key master, ObjectId current, RepositoryConfig config, Client client, InstantSource clock) {
        this.storage = storage;
        this.master = master;
        this.current = current;
        this.config = config;
        this.client = client;
        this.clock = clock;
    }

    /// All keys, oldest first.
    ///
    /// @throws HoldfastException.Damaged when a key file is damaged
    public synchronized List<KeyInfo> list() throws IOException {
        List<KeyInfo> keys = new ArrayList<>();
        for (ObjectId id : RawFiles.list(storage, Kinds.KEYS)) {
            try {
                KeyFile file = load(storage, id);
                keys.add(new KeyInfo(id, file.created(), file.user(), file.host(), id.equals(current)));
            } catch (NoSuchFileException e) {
                // removed since it was listed
            }
        }
        keys.sort(Comparator.comparing(KeyInfo::created).thenComparing(KeyInfo::id));
        return keys;
    }

    static KeyFile load(Storage storage, ObjectId id) throws IOException {
        ByteBuffer content = RawFiles.get(storage, Kinds.KEYS, id);
        try {
            return KeyFile.read(content);
        } catch (BrokenFormatException e) {
            throw RawFiles.damaged(Kinds.KEYS + id.hex(), storage, RawFiles.reason(e), e);
        }
    }

    /// Lets a further password open the repository. The new key is read again and opened before this returns.
    public synchronized ObjectId add(Password password) throws IOException {
        return add(password, InitOptions.DEFAULT);
    }

    /// As [#add(Password)], with the cost of guessing the password.
    public synchronized ObjectId add(Password password, InitOptions options) throws IOException {
        config.requireWritable(storage);
        ObjectId id = store(storage, KeyFile.create(master, password, options, client, clock.instant()));
        try {
            load(storage, id).open(password);
        } catch (BrokenSealException | BrokenFormatException | HoldfastException.Damaged e) {
            storage.delete(Kinds.KEYS + id.hex());
            throw RawFiles.damaged(Kinds.KEYS + id.hex(), storage, "it does not open after it was stored", e);
        }
        return id;
    }

    static ObjectId store(Storage storage, KeyFile file) throws IOException {
        ByteBuffer content = file.write();
        ObjectId id = ObjectId.hash(content);
        RawFiles.put(storage, Kinds.KEYS, id, content);
        return id;
    }

    /// Removes a key, given by its id or the beginning of it.
    ///
    /// @throws HoldfastException.PreCheckFailed when none or several fit, or it is the key in use or the last one
    public synchronized ObjectId remove(String idOrPrefix) throws IOException {
        config.requireWritable(storage);
        List<ObjectId> all = RawFiles.list(storage, Kinds.KEYS);
        List<ObjectId> fitting =
                all.stream().filter(id -> id.hex().startsWith(idOrPrefix)).toList();
        if (idOrPrefix.isEmpty() || fitting.size() != 1) {
            throw new HoldfastException.PreCheckFailed(
                    "key \"" + idOrPrefix + "\" cannot be removed: " + fitting.size() + " keys of " + storage.location()
                            + " begin so",
                    "`holdfast key list` shows them");
        }
        ObjectId id = fitting.getFirst();
        if (id.equals(current) || all.size() == 1) {
            throw new HoldfastException.PreCheckFailed(
                    "key " + id.brief() + " cannot be removed: the repository was opened with it",
                    "open it with another password first, or use `holdfast key passwd`");
        }
        RawFiles.delete(storage, Kinds.KEYS, id);
        return id;
    }

    /// Adds a key for the new password, makes sure that it opens, then removes the key in use; the new one is
    /// in use from then on.
    public synchronized ObjectId changePassword(Password password) throws IOException {
        return changePassword(password, InitOptions.DEFAULT);
    }

    /// As [#changePassword(Password)], with the cost of guessing the password.
    public synchronized ObjectId changePassword(Password password, InitOptions options) throws IOException {
        ObjectId added = add(password, options);
        ObjectId old = current;
        current = added;
        RawFiles.delete(storage, Kinds.KEYS, old);
        return added;
    }
}
