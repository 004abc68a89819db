package holdfast.repository;

import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/// A small tree made by hand, written to a repository without any source: files are cut every 1000 bytes.
/// Folders come into being with what is put in them.
public final class SampleTree {
    public static final Instant MTIME = Instant.parse("2026-01-02T03:04:05.000000006Z");
    private static final int BLOB_BYTES = 1000;

    /// A node without its content or subtree, and a file's content.
    private record Item(Node node, byte[] content) {}

    private final Map<String, Item> items = new TreeMap<>();

    public SampleTree file(String path, String content) {
        return file(path, content.getBytes(StandardCharsets.UTF_8));
    }

    public SampleTree file(String path, byte[] content) {
        return put(path, node(path, NodeType.FILE, content.length, 1, "", 0), content);
    }

    /// A file with several names, told by its inode.
    public SampleTree linked(String path, String content, long inode) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return put(path, node(path, NodeType.FILE, bytes.length, 2, "", inode), bytes);
    }

    public SampleTree folder(String path) {
        return put(path, node(path, NodeType.DIRECTORY, 0, 1, "", 0), new byte[0]);
    }

    public SampleTree symlink(String path, String target) {
        return put(path, node(path, NodeType.SYMLINK, 0, 1, target, 0), new byte[0]);
    }

    /// Changes the node at a path, for instance to something no source would give.
    public SampleTree edit(String path, UnaryOperator<Node> change) {
        items.computeIfPresent(path, (_, item) -> new Item(change.apply(item.node()), item.content()));
        return this;
    }

    public SampleTree remove(String path) {
        items.keySet().removeIf(at -> at.equals(path) || at.startsWith(path + "/"));
        return this;
    }

    public SampleTree copy() {
        SampleTree copy = new SampleTree();
        copy.items.putAll(items);
        return copy;
    }

    private SampleTree put(String path, Node node, byte[] content) {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            items.putIfAbsent(parent, new Item(node(parent, NodeType.DIRECTORY, 0, 1, "", 0), new byte[0]));
        }
        items.put(path, new Item(node, content.clone()));
        return this;
    }

    private static Node node(String path, NodeType type, long size, long links, String target, long inode) {
        Attributes attributes = new Attributes(
                type == NodeType.DIRECTORY ? 0755 : 0644,
                MTIME,
                MTIME,
                MTIME,
                1000,
                1000,
                "user",
                "group",
                inode,
                7,
                List.of());
        String name = path.substring(path.lastIndexOf('/') + 1);
        return new Node(name, type, attributes, size, links, target, 0, List.of(), null);
    }

    /// Writes the tree and a snapshot of it, without any lock.
    public Snapshot save(Repository repository, Instant time) throws IOException {
        try (BlobWriter writer = repository.writer(WriterOptions.standard(() -> {}, new Progress()))) {
            ObjectId root = write(writer, "");
            writer.finish();
            return repository.save(snapshot(root, time));
        }
    }

    /// A snapshot as one that was never saved.
    public static Snapshot snapshot(ObjectId root, Instant time) {
        return new Snapshot(
                new ObjectId(0, 0, 0, 0),
                time,
                root,
                List.of("/sample"),
                "host",
                "user",
                1000,
                1000,
                List.of(),
                List.of(),
                null,
                null,
                "sample",
                null);
    }

    /// Writes the tree without making it a snapshot: what an interrupted backup leaves.
    public ObjectId write(BlobWriter writer) throws IOException {
        return write(writer, "");
    }

    private ObjectId write(BlobWriter writer, String folder) throws IOException {
        List<Node> nodes = new ArrayList<>();
        for (Map.Entry<String, Item> entry : items.entrySet()) {
            String path = entry.getKey();
            if (path.lastIndexOf('/') == folder.length() && path.startsWith(folder)) {
                nodes.add(write(writer, path, entry.getValue()));
            }
        }
        nodes.sort((left, right) -> FileNames.compare(left.name(), right.name()));
        return writer.writeTree(new Tree(nodes));
    }

    private Node write(BlobWriter writer, String path, Item item) throws IOException {
        Node node = item.node();
        if (node.type() == NodeType.DIRECTORY) {
            return node.withSubtree(write(writer, path));
        }
        if (node.type() != NodeType.FILE) {
            return node;
        }
        List<ObjectId> blobs = new ArrayList<>();
        for (int from = 0; from < item.content().length; from += BLOB_BYTES) {
            int length = Math.min(BLOB_BYTES, item.content().length - from);
            Future<ObjectId> id = writer.write(BlobType.DATA, ByteBuffer.wrap(item.content(), from, length));
            try {
                blobs.add(id.get());
            } catch (InterruptedException | ExecutionException e) {
                throw new IOException(e);
            }
        }
        return node.withContent(blobs, node.size());
    }
}
