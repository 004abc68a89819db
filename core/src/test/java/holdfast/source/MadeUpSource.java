package holdfast.source;

import holdfast.model.Attributes;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A source that exists only in memory: files below one root, made from a seed, that can be changed
/// between backups.
public final class MadeUpSource implements Source {
    private final String root;
    private final SortedMap<String, byte[]> files = new TreeMap<>();
    private final Map<String, Instant> modified = new HashMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00.000000001Z");
    private final AtomicInteger opened = new AtomicInteger();
    private int partBytes = Integer.MAX_VALUE;
    private final List<MadeUpSource> discarded = new ArrayList<>();

    public MadeUpSource(String root) {
        this.root = root;
    }

    /// A tree of some folders with files of all sizes up to `largest` bytes, some of them equal,
    /// some full of zeros.
    public static MadeUpSource random(String root, long seed, int count, int largest) {
        MadeUpSource source = new MadeUpSource(root);
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            int size = (int) Math.min(largest, Math.pow(2, random.nextDouble() * 31 - 8));
            byte[] content = new byte[Math.max(0, size)];
            if (i % 7 != 0) {
                random.nextBytes(content);
            }
            source.put("d" + i % 5 + (i % 3 == 0 ? "/deep/er" : "") + "/f" + i, content);
            if (i % 11 == 0) {
                source.put("copy" + i, content);
            }
        }
        return source;
    }

    /// Files of more than `bytes` are handed over in parts of that size from now on.
    public MadeUpSource inParts(int bytes) {
        partBytes = bytes;
        return this;
    }

    /// Hands over another's files first, without folders, and takes them out again.
    public MadeUpSource after(MadeUpSource other) {
        discarded.add(other);
        return this;
    }

    /// Adds or changes a file; `path` is relative to the root.
    public void put(String path, byte[] content) {
        now = now.plusNanos(1_000_003);
        files.put(path, content);
        modified.put(path, now);
    }

    public void remove(String path) {
        files.remove(path);
    }

    /// Absolute paths and contents.
    public SortedMap<String, byte[]> contents() {
        SortedMap<String, byte[]> all = new TreeMap<>();
        files.forEach((path, content) -> all.put(root + "/" + path, content));
        return all;
    }

    /// How many files were opened for reading so far.
    public int opened() {
        return opened.get();
    }

    @Override
    public SourceKind kind() {
        return SourceKind.FILES;
    }

    @Override
    public String location() {
        return root;
    }

    @Override
    public Capture capture() {
        return new Capture() {
            @Override
            public long expectedBytes() {
                return files.values().stream()
                        .mapToLong(content -> content.length)
                        .sum();
            }

            @Override
            public long expectedFiles() {
                return files.size();
            }

            @Override
            public SourceRecord writeTo(TreeSink tree) throws IOException {
                String parent = root.lastIndexOf('/') == 0 ? "/" : root.substring(0, root.lastIndexOf('/'));
                String name = root.substring(root.lastIndexOf('/') + 1);
                for (MadeUpSource other : discarded) {
                    try (DirectorySink.ChildDirectory directory =
                            tree.at(parent).directory(directory(name))) {
                        other.write(directory, "");
                        directory.discard();
                    }
                }
                try (DirectorySink.ChildDirectory directory = tree.at(parent).directory(directory(name))) {
                    write(directory, "");
                }
                return new SourceRecord(
                        SourceKind.FILES,
                        root,
                        root,
                        Map.of(),
                        List.of(),
                        files.size(),
                        expectedBytes(),
                        List.of(),
                        List.of());
            }

            @Override
            public void close() {}
        };
    }

    private void write(DirectorySink into, String prefix) throws IOException {
        Map<String, Boolean> entries = new TreeMap<>();
        for (String path : files.keySet()) {
            if (path.startsWith(prefix)) {
                String rest = path.substring(prefix.length());
                int slash = rest.indexOf('/');
                entries.put(slash < 0 ? rest : rest.substring(0, slash), slash >= 0);
            }
        }
        for (Map.Entry<String, Boolean> entry : entries.entrySet()) {
            if (entry.getValue()) {
                try (DirectorySink.ChildDirectory child = into.directory(directory(entry.getKey()))) {
                    write(child, prefix + entry.getKey() + "/");
                }
            } else {
                file(into, prefix + entry.getKey(), entry.getKey());
            }
        }
    }

    private void file(DirectorySink into, String path, String name) throws IOException {
        byte[] content = files.getOrDefault(path, new byte[0]);
        Node node = new Node(
                name,
                NodeType.FILE,
                attributes(modified.getOrDefault(path, now), path.hashCode() & 0xffffL),
                content.length,
                1,
                "",
                0,
                List.of(),
                null);
        into.file(node, content(node, content));
    }

    private FileContent content(Node node, byte[] content) {
        return new FileContent() {
            @Override
            public Cut cut() {
                return new Cut.ByContent();
            }

            @Override
            public List<FileContent> parts() {
                List<FileContent> parts = new ArrayList<>();
                for (int from = 0; content.length > partBytes && from < content.length; from += partBytes) {
                    int to = Math.min(content.length, from + partBytes);
                    parts.add(content(node, Arrays.copyOfRange(content, from, to)));
                }
                return parts;
            }

            @Override
            public Reading open() {
                opened.incrementAndGet();
                return reading(node, content);
            }
        };
    }

    private static FileContent.Reading reading(Node node, byte[] content) {
        return new FileContent.Reading() {
            private int at;

            @Override
            public int read(ByteBuffer to) {
                if (at == content.length) {
                    return -1;
                }
                int length = Math.min(Math.min(to.remaining(), content.length - at), 300_000);
                to.put(content, at, length);
                at += length;
                return length;
            }

            @Override
            public Node finished() {
                return node;
            }

            @Override
            public void close() {}
        };
    }

    /// A directory's node with plain attributes.
    public static Node file(String name) {
        return new Node(name, NodeType.FILE, directory(name).attributes(), 0, 1, "", 0, List.of(), null);
    }

    public static Node directory(String name) {
        return new Node(
                name,
                NodeType.DIRECTORY,
                attributes(Instant.parse("2025-05-05T05:05:05.5Z"), 0),
                0,
                0,
                "",
                0,
                List.of(),
                null);
    }

    private static Attributes attributes(Instant time, long inode) {
        return new Attributes(0755, time, time, time, 0, 0, "", "", inode, 1, List.of());
    }
}
