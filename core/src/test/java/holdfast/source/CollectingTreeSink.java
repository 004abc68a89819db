package holdfast.source;

import holdfast.model.Attributes;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A [TreeSink] that keeps what it is given in memory, for the tests of sources. As strict as the port: a name given
/// twice, a closed directory that is filled, or a directory left open is an error. Safe for use by many threads.
public final class CollectingTreeSink implements TreeSink {
    private static final int KEPT_BYTES = 16 << 20;

    private final ConcurrentSkipListMap<String, Stored> stored = new ConcurrentSkipListMap<>(FileNames::compare);
    private final Map<String, Folder> shared = new ConcurrentSkipListMap<>(FileNames::compare);
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong contentsOpened = new AtomicLong();
    private final @Nullable CollectingTreeSink parent;
    private volatile Consumer<String> beforeFile = _ -> {};

    public CollectingTreeSink() {
        this(null);
    }

    /// A sink that takes unchanged files from an earlier one, as a repository does from the parent snapshot.
    public CollectingTreeSink(@Nullable CollectingTreeSink parent) {
        this.parent = parent;
    }

    /// What was stored at one path.
    ///
    /// @param size bytes of content, 0 for what is no file
    /// @param content the content; cut off after 16 MiB
    /// @param sha256 of the whole content, empty for what is no file
    public record Stored(Node node, long size, byte[] content, String sha256) {}

    /// Runs with the absolute path before each file is taken; for tests that change the world meanwhile. What it
    /// throws as [UncheckedIOException] is thrown as a failure of the repository.
    public void beforeFile(Consumer<String> action) {
        beforeFile = action;
    }

    /// Everything stored, by absolute path, in the order of the bytes of the paths.
    public SortedMap<String, Stored> stored() {
        return new TreeMap<>(stored);
    }

    public List<String> paths() {
        return List.copyOf(stored.keySet());
    }

    public boolean has(String path) {
        return stored.containsKey(path);
    }

    /// @throws AssertionError when nothing was stored there
    public Stored get(String path) {
        Stored found = stored.get(path);
        if (found == null) {
            throw new AssertionError("nothing stored at " + path + ", only " + stored.keySet());
        }
        return found;
    }

    public Node node(String path) {
        return get(path).node();
    }

    public byte[] content(String path) {
        return get(path).content();
    }

    /// Directories begun and not closed; 0 when a source is done.
    public long openDirectories() {
        return open.get();
    }

    /// How often a file's content was opened.
    public long contentsOpened() {
        return contentsOpened.get();
    }

    @Override
    public DirectorySink at(String absolutePath) {
        if (!absolutePath.startsWith("/") || (absolutePath.length() > 1 && absolutePath.endsWith("/"))) {
            throw new IllegalArgumentException("no normalised absolute path: " + absolutePath);
        }
        return shared.computeIfAbsent(absolutePath, path -> new Folder(path.equals("/") ? "" : path));
    }

    private void put(String path, Stored entry) {
        if (stored.putIfAbsent(path, entry) != null) {
            throw new IllegalStateException("given twice: " + path);
        }
    }

    private @Nullable Stored unchanged(String path, Node file) {
        Stored before = parent == null ? null : parent.stored.get(path);
        if (before == null || before.node().type() != NodeType.FILE) {
            return null;
        }
        Attributes now = file.attributes();
        Attributes then = before.node().attributes();
        boolean same = before.size() == file.size()
                && then.mtime().equals(now.mtime())
                && then.ctime().equals(now.ctime())
                && then.inode() == now.inode();
        return same ? before : null;
    }

    private final class Folder implements DirectorySink.ChildDirectory {
        private final String path;
        private volatile boolean closed;

        Folder(String path) {
            this.path = path;
        }

        @Override
        public ChildDirectory directory(Node directory) {
            String at = child(directory, NodeType.DIRECTORY);
            put(at, new Stored(directory, 0, new byte[0], ""));
            open.incrementAndGet();
            return new Folder(at);
        }

        @Override
        public boolean file(Node file, FileContent content) throws IOException {
            String at = child(file, NodeType.FILE);
            try {
                beforeFile.accept(at);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            Stored before = unchanged(at, file);
            if (before != null) {
                put(at, new Stored(file, before.size(), before.content(), before.sha256()));
                return true;
            }
            contentsOpened.incrementAndGet();
            try (FileContent.Reading reading = content.open()) {
                put(at, readAll(reading, file.size()));
            } catch (IOException e) {
                throw new ContentException(e);
            }
            return false;
        }

        @Override
        public void node(Node node) {
            if (node.type() == NodeType.FILE || node.type() == NodeType.DIRECTORY) {
                throw new IllegalArgumentException("has content: " + node);
            }
            put(child(node, node.type()), new Stored(node, 0, new byte[0], ""));
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
        }

        @Override
        public void discard() {
            close();
            stored.keySet().removeIf(one -> one.equals(path) || one.startsWith(path + "/"));
        }

        private String child(Node node, NodeType expected) {
            String name = node.name();
            if (node.type() != expected || name.isEmpty() || name.contains("/") || name.equals(".")) {
                throw new IllegalArgumentException("not to be stored: " + node);
            }
            if (closed) {
                throw new IllegalStateException("closed already: " + path);
            }
            return path + "/" + name;
        }
    }

    private static Stored readAll(FileContent.Reading reading, long expected) throws IOException {
        MessageDigest digest = sha256();
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.clamp(expected, 4096, 1 << 20));
        long size = 0;
        while (reading.read(buffer.clear()) >= 0) {
            buffer.flip();
            size += buffer.remaining();
            digest.update(buffer.duplicate());
            byte[] piece = new byte[Math.min(buffer.remaining(), KEPT_BYTES - kept.size())];
            buffer.get(piece);
            kept.writeBytes(piece);
        }
        Node node = reading.finished().withContent(List.of(), size);
        return new Stored(node, size, kept.toByteArray(), HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
