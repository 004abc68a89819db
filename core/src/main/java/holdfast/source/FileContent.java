package holdfast.source;

import holdfast.model.Node;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// The content of a file that is to be stored; opened only if it has to be read.
public interface FileContent {
    /// How the content is to be cut.
    Cut cut();

    Reading open() throws IOException;

    /// Pieces that make the content up, one behind the other, and may be read at the same time;
    /// where two meet a chunk ends. Empty when the content is read from its beginning to its end.
    /// The node is what the last piece says of it.
    default List<FileContent> parts() {
        return List.of();
    }

    /// Where chunk boundaries lie.
    sealed interface Cut {
        /// Content-defined boundaries, for ordinary files and streams.
        record ByContent() implements Cut {}

        /// Content-defined boundaries, for rows of tables as text. Always read, as a table has no
        /// attributes that tell whether it changed.
        record Rows() implements Cut {}

        /// Boundaries at fixed, page-aligned offsets, for database files. Such content is always
        /// read: the attributes of a database's file do not tell whether it changed, since the
        /// latest changes may lie in a log beside it.
        ///
        /// @param bytes distance of the boundaries; a multiple of the page size
        record Pages(int bytes) implements Cut {}
    }

    /// One pass over the content. Used by one thread.
    interface Reading extends AutoCloseable {
        /// Reads up to `to.remaining()` bytes at the buffer's position; -1 at the end.
        ///
        /// @throws IOException when the content cannot be read
        int read(ByteBuffer to) throws IOException;

        /// After the end was read: the node as it shall be stored, its attributes taken after
        /// reading. The sink sets size and content.
        Node finished() throws IOException;

        @Override
        void close() throws IOException;
    }
}
