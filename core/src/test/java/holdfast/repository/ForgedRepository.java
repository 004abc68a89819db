package holdfast.repository;

import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.model.BlobType;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.pack.PackBuilder;
import holdfast.pack.PackedBlob;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Future;

/// What somebody may put into a repository who knows its password and means harm: well sealed, well named, and not
/// what any backup writes.
public final class ForgedRepository implements AutoCloseable {
    private final Storage storage;
    private final Repository repository;
    private final Key master;
    private BlobWriter writer;

    /// Makes a repository; [Repositories#open] opens it.
    public ForgedRepository(Storage storage) throws IOException {
        this.storage = storage;
        repository = Repositories.init(storage);
        master = Opening.open(storage, Repositories.PASSWORD).master();
        writer = repository.writer(Repositories.options());
    }

    public Repository repository() {
        return repository;
    }

    public ObjectId data(byte[] content) throws IOException {
        Future<ObjectId> _ = writer.write(BlobType.DATA, ByteBuffer.wrap(content));
        return ObjectId.hash(content);
    }

    /// Stores any text as a tree.
    public ObjectId tree(String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Future<ObjectId> _ = writer.write(BlobType.TREE, ByteBuffer.wrap(bytes));
        return ObjectId.hash(bytes);
    }

    /// Stores a tree of these nodes, each written as JSON.
    public ObjectId treeOf(String... nodes) throws IOException {
        return tree("{\"nodes\":[" + String.join(",", nodes) + "]}\n");
    }

    /// A node with a few fields; `more` begins with a comma or is empty.
    public static String node(String name, String type, String more) {
        return "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"mode\":420,"
                + "\"mtime\":\"2026-03-01T10:20:30Z\",\"atime\":\"2026-03-01T10:20:30Z\","
                + "\"ctime\":\"2026-03-01T10:20:30Z\",\"uid\":0,\"gid\":0" + more + "}";
    }

    public static String folder(String name, ObjectId tree) {
        return node(name, "dir", ",\"subtree\":\"" + tree + "\"").replace("\"mode\":420", "\"mode\":2147484141");
    }

    public static String file(String name, ObjectId content, long size) {
        return node(name, "file", ",\"size\":" + size + ",\"content\":[\"" + content + "\"]");
    }

    /// Makes everything so far durable, and a snapshot of a tree.
    public Snapshot snapshot(ObjectId root) throws IOException {
        flush();
        return repository.save(Repositories.snapshot(root, Repositories.NOW));
    }

    /// A snapshot whose root holds a document of our own kind beside one folder.
    public Snapshot withManifest(String json, long size, ObjectId folder) throws IOException {
        ObjectId content = data(json.getBytes(StandardCharsets.UTF_8));
        return snapshot(treeOf(folder("d", folder), file(Manifest.NAME, content, size)));
    }

    /// Stores a pack of one blob whose frame, id and length need not belong together.
    public ObjectId blob(BlobType type, byte[] frame, ObjectId id, int plainLength) throws IOException {
        ByteBuffer sealed = SealedFiles.seal(master, ByteBuffer.wrap(frame));
        PackBuilder builder = new PackBuilder(ByteBuffer.allocateDirect(PackBuilder.bytesFor(sealed.remaining())));
        builder.reserve(type, id, sealed.remaining(), plainLength).put(sealed);
        PackBuilder.Pack pack = builder.build(new Seal(master));
        storage.put(Kinds.DATA + pack.id().hex(), pack.content());
        index(pack.id(), pack.blobs());
        return pack.id();
    }

    /// Stores an index file that says what it likes.
    public void index(ObjectId pack, List<PackedBlob> blobs) throws IOException {
        IndexFile file = new IndexFile();
        file.add(pack, blobs);
        new SealedFiles(storage, master, RepositoryConfig.VERSION).save(Kinds.INDEX, file.done());
    }

    /// Seals any bytes as a file of some kind, such as `index/`.
    public ObjectId sealed(String kind, byte[] opened) throws IOException {
        ByteBuffer file = SealedFiles.seal(master, ByteBuffer.wrap(opened));
        ObjectId id = ObjectId.hash(file);
        storage.put(kind + id.hex(), file);
        return id;
    }

    /// A key file, for which no password is needed.
    public void key(String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        storage.put(Kinds.KEYS + ObjectId.hash(bytes).hex(), ByteBuffer.wrap(bytes));
    }

    private void flush() throws IOException {
        writer.finish();
        writer.close();
        writer = repository.writer(Repositories.options());
    }

    @Override
    public void close() throws IOException {
        flush();
        writer.close();
        repository.close();
    }
}
