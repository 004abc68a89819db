package holdfast.repository.json;

import holdfast.model.Attributes;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Trees as restic writes them. The bytes matter: a tree's id is their hash, and only equal bytes are stored
/// once.
public final class TreeJson {
    private static final long UID_MAX = 0xFFFF_FFFFL;
    /// Go's zero time, which stands where a time is missing.
    private static final Instant NO_TIME = LocalDateTime.of(1, 1, 1, 0, 0).toInstant(ZoneOffset.UTC);

    private TreeJson() {}

    /// @throws IllegalArgumentException when the nodes are not sorted by the bytes of their names, or not unique
    public static ByteBuffer write(Tree tree) {
        JsonOut out = JsonOut.compact().beginObject().key("nodes").beginArray();
        String last = null;
        for (Node node : tree.nodes()) {
            if (last != null && FileNames.compare(last, node.name()) >= 0) {
                throw new IllegalArgumentException("nodes out of order: " + FileNames.display(node.name()));
            }
            last = node.name();
            write(node, out);
        }
        return out.endArray().endObject().lineBreak().done();
    }

    private static void write(Node node, JsonOut out) {
        Attributes attributes = node.attributes();
        out.beginObject();
        out.key("name").string(GoStrings.quote(node.name()));
        out.key("type").string(node.type().label());
        unsigned(out, "mode", GoMode.of(node.type(), attributes.mode()));
        out.key("mtime").time(attributes.mtime());
        out.key("atime").time(attributes.atime());
        out.key("ctime").time(attributes.ctime());
        out.key("uid").number(attributes.uid());
        out.key("gid").number(attributes.gid());
        text(out, "user", attributes.user());
        text(out, "group", attributes.group());
        unsigned(out, "inode", attributes.inode());
        unsigned(out, "device_id", attributes.deviceId());
        unsigned(out, "size", node.size());
        unsigned(out, "links", node.links());
        text(out, "linktarget", node.linkTarget());
        if (!FileNames.isText(node.linkTarget())) {
            out.key("linktarget_raw").base64(FileNames.encode(node.linkTarget()));
        }
        write(attributes.extended(), out);
        unsigned(out, "device", node.device());
        out.key("content");
        if (node.type() == NodeType.FILE) {
            out.beginArray();
            node.content().forEach(out::id);
            out.endArray();
        } else {
            out.nothing();
        }
        ObjectId subtree = node.subtree();
        if (subtree != null) {
            out.key("subtree").id(subtree);
        }
        out.endObject();
    }

    private static void write(List<ExtendedAttribute> extended, JsonOut out) {
        if (extended.isEmpty()) {
            return;
        }
        out.key("extended_attributes").beginArray();
        for (ExtendedAttribute attribute : extended) {
            out.beginObject().key("name").string(attribute.name());
            out.key("value").base64(attribute.value());
            out.endObject();
        }
        out.endArray();
    }

    private static void text(JsonOut out, String key, String text) {
        if (!text.isEmpty()) {
            out.key(key).string(text);
        }
    }

    private static void unsigned(JsonOut out, String key, long number) {
        if (number != 0) {
            out.key(key).unsigned(number);
        }
    }

    /// Reads what any restic wrote. What a [Node] has no place for (`generic_attributes` of Windows, `error`)
    /// is left out. Names that are no single path component are refused; a directory may lack its subtree.
    public static Tree read(ByteBuffer json) throws BrokenFormatException {
        return read(json, Long.MAX_VALUE);
    }

    /// @param heapBytes how much memory the tree may take, roughly
    /// @throws TreeTooLargeException when it would take more
    public static Tree read(ByteBuffer json, long heapBytes) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            List<Node> nodes = new ArrayList<>();
            Room room = new Room(heapBytes);
            in.object(key -> {
                if (key.equals("nodes")) {
                    in.array(() -> nodes.add(node(in, _ -> {}, room)));
                }
            });
            return new Tree(nodes);
        });
    }

    /// The memory that is left for a tree, whose text may be much smaller than what becomes of it.
    static final class Room {
        private static final int NODE_BYTES = 300;
        private static final int ATTRIBUTE_BYTES = 150;

        private final long most;
        private long taken;

        Room(long most) {
            this.most = most;
        }

        private void take(int bytes) throws TreeTooLargeException {
            taken += bytes;
            if (taken > most) {
                throw new TreeTooLargeException(most);
            }
        }
    }

    /// @param look called before the value of each key is read; reads none
    static Node node(JsonIn in, JsonIn.Field look, Room room) throws BrokenFormatException {
        room.take(Room.NODE_BYTES);
        Fields fields = new Fields(room);
        in.object(key -> {
            look.read(key);
            fields.read(key, in);
        });
        return fields.node();
    }

    /// A node by itself, as it stands in the text of its tree.
    static ByteBuffer write(Node node) {
        JsonOut out = JsonOut.compact();
        write(node, out);
        return out.done();
    }

    /// A node while it is being read.
    private static final class Fields {
        private final Room room;
        private String name = "";
        private String type = "";
        private long mode;
        private Instant mtime = NO_TIME;
        private Instant atime = NO_TIME;
        private Instant ctime = NO_TIME;
        private long uid;
        private long gid;
        private String user = "";
        private String group = "";
        private long inode;
        private long deviceId;
        private long size;
        private long links;
        private String linkTarget = "";
        private byte @Nullable [] rawTarget;
        private final List<ExtendedAttribute> extended = new ArrayList<>(0);
        private long device;
        private List<ObjectId> content = List.of();
        private @Nullable ObjectId subtree;

        Fields(Room room) {
            this.room = room;
        }

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "name" -> name = GoStrings.unquote(in.string());
                case "type" -> type = in.string();
                case "mode" -> mode = in.number(UID_MAX);
                case "mtime" -> mtime = in.time();
                case "atime" -> atime = in.time();
                case "ctime" -> ctime = in.time();
                case "uid" -> uid = in.number(UID_MAX);
                case "gid" -> gid = in.number(UID_MAX);
                case "user" -> user = in.string();
                case "group" -> group = in.string();
                case "inode" -> inode = in.unsigned();
                case "device_id" -> deviceId = in.unsigned();
                case "size" -> size = in.number(Long.MAX_VALUE);
                case "links" -> links = in.unsigned();
                case "linktarget" -> linkTarget = in.string();
                case "linktarget_raw" -> rawTarget = in.base64();
                case "extended_attributes" ->
                    in.array(() -> {
                        room.take(Room.ATTRIBUTE_BYTES);
                        extended.add(attribute(in));
                    });
                case "device" -> device = in.unsigned();
                case "content" -> content = in.ids();
                case "subtree" -> subtree = in.isNull() ? null : in.id();
                default -> {}
            }
        }

        private Node node() throws BrokenFormatException {
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.indexOf('/') >= 0
                    || name.indexOf('\0') >= 0) {
                throw new BrokenFormatException("a node's name is no file name: " + FileNames.display(name));
            }
            NodeType known = NodeType.of(type).orElse(NodeType.IRREGULAR);
            ObjectId tree = known == NodeType.DIRECTORY ? subtree : null;
            if ((known == NodeType.DIRECTORY) != (subtree != null)) {
                throw new BrokenFormatException(
                        "a directory without a tree, or a tree without a directory: " + FileNames.display(name));
            }
            Attributes attributes = new Attributes(
                    GoMode.permissions(mode), mtime, atime, ctime, uid, gid, user, group, inode, deviceId, extended);
            String target = rawTarget == null ? linkTarget : FileNames.decode(rawTarget);
            return new Node(name, known, attributes, size, links, target, device, content, tree);
        }
    }

    private static ExtendedAttribute attribute(JsonIn in) throws BrokenFormatException {
        StringBuilder name = new StringBuilder();
        List<byte[]> value = new ArrayList<>(1);
        in.object(key -> {
            switch (key) {
                case "name" -> name.append(in.string());
                case "value" -> value.add(in.base64());
                default -> {}
            }
        });
        return new ExtendedAttribute(name.toString(), value.isEmpty() ? new byte[0] : value.getLast());
    }
}
