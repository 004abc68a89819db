package holdfast.repository;

import holdfast.chunk.Polynomial;
import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.crypto.Scrypt;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.repository.json.BrokenFormatException;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a repository once a password has opened it, and how one gets there.
///
/// @param keyId file of the key that fitted
record Opening(Key master, ObjectId keyId, RepositoryConfig config) {
    /// How many keys a password is tried on; each costs a scrypt.
    private static final int KEYS_MAX = 20;
    /// What trying them may cost in all. Whoever may store files may store keys that cost more than any honest one, so
    /// those are tried last.
    private static final double WORK_MAX = 2.0 * Scrypt.WORK_BYTES_MAX;

    private static final double WORK_USUAL = Scrypt.WORK_BYTES_MAX / 16.0;

    static boolean exists(Storage storage) throws IOException {
        try {
            storage.get(Kinds.CONFIG);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw RawFiles.failed(Kinds.CONFIG, "could not be read from", storage, e);
        }
    }

    /// Makes key and configuration, in this order: the configuration is what makes a repository of it. Of two
    /// that race one fails to store its configuration and takes its key back; the winner removes keys that
    /// belong to no configuration, left by a crash or by the other.
    static Opening init(Storage storage, Password password, InitOptions options, Client client, Instant now)
            throws IOException {
        requireEmpty(storage);
        SecureRandom random = new SecureRandom();
        long polynomial = polynomial(options, random);
        Key master = Key.generate(random);
        byte[] id = new byte[ObjectId.BYTES];
        random.nextBytes(id);
        RepositoryConfig config = new RepositoryConfig(RepositoryConfig.VERSION, ObjectId.of(id), polynomial);
        ObjectId keyId = Keys.store(storage, KeyFile.create(master, password, options, client, now));
        try {
            storage.put(Kinds.CONFIG, SealedFiles.seal(master, ConfigFile.write(config)));
        } catch (FileAlreadyExistsException e) {
            RawFiles.delete(storage, Kinds.KEYS, keyId);
            throw exists(storage, "somebody else made a repository there just now");
        } catch (IOException e) {
            throw RawFiles.failed(Kinds.CONFIG, "could not be stored in", storage, e);
        }
        for (ObjectId other : RawFiles.list(storage, Kinds.KEYS)) {
            if (!other.equals(keyId)) {
                RawFiles.delete(storage, Kinds.KEYS, other);
            }
        }
        return new Opening(master, keyId, config);
    }

    /// restic refuses a repository whose polynomial is not what it should be, so none is taken over.
    private static long polynomial(InitOptions options, SecureRandom random) {
        RepositoryConfig other = options.chunkedAs();
        if (other == null) {
            return Polynomial.randomIrreducible(random);
        }
        if (!Polynomial.usable(other.chunkerPolynomial())) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot take over how the other repository cuts files: its polynomial is reducible",
                    "leave --copy-chunker-params out");
        }
        return other.chunkerPolynomial();
    }

    private static void requireEmpty(Storage storage) throws IOException {
        if (exists(storage)) {
            throw exists(storage, "there is one already");
        }
        for (String kind : List.of(Kinds.SNAPSHOTS, Kinds.INDEX, Kinds.DATA)) {
            if (RawFiles.any(storage, kind)) {
                throw exists(storage, "its `config` is missing but there are files under " + kind);
            }
        }
    }

    private static HoldfastException.PreCheckFailed exists(Storage storage, String why) {
        return new HoldfastException.PreCheckFailed(
                "no repository was made in " + storage.location() + ": " + why,
                "use what is there, or choose an empty place");
    }

    static Opening open(Storage storage, Password password) throws IOException {
        ByteBuffer config = config(storage);
        List<String> unreadable = new ArrayList<>();
        List<Candidate> candidates = candidates(storage, unreadable);
        HoldfastException.@Nullable Damaged damage = null;
        double work = 0;
        for (Candidate candidate : candidates.subList(0, Math.min(KEYS_MAX, candidates.size()))) {
            work += candidate.file().work();
            if (work > WORK_MAX) {
                damage = RawFiles.damaged(
                        Kinds.KEYS + candidate.id().hex(), storage, "trying it would take too long", damage);
                break;
            }
            try {
                Key master = candidate.file().open(password);
                return new Opening(master, candidate.id(), readConfig(storage, config, master));
            } catch (BrokenSealException e) {
                // another password's key
            } catch (BrokenFormatException e) {
                damage = RawFiles.damaged(Kinds.KEYS + candidate.id().hex(), storage, RawFiles.reason(e), e);
            } catch (HoldfastException.Damaged e) {
                // the password fits, but not the configuration: the left-over of a race between two inits, or damage
                damage = e;
            }
        }
        if (damage != null) {
            throw damage;
        }
        throw wrongPassword(storage, candidates.size(), unreadable);
    }

    /// @param unreadable names of damaged keys: the password may be the one of these
    private static HoldfastException.WrongPassword wrongPassword(Storage storage, int keys, List<String> unreadable) {
        String message = "the password opens none of the " + keys + " keys of " + storage.location();
        if (!unreadable.isEmpty()) {
            return new HoldfastException.WrongPassword(
                    message + " that can be read, and damaged are " + String.join(", ", unreadable),
                    "if it is the password of a damaged key, use that of another one");
        }
        return new HoldfastException.WrongPassword(
                message,
                keys > KEYS_MAX
                        ? "only the " + KEYS_MAX + " newest keys were tried: remove those nobody needs"
                        : "check HOLDFAST_PASSWORD or the password file for another repository's password or a stray"
                                + " line break");
    }

    /// The sealed configuration.
    ///
    /// @throws HoldfastException.NoRepository when there is none
    /// @throws HoldfastException.Damaged when there is none although there are snapshots
    static ByteBuffer config(Storage storage) throws IOException {
        try {
            return storage.get(Kinds.CONFIG);
        } catch (NoSuchFileException e) {
            if (RawFiles.any(storage, Kinds.SNAPSHOTS)) {
                throw RawFiles.damaged(Kinds.CONFIG, storage, "it is missing, but there are snapshots", e);
            }
            throw new HoldfastException.NoRepository(
                    "no repository at " + storage.location(),
                    "make one with 'holdfast init', or say by --repo where it is");
        } catch (IOException e) {
            throw RawFiles.failed(Kinds.CONFIG, "could not be read from", storage, e);
        }
    }

    private static RepositoryConfig readConfig(Storage storage, ByteBuffer sealed, Key master) {
        RepositoryConfig config;
        try {
            config = ConfigFile.read(SealedFiles.open(master, sealed.duplicate()));
        } catch (BrokenSealException e) {
            throw RawFiles.damaged(Kinds.CONFIG, storage, "it was not sealed with the key of this repository", e);
        } catch (BrokenFormatException e) {
            throw RawFiles.damaged(Kinds.CONFIG, storage, RawFiles.reason(e), e);
        }
        if (config.version() > RepositoryConfig.VERSION) {
            throw new HoldfastException.Failed(
                    storage.location() + " has repository format " + config.version()
                            + ", and this program knows 1 and 2",
                    "use a newer Holdfast");
        }
        return config;
    }

    private record Candidate(ObjectId id, KeyFile file) {}

    /// The keys that can be read, the newest first: it is the most likely one. Costly ones come last.
    ///
    /// @param unreadable takes the names of the others
    private static List<Candidate> candidates(Storage storage, List<String> unreadable) throws IOException {
        List<ObjectId> ids = RawFiles.list(storage, Kinds.KEYS);
        List<Candidate> candidates = new ArrayList<>();
        HoldfastException.@Nullable Damaged damage = null;
        for (ObjectId id : ids) {
            try {
                candidates.add(new Candidate(id, Keys.load(storage, id)));
            } catch (NoSuchFileException e) {
                // removed since it was listed
            } catch (HoldfastException.Damaged e) {
                unreadable.add(Kinds.KEYS + id.hex());
                damage = e;
            }
        }
        if (candidates.isEmpty()) {
            throw damage != null ? damage : RawFiles.damaged(Kinds.KEYS, storage, "there are no keys", null);
        }
        candidates.sort(
                Comparator.comparing((Candidate candidate) -> candidate.file().work() > WORK_USUAL)
                        .thenComparing(candidate -> candidate.file().created(), Comparator.reverseOrder()));
        return candidates;
    }
}
