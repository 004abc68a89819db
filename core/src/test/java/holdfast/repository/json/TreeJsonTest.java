package holdfast.repository.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.Attributes;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TreeJsonTest {
    private static final String A = "ab".repeat(32);
    private static final String B = "0f".repeat(32);
    private static final Instant T = Instant.parse("2026-03-01T10:20:30.120Z");
    private static final Attributes PLAIN =
            new Attributes(0644, T, T, Instant.EPOCH, 1000, 100, "ann", "users", 42, 2049, List.of());
    private static final String META = "\"mtime\":\"2026-03-01T10:20:30.12Z\",\"atime\":\"2026-03-01T10:20:30.12Z\","
            + "\"ctime\":\"1970-01-01T00:00:00Z\",\"uid\":1000,\"gid\":100,\"user\":\"ann\",\"group\":\"users\","
            + "\"inode\":42,\"device_id\":2049";

    private static Node node(String name, NodeType type) {
        return new Node(name, type, PLAIN, 0, 1, "", 0, List.of(), null);
    }

    private static String write(Node... nodes) {
        return StandardCharsets.UTF_8
                .decode(TreeJson.write(new Tree(List.of(nodes))))
                .toString();
    }

    private static Tree read(String json) throws BrokenFormatException {
        return TreeJson.read(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
    }

    /// Every field, in Go's order. The golden bytes were compared with those of restic.
    @Test
    void aTreeIsWrittenByteForByteAsResticWritesIt() throws BrokenFormatException {
        Node directory = node("d", NodeType.DIRECTORY).withSubtree(ObjectId.parse(B));
        Node empty = node("e", NodeType.FILE);
        Node file = node("f", NodeType.FILE).withContent(List.of(ObjectId.parse(A), ObjectId.parse(B)), 12345);
        Node link = new Node("l", NodeType.SYMLINK, PLAIN, 0, 1, "../<a>&\u2028ü", 0, List.of(), null);
        Node stray = new Node(
                "m", NodeType.SYMLINK, PLAIN, 0, 1, FileNames.decode(new byte[] {'x', -1}), 0, List.of(), null);
        Node device = new Node("n", NodeType.CHARACTER_DEVICE, PLAIN, 0, 1, "", 259, List.of(), null);
        assertThat(write(directory, empty, file, link, stray, device))
                .isEqualTo("{\"nodes\":["
                        + "{\"name\":\"d\",\"type\":\"dir\",\"mode\":2147484068," + META
                        + ",\"links\":1,\"content\":null,\"subtree\":\"" + B + "\"},"
                        + "{\"name\":\"e\",\"type\":\"file\",\"mode\":420," + META + ",\"links\":1,\"content\":[]},"
                        + "{\"name\":\"f\",\"type\":\"file\",\"mode\":420," + META
                        + ",\"size\":12345,\"links\":1,\"content\":[\"" + A + "\",\"" + B + "\"]},"
                        + "{\"name\":\"l\",\"type\":\"symlink\",\"mode\":134218148," + META
                        + ",\"links\":1,\"linktarget\":\"../\\u003ca\\u003e\\u0026\\u2028ü\",\"content\":null},"
                        + "{\"name\":\"m\",\"type\":\"symlink\",\"mode\":134218148," + META
                        + ",\"links\":1,\"linktarget\":\"x\\ufffd\",\"linktarget_raw\":\"eP8=\",\"content\":null},"
                        + "{\"name\":\"n\",\"type\":\"chardev\",\"mode\":69206436," + META
                        + ",\"links\":1,\"device\":259,\"content\":null}]}\n");
        Tree tree = new Tree(List.of(directory, empty, file, link, stray, device));
        assertThat(TreeJson.read(TreeJson.write(tree))).isEqualTo(tree);
    }

    @Test
    void whatIsZeroOrEmptyIsLeftOutButNotOwnersAndTimes() {
        Attributes none = new Attributes(0, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 0, 0, "", "", 0, 0, List.of());
        assertThat(write(new Node("x", NodeType.FILE, none, 0, 0, "", 0, List.of(), null)))
                .isEqualTo("{\"nodes\":[{\"name\":\"x\",\"type\":\"file\",\"mtime\":\"1970-01-01T00:00:00Z\","
                        + "\"atime\":\"1970-01-01T00:00:00Z\",\"ctime\":\"1970-01-01T00:00:00Z\","
                        + "\"uid\":0,\"gid\":0,\"content\":[]}]}\n");
        assertThat(write()).isEqualTo("{\"nodes\":[]}\n");
    }

    @Test
    void extendedAttributesAndTheLargestNumbersSurvive() throws BrokenFormatException {
        Attributes attributes = new Attributes(
                07777,
                T,
                T,
                T,
                0xFFFF_FFFFL,
                0xFFFF_FFFEL,
                "a\u0001\"",
                "",
                -1,
                Long.MIN_VALUE,
                List.of(
                        new ExtendedAttribute("user.a", new byte[] {0, 1, -1}),
                        new ExtendedAttribute("user.empty", new byte[0])));
        Node node = new Node("\n\"\\", NodeType.FILE, attributes, Long.MAX_VALUE, -1, "", -1, List.of(), null);
        String json = write(node);
        assertThat(json)
                .contains("\"name\":\"\\\\n\\\\\\\"\\\\\\\\\"", "\"mode\":13631999", "\"user\":\"a\\u0001\\\"\"")
                .contains("\"inode\":18446744073709551615,\"device_id\":9223372036854775808")
                .contains("\"extended_attributes\":[{\"name\":\"user.a\",\"value\":\"AAH/\"},"
                        + "{\"name\":\"user.empty\",\"value\":\"\"}]");
        assertThat(read(json)).isEqualTo(new Tree(List.of(node)));
    }

    @ParameterizedTest
    @CsvSource({
        "FILE, 0644, 420",
        "FILE, 04755, 8389101",
        "FILE, 02755, 4194797",
        "DIRECTORY, 01777, 2148532735",
        "SYMLINK, 0777, 134218239",
        "DEVICE, 0660, 67109296",
        "CHARACTER_DEVICE, 0660, 69206448",
        "FIFO, 0600, 33554816",
        "SOCKET, 0755, 16777709",
        "IRREGULAR, 0, 524288",
    })
    void modesAreThoseOfGo(NodeType type, String octal, long go) {
        int mode = Integer.parseInt(octal, 8);
        assertThat(GoMode.of(type, mode)).isEqualTo(go);
        assertThat(GoMode.permissions(go)).isEqualTo(mode);
    }

    @Test
    void whatOtherVersionsOfResticWriteIsRead() throws BrokenFormatException {
        Tree tree = read("{\"future\":{\"a\":[1,{\"b\":2}]},\"nodes\":[{\"type\":\"file\",\"name\":\"a\",\"size\":3,"
                + "\"generic_attributes\":{\"windows.creation_time\":\"AAA=\"},\"error\":\"x\",\"mtime\":"
                + "\"2026-03-01T10:20:30.5+01:00\",\"extended_attributes\":null,\"content\":[\"" + A + "\"],"
                + "\"new\":[[]]},{\"name\":\"b\",\"type\":\"door\",\"content\":null}],\"more\":null}\n");
        assertThat(tree.nodes()).hasSize(2);
        assertThat(tree.nodes().getFirst().content()).containsExactly(ObjectId.parse(A));
        assertThat(tree.nodes().getFirst().attributes().mtime()).isEqualTo(Instant.parse("2026-03-01T09:20:30.500Z"));
        assertThat(tree.nodes().getLast().type()).isEqualTo(NodeType.IRREGULAR);
        assertThat(read("{\"nodes\":null}").nodes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "a\\u0000"})
    void namesThatLeadElsewhereAreRefused(String name) {
        assertThatThrownBy(() -> read("{\"nodes\":[{\"name\":\"" + name + "\",\"type\":\"file\"}]}"))
                .isInstanceOf(BrokenFormatException.class);
    }

    @Test
    void nodesMustBeSortedByBytesAndUnique() {
        assertThatThrownBy(() -> write(node("b", NodeType.FILE), node("a", NodeType.FILE)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> write(node("a", NodeType.FILE), node("a", NodeType.FILE)))
                .isInstanceOf(IllegalArgumentException.class);
        // in UTF-16 the second would come first
        assertThat(write(node("\uffee", NodeType.FILE), node("\ud83d\ude00", NodeType.FILE)))
                .isNotEmpty();
    }
}
