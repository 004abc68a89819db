package holdfast.repository;

import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// Small repositories for tests.
public final class Repositories {
    public static final Password PASSWORD = Password.of("correct horse");
    public static final Instant NOW = Instant.parse("2026-03-01T10:20:30Z");
    public static final InstantSource CLOCK = InstantSource.fixed(NOW);
    /// Opens at once.
    public static final InitOptions QUICK = new InitOptions(10);

    private static final Attributes PLAIN =
            new Attributes(0644, NOW, NOW, NOW, 1000, 100, "ann", "users", 0, 0, List.of());

    private Repositories() {}

    public static Repository init(Storage storage) throws IOException {
        return Repository.init(storage, PASSWORD, QUICK, CLOCK);
    }

    public static Repository open(Storage storage) throws IOException {
        return Repository.open(storage, PASSWORD, CLOCK);
    }

    public static WriterOptions options() {
        return WriterOptions.standard(() -> {}, new Progress());
    }

    /// Bytes that do not compress.
    public static byte[] noise(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    public static Node file(String name, List<ObjectId> content, long size) {
        return new Node(name, NodeType.FILE, PLAIN, size, 1, "", 0, content, null);
    }

    public static Node directory(String name, ObjectId subtree) {
        return new Node(name, NodeType.DIRECTORY, PLAIN, 0, 1, "", 0, List.of(), subtree);
    }

    /// Stores a snapshot with one folder of files, each one blob.
    public static Snapshot backUp(Repository repository, List<byte[]> files) throws IOException {
        try (BlobWriter writer = repository.writer(options())) {
            ObjectId root = write(writer, files);
            writer.finish();
            return repository.save(snapshot(root, NOW));
        }
    }

    static ObjectId write(BlobWriter writer, List<byte[]> files) throws IOException {
        List<Future<ObjectId>> blobs = new ArrayList<>();
        for (byte[] content : files) {
            blobs.add(writer.write(BlobType.DATA, ByteBuffer.wrap(content)));
        }
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            nodes.add(file(String.format("f%05d", i), List.of(get(blobs.get(i))), files.get(i).length));
        }
        ObjectId folder = writer.writeTree(new Tree(nodes));
        return writer.writeTree(new Tree(List.of(directory("d", folder))));
    }

    static <T> T get(Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Snapshot snapshot(ObjectId root, Instant time) {
        return new Snapshot(
                new ObjectId(0, 0, 0, 0),
                time,
                root,
                List.of("/d"),
                "host",
                "ann",
                1000,
                100,
                List.of(),
                List.of("test"),
                null,
                null,
                "holdfast test",
                null);
    }

    /// The files of a snapshot that [#backUp] made.
    public static List<byte[]> restore(Repository repository, Snapshot snapshot) throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (Node folder : repository.loadTree(snapshot.tree()).nodes()) {
            ObjectId subtree = folder.subtree();
            if (subtree == null) {
                throw new IOException("a folder without tree");
            }
            for (Node file : repository.loadTree(subtree).nodes()) {
                files.add(repository
                        .loadBlob(BlobType.DATA, file.content().getFirst())
                        .array());
            }
        }
        return files;
    }
}
