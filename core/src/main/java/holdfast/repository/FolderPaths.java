package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import java.io.IOException;
import java.util.BitSet;

/// The bounds of a walk that goes through folders by their paths, where [TreeWalk] reads each tree once. Whoever may
/// write snapshots may make one that is small where it is stored and without end where it is shown: a folder that is
/// named a thousand times by a folder that is named a thousand times, or folders in folders deeper than any file
/// system has them. Both are refused before time or memory run out. Remembers one bit for each blob of the index. For
/// one walk of one thread.
public final class FolderPaths {
    /// The longest path, in characters: twice what Linux takes in one call. Since a walk has a path for each
    /// folder it is in, this bounds its memory to 16 MiB or so, and how deep methods that call themselves go.
    public static final int LENGTH_MAX = 8 << 10;

    /// So many entries, and blobs of files, are always fine.
    private static final long ENTRIES_FREE = 1_000_000;
    /// Above that a folder may be shared this often on average: nodes have inode numbers, so that folders of one
    /// snapshot are equal only where a file system shows the same folder again and again.
    private static final long TIMES_MAX = 1_000;

    private final Repository repository;
    private final BlobIndex index;
    private final BitSet seen = new BitSet();
    private long entries;
    private long stored;

    public FolderPaths(Repository repository) throws IOException {
        this.repository = repository;
        this.index = repository.index();
    }

    /// The tree of a folder that the walk goes into.
    ///
    /// @throws HoldfastException.Damaged when it cannot be read, or the walk would have no end
    public Tree enter(String path, ObjectId tree) throws IOException {
        Tree loaded = repository.loadTree(tree);
        enter(path, tree, loaded);
        return loaded;
    }

    /// The same for who has read the tree.
    public void enter(String path, ObjectId id, Tree tree) {
        long weight = 1;
        for (Node node : tree.nodes()) {
            weight += 1 + node.content().size();
        }
        entries += weight;
        int position = index.position(BlobType.TREE, id);
        if (position >= 0 && !seen.get(position)) {
            seen.set(position);
            stored += weight;
        }
        if (entries > ENTRIES_FREE && entries / TIMES_MAX > stored) {
            throw untrusted(
                    path,
                    "the same folders lie in it again and again: " + entries + " entries so far, of which " + stored
                            + " are stored");
        }
    }

    /// The path of an entry.
    ///
    /// @param folder with or without a slash at its end; empty for the root
    /// @throws HoldfastException.Damaged when it is longer than any file system's
    public static String below(String folder, String name) {
        if (folder.length() + name.length() >= LENGTH_MAX) {
            throw untrusted(folder, "an entry has a path of more than " + LENGTH_MAX + " characters");
        }
        return folder.endsWith("/") ? folder + name : folder + "/" + name;
    }

    private static HoldfastException.Damaged untrusted(String path, String why) {
        String shown = path.isEmpty() ? "/" : FileNames.display(path);
        return new HoldfastException.Damaged(
                "the folder " + (shown.length() <= 200 ? shown : shown.substring(0, 200) + "…")
                        + " of the snapshot is not to be trusted: " + why,
                "no backup makes such a snapshot: find out who wrote it, and forget it");
    }
}
