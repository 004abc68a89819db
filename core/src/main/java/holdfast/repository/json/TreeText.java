package holdfast.repository.json;

import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The text of a tree, taken apart node by node, so that some can be changed and all others keep
/// every byte: also what a newer restic, or one for Windows, has put there and a [Node] has no
/// place for.
public final class TreeText {
    private static final int DIGITS = 2 * ObjectId.BYTES;

    /// @param from where its text begins, to `to`
    /// @param subtree where the digits of the subtree's id begin, 0 when it has none
    private record Entry(Node node, int from, int to, int subtree) {}

    /// What becomes of one node.
    public sealed interface Change {
        Change KEEP = new Keep();
        Change DROP = new Drop();

        record Keep() implements Change {}

        record Drop() implements Change {}

        /// Another subtree; nothing else changes.
        record Subtree(ObjectId id) implements Change {}

        /// Another node in its place.
        record Replace(Node node) implements Change {}
    }

    private final byte[] json;
    private final List<Entry> entries;

    private TreeText(byte[] json, List<Entry> entries) {
        this.json = json;
        this.entries = List.copyOf(entries);
    }

    /// @param json from position to limit; the position does not change
    public static TreeText read(ByteBuffer json) throws BrokenFormatException {
        byte[] bytes = new byte[json.remaining()];
        json.get(json.position(), bytes);
        return new TreeText(bytes, entries(bytes));
    }

    private static List<Entry> entries(byte[] json) throws BrokenFormatException {
        return JsonIn.read(ByteBuffer.wrap(json), in -> {
            List<Entry> entries = new ArrayList<>();
            TreeJson.Room room = new TreeJson.Room(Runtime.getRuntime().maxMemory() / 4);
            in.object(key -> {
                if (key.equals("nodes")) {
                    in.array(() -> entries.add(entry(in, room)));
                }
            });
            return entries;
        });
    }

    private static Entry entry(JsonIn in, TreeJson.Room room) throws BrokenFormatException {
        int from = in.start();
        int[] subtree = new int[1];
        Node node = TreeJson.node(
                in,
                key -> {
                    if (key.equals("subtree") && !in.isNull()) {
                        subtree[0] = in.start() + 1; // behind the quote
                    }
                },
                room);
        return new Entry(node, from, in.end(), subtree[0]);
    }

    public Tree tree() {
        return new Tree(entries.stream().map(Entry::node).toList());
    }

    /// The text with some nodes changed.
    ///
    /// @param changes one for each node
    /// @throws BrokenFormatException when it holds something that would be lost
    public ByteBuffer changed(List<Change> changes) throws BrokenFormatException {
        if (changes.size() != entries.size() || entries.isEmpty()) {
            throw new IllegalArgumentException(changes.size() + " changes of " + entries.size() + " nodes");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length);
        List<Node> expected = new ArrayList<>();
        out.write(json, 0, entries.getFirst().from());
        for (int i = 0; i < changes.size(); i++) {
            Entry entry = entries.get(i);
            if (!(changes.get(i) instanceof Change.Drop)) {
                if (!expected.isEmpty()) {
                    out.write(',');
                }
                expected.add(write(entry, changes.get(i), out));
            }
        }
        int end = entries.getLast().to();
        out.write(json, end, json.length - end);
        ByteBuffer text = ByteBuffer.wrap(out.toByteArray());
        if (!TreeJson.read(text).equals(new Tree(expected))) {
            throw new BrokenFormatException("its text cannot be changed without losing something");
        }
        return text;
    }

    private Node write(Entry entry, Change change, ByteArrayOutputStream out) throws BrokenFormatException {
        return switch (change) {
            case Change.Keep() -> {
                out.write(json, entry.from(), entry.to() - entry.from());
                yield entry.node();
            }
            case Change.Subtree(ObjectId id) -> {
                byte[] digits = id.hex().getBytes(StandardCharsets.US_ASCII);
                out.write(json, entry.from(), entry.subtree() - entry.from());
                out.write(digits, 0, DIGITS);
                int behind = entry.subtree() + DIGITS;
                out.write(json, behind, entry.to() - behind);
                yield entry.node().withSubtree(id);
            }
            case Change.Replace(Node node) -> {
                if (!TreeJson.write(entry.node())
                        .equals(ByteBuffer.wrap(json, entry.from(), entry.to() - entry.from()))) {
                    throw new BrokenFormatException("a node has fields that this version does not know");
                }
                ByteBuffer text = TreeJson.write(node);
                out.write(text.array(), text.arrayOffset() + text.position(), text.remaining());
                yield node;
            }
            case Change.Drop() -> throw new IllegalArgumentException("a node that is dropped has no text");
        };
    }
}
