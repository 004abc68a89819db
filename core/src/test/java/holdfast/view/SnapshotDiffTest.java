package holdfast.view;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Attributes;
import holdfast.model.ExtendedAttribute;
import holdfast.model.Node;
import holdfast.model.Snapshot;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SnapshotDiffTest {
    private static final String LONG = "0123456789".repeat(250);

    private final SampleRepository repository = new SampleRepository();
    private final SampleTree tree = new SampleTree()
            .file("/same/big", LONG)
            .file("/a/one", "1")
            .file("/a/two", "2")
            .file("/b/three", "3")
            .symlink("/b/link", "three");
    private final List<String> changes = new ArrayList<>();

    private DiffTotals diff(SampleTree after, boolean metadata, boolean exact) throws IOException {
        Snapshot left = tree.save(repository.open(), Instant.EPOCH);
        Snapshot right = after.save(repository.open(), Instant.EPOCH.plusSeconds(1));
        changes.clear();
        return new SnapshotDiff(repository.open())
                .compare(
                        left,
                        right,
                        new SnapshotDiff.Options(metadata, exact),
                        change -> changes.add(change.kind().marker() + " " + change.path()));
    }

    @Test
    void equalTreesDoNotDiffer() throws IOException {
        assertThat(diff(tree.copy(), true, true))
                .isEqualTo(new DiffTotals(
                        new DiffTotals.Side(0, 0, 0, 0, 0, 0, 0), new DiffTotals.Side(0, 0, 0, 0, 0, 0, 0), 0, 0));
        assertThat(changes).isEmpty();
    }

    @Test
    void eachKindOfChangeHasItsMarker() throws IOException {
        SampleTree after = tree.copy()
                .file("/a/one", "changed")
                .edit("/a/two", withMode(0600))
                .remove("/b/three")
                .file("/b/four/five", "5")
                .symlink("/b/link", "four")
                .folder("/c");
        DiffTotals totals = diff(after, true, false);
        assertThat(changes)
                .containsExactly(
                        "M /a/one", "U /a/two", "+ /b/four", "+ /b/four/five", "M /b/link", "- /b/three", "+ /c");
        assertThat(totals.changed()).isEqualTo(2);
        assertThat(totals.metadata()).isEqualTo(1);
        assertThat(totals.added().files()).isEqualTo(1);
        assertThat(totals.added().folders()).isEqualTo(2);
        assertThat(totals.removed().files()).isEqualTo(1);
        assertThat(totals.removed().folders()).isZero();
    }

    @Test
    void metadataIsCountedAndOnlyShownWhenAskedFor() throws IOException {
        DiffTotals totals = diff(tree.copy().edit("/a/two", withMode(0600)), false, false);
        assertThat(changes).isEmpty();
        assertThat(totals.metadata()).isEqualTo(1);
    }

    @Test
    void aNodeOfAnotherTypeIsShownWithAllThatCameAndWent() throws IOException {
        SampleTree after = tree.copy()
                .remove("/b")
                .file("/b", "now a file")
                .remove("/a/one")
                .file("/a/one/x", "1");
        diff(after, false, false);
        assertThat(changes).containsExactly("T /a/one", "+ /a/one/x", "T /b", "- /b/link", "- /b/three");
    }

    @Test
    void timesOfReadingInodesAndLinkCountsAreNoDifference() throws IOException {
        UnaryOperator<Node> touched = node -> {
            Attributes a = node.attributes();
            return with(
                    node,
                    new Attributes(
                            a.mode(),
                            a.mtime(),
                            Instant.EPOCH,
                            a.ctime(),
                            a.uid(),
                            a.gid(),
                            a.user(),
                            a.group(),
                            99,
                            98,
                            a.extended()));
        };
        diff(tree.copy().edit("/a/two", touched), true, false);
        assertThat(changes).isEmpty();
    }

    @Test
    void extendedAttributesAreMetadata() throws IOException {
        UnaryOperator<Node> tagged = node -> {
            Attributes a = node.attributes();
            return with(
                    node,
                    new Attributes(
                            a.mode(),
                            a.mtime(),
                            a.atime(),
                            a.ctime(),
                            a.uid(),
                            a.gid(),
                            a.user(),
                            a.group(),
                            a.inode(),
                            a.deviceId(),
                            List.of(new ExtendedAttribute("user.tag", new byte[] {1}))));
        };
        diff(tree.copy().edit("/a/two", tagged), true, false);
        assertThat(changes).containsExactly("U /a/two");
    }

    @Test
    void addedBytesAreThoseOfBlobsTheOtherSideDoesNotHave() throws IOException {
        DiffTotals totals = diff(tree.copy().file("/a/one", "1".repeat(1500)).file("/b/copy", "1"), false, false);
        // 1000 and 500 bytes of /a/one; the content of /b/copy was in /a/one before
        assertThat(totals.added().dataBlobs()).isEqualTo(2);
        assertThat(totals.removed().dataBlobs()).isZero();
        assertThat(totals.added().treeBlobs()).isEqualTo(3);
        assertThat(totals.removed().treeBlobs()).isEqualTo(3);
        assertThat(totals.added().bytes()).isGreaterThan(1500);
        assertThat(totals.added().storedBytes()).isPositive();
    }

    @Test
    void whatWasCopiedOutOfAnUnchangedFolderIsToldExactlyWhenAskedFor() throws IOException {
        SampleTree after = tree.copy().file("/b/copy", LONG);
        assertThat(diff(after, false, false).added().dataBlobs()).isEqualTo(2);
        assertThat(diff(after, false, true).added().dataBlobs()).isZero();
    }

    private static UnaryOperator<Node> withMode(int mode) {
        return node -> {
            Attributes a = node.attributes();
            return with(
                    node,
                    new Attributes(
                            mode,
                            a.mtime(),
                            a.atime(),
                            a.ctime(),
                            a.uid(),
                            a.gid(),
                            a.user(),
                            a.group(),
                            a.inode(),
                            a.deviceId(),
                            a.extended()));
        };
    }

    private static Node with(Node node, Attributes attributes) {
        return new Node(
                node.name(),
                node.type(),
                attributes,
                node.size(),
                node.links(),
                node.linkTarget(),
                node.device(),
                node.content(),
                node.subtree());
    }
}
