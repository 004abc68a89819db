package holdfast.source.files;

import holdfast.io.posix.OpenDirectory;
import holdfast.model.Node;
import holdfast.source.DirectorySink;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A directory that is being walked. It stays open while anything below it is still read: the walk, each file handed
/// to a reader and each directory below hold it once, and whoever lets go last closes it. All but [#letGo] is for the
/// walking thread.
final class Folder {
    private final @Nullable Folder parent;
    private final @Nullable Node node;
    private final OpenDirectory directory;
    private final String path;
    private final boolean included;
    private final Iterator<String> names;
    private final AtomicInteger holds = new AtomicInteger(1);
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

    OpenDirectory directory() {
        return directory;
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
                at.directory.close();
                if (complete && at.begun != null) {
                    at.begun.close();
                }
            }
        }
    }
}
