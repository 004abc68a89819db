package holdfast.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/// A flat namespace of immutable files: where a repository lives.
///
/// Every implementation promises:
/// - a file is visible whole or not at all, whatever crashes;
/// - a file that [#put] returned from survives a power loss, and [#list] and [#get] see it at once;
/// - a file never changes; putting a name that exists is refused, of two racing writers exactly one wins;
/// - it is safe for use by many threads; every call that can hang has a time limit.
///
/// Names are restic's: `config`, `keys/<id>`, `locks/<id>`, `snapshots/<id>`, `index/<id>`, `data/<id>` (how an
/// implementation spreads `data/` over folders is its own affair), and Holdfast's `proofs/<id>` and `marks/<id>`:
/// `config`, or `[a-z]+/[0-9a-f]{64}`. Anything else is refused with an [IllegalArgumentException].
public interface Storage extends AutoCloseable {
    /// Stores `content` (from position to limit; the position does not change) under a new name.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException when the name exists
    /// @throws IOException when it could not be stored; then the name does not exist, or exists whole
    void put(String name, ByteBuffer content) throws IOException;

    /// The whole file, ready to be read.
    ///
    /// @throws java.nio.file.NoSuchFileException when there is none of that name
    ByteBuffer get(String name) throws IOException;

    /// Exactly `length` bytes from `offset`, ready to be read.
    ///
    /// @throws java.nio.file.NoSuchFileException when there is none of that name
    /// @throws java.io.EOFException when the file is shorter than `offset + length`
    ByteBuffer get(String name, long offset, int length) throws IOException;

    /// The files of one kind: `prefix` is `keys/`, `data/` and so on. In no particular order; the caller closes
    /// the stream. Left-overs of interrupted writes are not shown. Reading the stream may throw
    /// [java.io.UncheckedIOException].
    Stream<StoredFile> list(String prefix) throws IOException;

    /// The files of one kind all at once, for callers to whom their number does not matter; otherwise as [#list].
    default List<StoredFile> listAll(String prefix) throws IOException {
        try (Stream<StoredFile> files = list(prefix)) {
            return files.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// Removes a file. Removing what is not there is no error.
    void delete(String name) throws IOException;

    /// Where this is, as it may be shown to people: no credentials.
    String location();

    @Override
    void close() throws IOException;
}
