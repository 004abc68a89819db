package holdfast.source;

import holdfast.model.Node;
import java.io.IOException;

/// One directory of the snapshot while it is being filled. Safe for use by many threads; names must
/// be unique.
public interface DirectorySink {
    /// Begins a directory below this one. The caller closes it when all its entries have been
    /// given.
    ///
    /// @param directory name and attributes; its subtree is filled in by the sink
    ChildDirectory directory(Node directory) throws IOException;

    /// Stores a file. When the parent snapshot holds the same file unchanged (size, mtime, ctime
    /// and inode equal) the content is not opened. Returns when the content has been read; storing
    /// may still go on.
    ///
    /// @param file name and attributes, with the size expected; its content is filled in by the
    ///     sink
    /// @return whether the content was taken from the parent, unread
    /// @throws ContentException when the content could not be read; the file is then not in the
    ///     snapshot
    /// @throws IOException when the repository could not be written
    boolean file(Node file, FileContent content) throws IOException;

    /// Stores a file that holds what a file of the parent snapshot holds, unread; the source knows
    /// that it does.
    ///
    /// @param file name and attributes; size and content are filled in by the sink
    /// @param before name of the parent's file, in this same directory
    /// @param bytes size of the parent's file
    /// @return whether it was done; if not, because there is no such file or not all of it is in
    ///     the repository any more, nothing was
    default boolean again(Node file, String before, long bytes) throws IOException {
        return false;
    }

    /// Stores a node without content: symbolic link, FIFO, socket, device.
    void node(Node node) throws IOException;

    /// A directory that its creator closes.
    interface ChildDirectory extends DirectorySink, AutoCloseable {
        /// Seals the directory; nothing may be added afterwards.
        @Override
        void close() throws IOException;

        /// Takes the directory out again with all the files that were put into it, and frees its
        /// name: for a source that has to begin anew. It has no directories, and nobody is writing
        /// to it any more; closing it afterwards does nothing.
        void discard();
    }
}
