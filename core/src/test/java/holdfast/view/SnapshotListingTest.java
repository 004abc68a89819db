package holdfast.view;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Snapshot;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotListingTest {
    private final SampleRepository repository = new SampleRepository();
    private final Snapshot snapshot = new SampleTree()
            .file("/a/deep/er/file", "x")
            .file("/a/deep-1", "y")
            .folder("/a/empty")
            .symlink("/b", "a/deep")
            .save(repository.open(), Instant.EPOCH);

    SnapshotListingTest() throws IOException {}

    private List<String> list(String path, boolean recursive) throws IOException {
        List<String> paths = new ArrayList<>();
        new SnapshotListing(repository.open()).list(snapshot, path, recursive, (at, _) -> paths.add(at));
        return paths;
    }

    @Test
    void everythingIsListedFoldersFirstThenWhatIsInThem() throws IOException {
        assertThat(list("/", true))
                .containsExactly("/a", "/a/deep", "/a/deep/er", "/a/deep/er/file", "/a/deep-1", "/a/empty", "/b");
    }

    @Test
    void aSubfolderIsListedAlone() throws IOException {
        assertThat(list("/a/deep", true)).containsExactly("/a/deep/er", "/a/deep/er/file");
        assertThat(list("/a/empty", true)).isEmpty();
    }

    @Test
    void withoutRecursionFoldersAreNotEntered() throws IOException {
        assertThat(list("/a", false)).containsExactly("/a/deep", "/a/deep-1", "/a/empty");
    }

    @Test
    void whatIsNoFolderIsListedItself() throws IOException {
        assertThat(list("/a/deep-1", true)).containsExactly("/a/deep-1");
        assertThat(list("/b", true)).containsExactly("/b");
    }

    @Test
    void aLineTellsWhatLsTells() throws IOException {
        List<String> lines = new ArrayList<>();
        new SnapshotListing(repository.open())
                .list(snapshot, "/", false, (path, node) -> lines.add(NodeLine.of(path, node, ZoneOffset.UTC)));
        assertThat(lines)
                .containsExactly(
                        "drwxr-xr-x  1000  1000          0 2026-01-02 03:04:05 /a",
                        "lrw-r--r--  1000  1000          0 2026-01-02 03:04:05 /b -> a/deep");
    }
}
