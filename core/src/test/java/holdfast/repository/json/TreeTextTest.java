package holdfast.repository.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Tree;
import holdfast.repository.json.TreeText.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Goal: of a tree that is changed, what does not change keeps every byte, known to us or not.
class TreeTextTest {
    private static final ObjectId OTHER = ObjectId.hash(ByteBuffer.wrap(new byte[] {1}));
    private static final String FILE = """
            {"name":"a\\\\\\"}, {","type":"file","mode":420,"mtime":"2026-01-01T12:00:00+01:00","generic_attributes":\
            {"creation_time":"]}"},"size":3,"content":[]}""";
    private static final String FOLDER = """
            { "name" : "b\\u00fc", "type" : "dir", "subtree" : "%s", "later":[{"subtree":"x"}] }""".formatted("ab".repeat(32));
    private static final String LINK = """
            {"name":"c","type":"symlink","linktarget":"x","unknown":null}""";
    private static final String TEXT =
            "{\"before\":1,\"nodes\":[" + FILE + "," + FOLDER + "," + LINK + "],\"after\":[2]}\n";

    private static TreeText read(String text) throws BrokenFormatException {
        return TreeText.read(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String changed(Change... changes) throws BrokenFormatException {
        return StandardCharsets.UTF_8
                .decode(read(TEXT).changed(List.of(changes)))
                .toString();
    }

    @Test
    void whatStaysKeepsItsBytes() throws BrokenFormatException {
        assertThat(changed(Change.KEEP, Change.KEEP, Change.KEEP)).isEqualTo(TEXT);
        assertThat(changed(Change.DROP, Change.KEEP, Change.KEEP)).isEqualTo(TEXT.replace(FILE + ",", ""));
        assertThat(changed(Change.KEEP, Change.DROP, Change.KEEP)).isEqualTo(TEXT.replace(FOLDER + ",", ""));
        assertThat(changed(Change.KEEP, Change.KEEP, Change.DROP)).isEqualTo(TEXT.replace("," + LINK, ""));
        assertThat(changed(Change.DROP, Change.DROP, Change.DROP))
                .isEqualTo("{\"before\":1,\"nodes\":[],\"after\":[2]}\n");
    }

    @Test
    void anotherSubtreeChangesTheIdAlone() throws BrokenFormatException {
        assertThat(changed(Change.KEEP, new Change.Subtree(OTHER), Change.DROP))
                .isEqualTo(TEXT.replace("ab".repeat(32), OTHER.hex()).replace("," + LINK, ""));
    }

    @Test
    void aNodeThatWouldLoseSomethingIsNotReplaced() throws BrokenFormatException {
        TreeText text = read(TEXT);
        Node link = text.tree().nodes().get(2);
        assertThatThrownBy(() -> text.changed(List.of(Change.KEEP, Change.KEEP, new Change.Replace(link))))
                .isInstanceOf(BrokenFormatException.class)
                .hasMessageContaining("does not know");
        TreeText ours = TreeText.read(TreeJson.write(new Tree(List.of(link))));
        Node longer = link.withContent(List.of(), 7);
        assertThat(TreeJson.read(ours.changed(List.of(new Change.Replace(longer))))
                        .nodes())
                .containsExactly(longer);
    }

    /// A key that comes twice, or an id in escapes, is legal JSON: it is refused rather than
    /// changed wrongly.
    @Test
    void oddSpellingsAreRefused() throws BrokenFormatException {
        String escaped = FOLDER.replace("\"" + "ab".repeat(32), "\"\\u0061b" + "ab".repeat(31));
        TreeText text = read("{\"nodes\":[" + escaped + "]}");
        assertThat(text.tree().nodes()).hasSize(1);
        assertThatThrownBy(() -> text.changed(List.of(new Change.Subtree(OTHER))))
                .isInstanceOf(BrokenFormatException.class);
    }
}
