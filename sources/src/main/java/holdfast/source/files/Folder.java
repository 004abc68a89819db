package holdfast.source.files;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.OpenDirectory;
import holdfast.model.Node;
import holdfast.source.DirectorySink;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A directory that is being walked. It stays open while anything below it is still read: the walk, each file handed
/// to a reader and each directory below hold it once, and whoever lets go last closes it. While the walk is far below
/// it may rest: its descriptor is given back, and taken again through the directory below on the way up. All but
/// [#letGo] is for the walking thread.
final class Folder {
    private final @Nullable Folder parent;
    private final @Nullable Node node;
    private final String path;
    private final boolean included;
    private final AtomicInteger holds = new AtomicInteger(1);
    private @Nullable OpenDirectory directory;
    private Iterator<String> names;
    private @Nullable DirectorySink sink;
    private DirectorySink.@Nullable ChildDirectory begun;

    private Folder(
            @Nullable Folder parent,
            @Nullable Node node,
            OpenDirectory directory,
            String path,
            boolean included,
            List<String> names) {
        this.parent = parent;
        this.node = node;
        this.directory = directory;
        this.path = path;
        this.included = included;
        this.names = names.iterator();
    }

    /// The folder in which the walk begins; neither `directory` nor `sink` is closed with it.
    ///
    /// @param path without a trailing slash, so empty for `/`
    static Folder outermost(
            OpenDirectory directory, String path, boolean included, List<String> names, DirectorySink sink) {
        Folder folder = new Folder(null, null, directory, path, included, names);
        folder.sink = sink;
        return folder;
    }

    /// @param childIncluded whether all below it is to be stored unless excluded
    Folder below(Node child, OpenDirectory opened, String childPath, boolean childIncluded, List<String> entries) {
        hold();
        return new Folder(this, child, opened, childPath, childIncluded, entries);
    }

    boolean isOutermost() {
        return parent == null;
    }

    boolean included() {
        return included;
    }

    /// @throws IllegalStateException while it rests
    OpenDirectory directory() {
        if (directory == null) {
            throw new IllegalStateException("not open: " + path);
        }
        return directory;
    }

    /// Whether nobody needs its descriptor: only the walk and one directory below hold it.
    boolean canRest() {
        return parent != null && node != null && directory != null && holds.get() == 2;
    }

    void rest() throws IOException {
        directory().close();
        directory = null;
    }

    /// Makes it usable again after the walk has come back from `below`.
    ///
    /// @throws IOException when it is neither above `below` nor where it was; then its other entries are given up
    void resume(Folder below) throws IOException {
        if (directory != null || node == null) {
            return;
        }
        Iterator<String> rest = names;
        names = Collections.emptyIterator();
        if (below.directory != null) {
            directory = itself(below.directory.parent(), node);
        }
        if (directory == null) {
            directory = itself(fromAbove(), node);
        }
        if (directory == null) {
            throw new FileSystemException(
                    path, null, "was moved while it was read, and the rest of it not found again");
        }
        names = rest;
    }

    /// The directory if it is the one that the node was made of; else it is closed.
    private static @Nullable OpenDirectory itself(OpenDirectory found, Node node) throws IOException {
        FileStatus status = found.status(".");
        if (status.inode() == node.attributes().inode()
                && status.deviceId() == node.attributes().deviceId()) {
            return found;
        }
        found.close();
        return null;
    }

    /// Opens what has this one's path now, by way of the nearest directory above that is open.
    private OpenDirectory fromAbove() throws IOException {
        Deque<String> way = new ArrayDeque<>();
        Folder at = this;
        while (at.directory == null && at.parent != null && at.node != null) {
            way.push(at.node.name());
            at = at.parent;
        }
        OpenDirectory reached = at.directory().directory(way.pop());
        while (!way.isEmpty()) {
            try (OpenDirectory passed = reached) {
                reached = passed.directory(way.pop());
            }
        }
        return reached;
    }

    String path() {
        return path;
    }

    String path(String name) {
        return path + "/" + name;
    }

    /// The next entry to be looked at; null after the last.
    @Nullable
    String nextName() {
        return names.hasNext() ? names.next() : null;
    }

    /// Where entries go; begins this directory, and those above it that have not been, in the snapshot.
    DirectorySink sink() throws IOException {
        Deque<Folder> waiting = new ArrayDeque<>();
        Folder at = this;
        while (at.sink == null && at.parent != null) {
            waiting.push(at);
            at = at.parent;
        }
        DirectorySink above = at.sink;
        for (Folder folder : waiting) {
            if (above == null || folder.node == null) {
                throw new IllegalStateException("nowhere to begin " + folder.path);
            }
            folder.begun = above.directory(folder.node);
            folder.sink = folder.begun;
            above = folder.sink;
        }
        if (above == null) {
            throw new IllegalStateException("nowhere to put the entries of " + path);
        }
        return above;
    }

    void hold() {
        holds.incrementAndGet();
    }

    /// Closes this directory if nobody else holds it, and so on upwards.
    ///
    /// @param complete whether the snapshot's directories may be sealed; after a failure they must not be
    void letGo(boolean complete) throws IOException {
        for (Folder at = this; at != null && at.holds.decrementAndGet() == 0; at = at.parent) {
            if (at.parent != null) {
                if (at.directory != null) {
                    at.directory.close();
                }
                if (complete && at.begun != null) {
                    at.begun.close();
                }
            }
        }
    }
}
