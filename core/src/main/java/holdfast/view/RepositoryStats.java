package holdfast.view;

import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobIndex;
import holdfast.repository.FolderPaths;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import holdfast.repository.TreeWalk;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/// Measures what snapshots hold, in restic's modes.
public final class RepositoryStats {
    private final Repository repository;
    private final BlobIndex index;

    public RepositoryStats(Repository repository) throws IOException {
        this.repository = repository;
        this.index = repository.reloadIndex();
    }

    /// @throws holdfast.model.HoldfastException.Damaged when a tree cannot be read
    public Stats measure(List<Snapshot> snapshots, StatsMode mode) throws IOException {
        return switch (mode) {
            case RESTORE_SIZE -> restoreSize(snapshots);
            case FILES_BY_CONTENTS -> filesByContents(snapshots);
            case RAW_DATA -> rawData(snapshots);
            case BLOBS_PER_FILE -> blobsPerFile(snapshots);
        };
    }

    private Stats restoreSize(List<Snapshot> snapshots) throws IOException {
        RestoreSizes sizes = new RestoreSizes(repository, index);
        RestoreSizes.Sum sum = new RestoreSizes.Sum(0, 0, 0);
        for (Snapshot snapshot : snapshots) {
            sum = sum.plus(sizes.of(snapshot.tree()));
        }
        return new Stats(StatsMode.RESTORE_SIZE, snapshots.size(), sum.entries(), sum.files(), sum.bytes(), 0, 0);
    }

    private Stats filesByContents(List<Snapshot> snapshots) throws IOException {
        IdSet contents = new IdSet();
        long[] bytes = new long[1];
        new TreeWalk(repository, index).walk(roots(snapshots), (_, tree) -> {
            for (Node node : tree.nodes()) {
                if (node.type() == NodeType.FILE) {
                    ObjectId content = contentId(node);
                    synchronized (contents) {
                        bytes[0] += contents.add(content) ? node.size() : 0;
                    }
                }
            }
        });
        int files = contents.size();
        return new Stats(StatsMode.FILES_BY_CONTENTS, snapshots.size(), files, files, bytes[0], 0, 0);
    }

    private static ObjectId contentId(Node node) {
        MessageDigest sha256 = ObjectId.sha256();
        node.content().forEach(blob -> sha256.update(blob.bytes()));
        return ObjectId.of(sha256.digest());
    }

    private Stats rawData(List<Snapshot> snapshots) throws IOException {
        BitSet used = new BitSet();
        TreeWalk walk = new TreeWalk(repository, index);
        walk.walk(roots(snapshots), (_, tree) -> markContents(tree, used));
        used.or(walk.visited());
        long bytes = 0;
        long stored = 0;
        for (int position = used.nextSetBit(0); position >= 0; position = used.nextSetBit(position + 1)) {
            IndexEntry entry = index.at(position);
            bytes += entry.plainBytes();
            stored += entry.length();
        }
        return new Stats(StatsMode.RAW_DATA, snapshots.size(), 0, 0, bytes, used.cardinality(), stored);
    }

    private void markContents(Tree tree, BitSet used) {
        for (Node node : tree.nodes()) {
            for (ObjectId blob : node.content()) {
                int position = index.position(BlobType.DATA, blob);
                if (position >= 0) {
                    synchronized (used) {
                        used.set(position);
                    }
                }
            }
        }
    }

    private record Folder(String path, ObjectId tree) {}

    private Stats blobsPerFile(List<Snapshot> snapshots) throws IOException {
        FolderPaths paths = new FolderPaths(repository);
        IdSet foldersSeen = new IdSet();
        IdSet contents = new IdSet();
        IdSet blobsSeen = new IdSet();
        long bytes = 0;
        long stored = 0;
        Deque<Folder> waiting = new ArrayDeque<>();
        for (ObjectId root : roots(snapshots).reversed()) {
            waiting.push(new Folder("/", root));
        }
        while (!waiting.isEmpty()) {
            Folder folder = waiting.pop();
            if (!foldersSeen.add(at(folder.path(), folder.tree()))) {
                continue;
            }
            for (Node node : paths.enter(folder.path(), folder.tree()).nodes()) {
                String path = FolderPaths.below(folder.path(), node.name());
                ObjectId subtree = node.subtree();
                if (subtree != null) {
                    waiting.push(new Folder(path, subtree));
                }
                if (node.content().isEmpty() || !contents.add(contentId(node))) {
                    continue;
                }
                for (ObjectId blob : node.content()) {
                    IndexEntry entry = index.find(BlobType.DATA, blob);
                    if (blobsSeen.add(at(path, blob)) && entry != null) {
                        bytes += entry.plainBytes();
                        stored += entry.length();
                    }
                }
            }
        }
        int files = contents.size();
        return new Stats(StatsMode.BLOBS_PER_FILE, snapshots.size(), files, files, bytes, blobsSeen.size(), stored);
    }

    /// What stands for an id at a path.
    private static ObjectId at(String path, ObjectId id) {
        MessageDigest sha256 = ObjectId.sha256();
        sha256.update(id.bytes());
        sha256.update(FileNames.encode(path));
        return ObjectId.of(sha256.digest());
    }

    private static List<ObjectId> roots(List<Snapshot> snapshots) {
        return snapshots.stream().map(Snapshot::tree).distinct().toList();
    }
}
