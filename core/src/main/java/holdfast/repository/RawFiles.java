package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The repository's files as the storage has them, most of them named by the SHA-256 of their bytes.
final class RawFiles {
    static final String DAMAGE_HINT =
            "run `holdfast check` to see what is affected; another copy of the repository may" + " hold a good one";

    private RawFiles() {}

    /// The ids of one kind, in no particular order. What has no id for a name is none of ours.
    static List<ObjectId> list(Storage storage, String kind) throws IOException {
        return list(storage, kind, file -> true);
    }

    static List<ObjectId> list(Storage storage, String kind, Predicate<StoredFile> wanted) throws IOException {
        return listing(
                storage,
                kind,
                files -> files.filter(wanted)
                        .map(file -> file.name().substring(kind.length()))
                        .filter(ObjectId::isId)
                        .map(ObjectId::parse)
                        .toList());
    }

    static boolean any(Storage storage, String kind) throws IOException {
        return listing(storage, kind, files -> files.findAny().isPresent());
    }

    private static <T> T listing(Storage storage, String kind, Function<Stream<StoredFile>, T> use) throws IOException {
        try (Stream<StoredFile> files = storage.list(kind)) {
            return use.apply(files);
        } catch (UncheckedIOException e) {
            throw failed(kind, "could not be listed in", storage, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw failed(kind, "could not be listed in", storage, e);
        }
    }

    /// The file's bytes.
    ///
    /// @throws NoSuchFileException when there is none
    /// @throws HoldfastException.Damaged when they are not what the name says
    static ByteBuffer get(Storage storage, String kind, ObjectId id) throws IOException {
        ByteBuffer content;
        try {
            content = storage.get(kind + id.hex());
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw failed(kind + id.hex(), "could not be read from", storage, e);
        }
        if (!ObjectId.hash(content).equals(id)) {
            throw damaged(kind + id.hex(), storage, "its content does not have the hash it is named by", null);
        }
        return content;
    }

    /// Stores a file under the hash of its bytes. If there is one of that name it has the same bytes.
    static void put(Storage storage, String kind, ObjectId id, ByteBuffer content) throws IOException {
        try {
            storage.put(kind + id.hex(), content);
        } catch (FileAlreadyExistsException e) {
            // stored by an earlier try whose answer was lost: the storage shows whole files only
        } catch (IOException e) {
            throw failed(kind + id.hex(), "could not be stored in", storage, e);
        }
    }

    static void delete(Storage storage, String kind, ObjectId id) throws IOException {
        try {
            storage.delete(kind + id.hex());
        } catch (IOException e) {
            throw failed(kind + id.hex(), "could not be removed from", storage, e);
        }
    }

    static IOException failed(String name, String what, Storage storage, IOException cause) {
        return new IOException(name + " " + what + " " + storage.location() + ": " + reason(cause), cause);
    }

    static HoldfastException.Damaged damaged(String name, Storage storage, String why, @Nullable Throwable cause) {
        return new HoldfastException.Damaged(
                name + " in " + storage.location() + " is damaged: " + why, hint(name), cause);
    }

    private static String hint(String name) {
        if (name.equals(Kinds.CONFIG) || name.startsWith(Kinds.KEYS)) {
            return "put back a good one from another copy of the repository: without it the repository does not open";
        }
        if (name.startsWith(Kinds.MARKS)) {
            return "nothing is lost, but nothing can be stored until `holdfast prune` or `holdfast repair index` has removed it";
        }
        if (name.startsWith(Kinds.INDEX)) {
            return "nothing is lost, but nothing can be stored: `holdfast repair index` makes it anew";
        }
        return DAMAGE_HINT;
    }

    static String reason(Throwable cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied"; // the JDK's message is the path alone
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
