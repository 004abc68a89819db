package holdfast.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import holdfast.model.HoldfastException;
import holdfast.model.NodeType;
import holdfast.model.Snapshot;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotPathTest {
    private final SampleRepository repository = new SampleRepository();
    private final Snapshot snapshot = new SampleTree()
            .file("/data/app.db", "content")
            .file("/data/app.db-wal", "log")
            .file("/data/uploads/cat.jpg", "cat")
            .symlink("/data/link", "uploads")
            .save(repository.open(), Instant.EPOCH);

    SnapshotPathTest() throws IOException {}

    private SnapshotPath resolve(String path) throws IOException {
        return SnapshotPath.resolve(repository.open(), snapshot, path);
    }

    @Test
    void aNodeIsFoundHoweverItsPathIsWritten() throws IOException {
        for (String path : List.of("/data/app.db", "data/app.db", "//data/./app.db", "/data/app.db/")) {
            assertThat(resolve(path).path()).as(path).isEqualTo("/data/app.db");
            assertThat(resolve(path).node().size()).isEqualTo(7);
        }
    }

    @Test
    void theRootIsAFolder() throws IOException {
        assertThat(resolve("/").node().type()).isEqualTo(NodeType.DIRECTORY);
        assertThat(resolve("").node().subtree()).isEqualTo(snapshot.tree());
    }

    @Test
    void whatIsNotThereIsRefusedWithTheNearestNames() {
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> resolve("/data/ap.db"))
                .withMessageContaining("/data/ap.db")
                .withMessageContaining(snapshot.id().brief())
                .satisfies(e -> assertThat(e.hint()).startsWith("near: app.db, app.db-wal"));
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> resolve("/dta/app.db"))
                .withMessageContaining("/dta")
                .satisfies(e -> assertThat(e.hint()).isEqualTo("near: data"));
    }

    @Test
    void linksAndFilesAreNotEntered() {
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> resolve("/data/link/cat.jpg"))
                .withMessageContaining("/data/link is no folder");
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> resolve("/data/app.db/x"))
                .withMessageContaining("/data/app.db is no folder");
    }

    @Test
    void namesAreNearByTheLettersThatDiffer() {
        assertThat(SnapshotPath.nearest("orders", List.of("zebra", "Orders", "order", "odes")))
                .containsExactly("Orders", "order", "odes");
        assertThat(SnapshotPath.nearest("x", List.of())).isEmpty();
        assertThat(SnapshotPath.nearest("a\nb", List.of("a\nc"))).containsExactly("a\\nc");
    }
}
