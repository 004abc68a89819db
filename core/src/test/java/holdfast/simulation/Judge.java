package holdfast.simulation;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads snapshots as a restore does, blob by blob through the index of a repository that was opened just now, and
/// holds them against the model.
final class Judge {
    private final Repository repository;
    private final Model model;
    private final Map<ObjectId, ByteBuffer> blobs = new HashMap<>();

    Judge(Repository repository, Model model) {
        this.repository = repository;
        this.model = model;
    }

    /// @param chosen which snapshots are read, not only listed
    /// @return those that cannot be restored, which the storage's damage excuses
    List<ObjectId> judge(Predicate<Snapshot> chosen) throws IOException {
        List<HoldfastException.Damaged> unreadable = new ArrayList<>();
        List<Snapshot> listed = repository.snapshots(unreadable::add);
        unreadable.forEach(damage -> model.checkDamage(null, damage));
        model.checkListed(listed, !unreadable.isEmpty());
        List<ObjectId> lost = new ArrayList<>();
        for (Snapshot snapshot : listed) {
            if (chosen.test(snapshot)) {
                try {
                    model.checkContent(snapshot, files(snapshot));
                } catch (HoldfastException.Damaged e) {
                    model.checkDamage(snapshot, e);
                    lost.add(snapshot.id());
                }
            }
        }
        return lost;
    }

    /// Every file of a snapshot as [SimulatedFiles#describe] has it, by its path.
    Map<String, String> files(Snapshot snapshot) throws IOException {
        Map<String, String> files = new TreeMap<>();
        read(snapshot.tree(), "", files);
        if (files.remove("/" + Manifest.NAME) == null) {
            throw new Model.Violation("snapshot " + snapshot.id().brief() + " has no manifest");
        }
        return files;
    }

    private void read(@Nullable ObjectId tree, String path, Map<String, String> files) throws IOException {
        if (tree == null) {
            throw new Model.Violation("a folder without a tree: " + path);
        }
        for (Node node : repository.loadTree(tree).nodes()) {
            String below = path + "/" + node.name();
            if (node.type() == NodeType.DIRECTORY) {
                read(node.subtree(), below, files);
            } else {
                files.put(below, SimulatedFiles.describe(node, content(node)));
            }
        }
    }

    private ByteBuffer content(Node file) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (ObjectId id : file.content()) {
            ByteBuffer blob = blobs.get(id);
            if (blob == null) {
                blob = repository.loadBlob(BlobType.DATA, id);
                blobs.put(id, blob);
            }
            content.write(blob.array(), blob.arrayOffset() + blob.position(), blob.remaining());
        }
        return ByteBuffer.wrap(content.toByteArray());
    }
}
