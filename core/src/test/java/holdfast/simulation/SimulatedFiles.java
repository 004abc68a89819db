package holdfast.simulation;

import holdfast.model.Attributes;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.DirectorySink;
import holdfast.source.FileContent;
import holdfast.source.Source;
import holdfast.source.TreeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an application has at one moment: a few small files in a few folders. Contents come from a small stock that
/// all hosts share, so that much of what one stores another has stored, or is storing, or is just removing. Immutable.
///
/// @param root of its own for each application
/// @param files by path below the root: names of at most one folder
record SimulatedFiles(String root, Map<String, Content> files) implements Source {
    private static final int STOCK = 30;
    private static final int PAGE_BYTES = 96;

    /// @param number in the stock
    /// @param pages whether it is read in pages, as a database's file, and always
    record Content(int number, boolean pages, Instant modified) {
        byte[] bytes() {
            Random random = new Random(number);
            byte[] bytes = new byte[number == 0 ? 0 : 20 + random.nextInt(random.nextInt(4) == 0 ? 1500 : 200)];
            random.nextBytes(bytes);
            return bytes;
        }
    }

    SimulatedFiles {
        files = new TreeMap<>(files);
    }

    static SimulatedFiles first(String root, Random random) {
        SimulatedFiles files = new SimulatedFiles(root, Map.of());
        for (int i = 0; i < 4; i++) {
            files = files.changed(random, SimulatedTime.BEGIN);
        }
        return files;
    }

    /// As it is after one or two changes.
    SimulatedFiles changed(Random random, Instant now) {
        Map<String, Content> changed = new TreeMap<>(files);
        for (int i = random.nextInt(3); i >= 0; i--) {
            String path = (random.nextBoolean() ? "" : "d" + random.nextInt(3) + "/") + "f" + random.nextInt(3);
            if (random.nextInt(4) == 0) {
                changed.remove(path);
            } else {
                changed.put(path, new Content(random.nextInt(STOCK), random.nextInt(3) == 0, now));
            }
        }
        return new SimulatedFiles(root, changed);
    }

    /// Every file's description by its path in the snapshot.
    Map<String, String> described() {
        Map<String, String> described = new TreeMap<>();
        files.forEach((path, content) ->
                described.put(root + "/" + path, describe(node(path, content), ByteBuffer.wrap(content.bytes()))));
        return described;
    }

    /// All that a restore must bring back of a file.
    static String describe(Node file, ByteBuffer content) {
        Attributes attributes = file.attributes();
        return describe(file.type(), attributes.mode(), attributes.mtime(), file.size(), content);
    }

    static String describe(NodeType type, int mode, Instant modified, long size, ByteBuffer content) {
        return String.join(
                " ",
                type.toString(),
                Integer.toOctalString(mode),
                modified.toString(),
                Long.toString(size),
                Integer.toString(content.remaining()),
                Integer.toString(content.hashCode()));
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
                return 0;
            }

            @Override
            public long expectedFiles() {
                return files.size();
            }

            @Override
            public SourceRecord writeTo(TreeSink tree) throws IOException {
                write(tree);
                return new SourceRecord(
                        SourceKind.FILES, root, root, Map.of(), List.of(), files.size(), 0, List.of(), List.of());
            }

            @Override
            public void close() {}
        };
    }

    private void write(TreeSink tree) throws IOException {
        try (DirectorySink.ChildDirectory top = tree.at("/srv").directory(folder(root.substring("/srv/".length())))) {
            String open = "";
            DirectorySink.@Nullable ChildDirectory folder = null;
            for (Map.Entry<String, Content> file : files.entrySet()) {
                int slash = file.getKey().indexOf('/');
                String name = slash < 0 ? "" : file.getKey().substring(0, slash);
                if (!name.equals(open)) {
                    if (folder != null) {
                        folder.close();
                    }
                    folder = name.isEmpty() ? null : top.directory(folder(name));
                    open = name;
                }
                DirectorySink into = folder == null ? top : folder;
                into.file(node(file.getKey(), file.getValue()), reading(file.getKey(), file.getValue()));
            }
            if (folder != null) {
                folder.close();
            }
        }
    }

    static Node folder(String name) {
        return new Node(name, NodeType.DIRECTORY, attributes(SimulatedTime.BEGIN), 0, 1, "", 0, List.of(), null);
    }

    private static Node node(String path, Content content) {
        String name = path.substring(path.indexOf('/') + 1);
        return new Node(
                name, NodeType.FILE, attributes(content.modified()), content.bytes().length, 1, "", 0, List.of(), null);
    }

    private static Attributes attributes(Instant time) {
        return new Attributes(0640, time, time, time, 7, 8, "ann", "staff", 0, 1, List.of());
    }

    private static FileContent reading(String path, Content content) {
        return new FileContent() {
            @Override
            public Cut cut() {
                return content.pages() ? new Cut.Pages(PAGE_BYTES) : new Cut.ByContent();
            }

            @Override
            public Reading open() {
                ByteBuffer bytes = ByteBuffer.wrap(content.bytes());
                return new Reading() {
                    @Override
                    public int read(ByteBuffer to) {
                        if (!bytes.hasRemaining()) {
                            return -1;
                        }
                        int length = Math.min(to.remaining(), bytes.remaining());
                        to.put(bytes.slice(bytes.position(), length));
                        bytes.position(bytes.position() + length);
                        return length;
                    }

                    @Override
                    public Node finished() {
                        return node(path, content);
                    }

                    @Override
                    public void close() {}
                };
            }
        };
    }
}
