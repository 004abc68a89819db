package holdfast.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.io.posix.HostFiles;
import holdfast.model.PathPatterns;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.CollectingTreeSink;
import holdfast.source.files.FilesOptions.Marker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what is left out is exactly what was asked for.
class SelectionTest {
    @TempDir
    Path folder;

    private Path root;
    private String excluded = "";

    @BeforeEach
    void build() throws IOException {
        root = Files.createDirectory(folder.toRealPath().resolve("root"));
        for (String path : List.of("a.txt", "b.tmp", "docs/c.txt", "docs/deep/d.tmp", "docs/deep/e.pdf", "cache/f")) {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "content of " + path);
        }
        Files.createDirectory(root.resolve("empty"));
    }

    private List<String> stored(FilesOptions options) throws IOException {
        CollectingTreeSink sink = new CollectingTreeSink();
        try (Capture capture = new FilesSource(HostFiles.system(), root.toString(), options).capture()) {
            SourceRecord stored = capture.writeTo(sink);
            excluded = String.valueOf(stored.details().get("files.excluded"));
            assertThat(stored.failures()).isEmpty();
        }
        assertThat(sink.openDirectories()).isZero();
        return sink.paths().stream()
                .filter(path -> !path.equals(root.toString()))
                .map(path -> path.substring(root.toString().length() + 1))
                .toList();
    }

    private static PathPatterns patterns(String... patterns) {
        return PathPatterns.of(List.of(patterns));
    }

    @Test
    void whatIsExcludedIsLeftOutWithAllBelowIt() throws IOException {
        assertThat(stored(FilesOptions.EVERYTHING.withExcludes(patterns("*.tmp", "cache"))))
                .containsExactly("a.txt", "docs", "docs/c.txt", "docs/deep", "docs/deep/e.pdf", "empty");
        assertThat(excluded).isEqualTo("3");
        assertThat(stored(FilesOptions.EVERYTHING.withExcludes(patterns(root + "/docs"))))
                .containsExactly("a.txt", "b.tmp", "cache", "cache/f", "empty");
    }

    @Test
    void theRootItselfIsNeverExcluded() throws IOException {
        assertThat(stored(FilesOptions.EVERYTHING.withExcludes(patterns("root", root.toString()))))
                .contains("a.txt");
    }

    @Test
    void onlyWhatIsIncludedIsStoredWithItsDirectories() throws IOException {
        assertThat(stored(FilesOptions.EVERYTHING.withIncludes(patterns("*.pdf"))))
                .containsExactly("docs", "docs/deep", "docs/deep/e.pdf");
        assertThat(stored(FilesOptions.EVERYTHING.withIncludes(patterns("deep", "empty"))))
                .containsExactly("docs", "docs/deep", "docs/deep/d.tmp", "docs/deep/e.pdf", "empty");
        assertThat(stored(
                        FilesOptions.EVERYTHING.withIncludes(patterns("docs")).withExcludes(patterns("*.tmp", "c.*"))))
                .containsExactly("docs", "docs/deep", "docs/deep/e.pdf");
        assertThat(stored(FilesOptions.EVERYTHING.withIncludes(patterns("nothing such"))))
                .isEmpty();
    }

    @Test
    void aMarkedDirectoryHoldsOnlyItsMarker() throws IOException {
        Files.writeString(root.resolve("docs/.nobackup"), "");
        assertThat(stored(FilesOptions.EVERYTHING.withMarkers(Set.of(new Marker(".nobackup", "")))))
                .containsExactly("a.txt", "b.tmp", "cache", "cache/f", "docs", "docs/.nobackup", "empty");
    }

    @Test
    void aCacheIsOnlyOneWithTheRightSignature() throws IOException {
        FilesOptions options = FilesOptions.EVERYTHING.withMarkers(Set.of(Marker.CACHE));
        Files.writeString(root.resolve("cache/CACHEDIR.TAG"), "Signature: something else entirely, but long enough");
        assertThat(stored(options)).contains("cache/f");
        Files.writeString(
                root.resolve("cache/CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n# a comment");
        assertThat(stored(options)).contains("cache", "cache/CACHEDIR.TAG").doesNotContain("cache/f");
        Files.writeString(root.resolve("cache/CACHEDIR.TAG"), "Sig");
        assertThat(stored(options)).contains("cache/f");
    }

    @Test
    void aMarkerMayBeGivenWithItsHeader() {
        assertThat(Marker.parse(".nobackup")).isEqualTo(new Marker(".nobackup", ""));
        assertThat(Marker.parse("TAG:begins: so")).isEqualTo(new Marker("TAG", "begins: so"));
    }

    @Test
    void greatFilesAreLeftOut() throws IOException {
        Files.write(root.resolve("great"), new byte[1001]);
        Files.write(root.resolve("just right"), new byte[1000]);
        assertThat(stored(FilesOptions.EVERYTHING.withLargestBytes(1000)))
                .contains("just right")
                .doesNotContain("great");
    }

    @Test
    void whatIsToBeLeftOutIsRecognisedByPathAndDirectoriesByIdentity() throws IOException {
        Path byLink = Files.createSymbolicLink(folder.resolve("another way"), root.resolve("cache"));
        FilesOptions options = FilesOptions.EVERYTHING.withLeaveOut(
                Set.of(byLink.toString(), root + "/docs/deep", root + "/a.txt", root + "/not/there"));
        assertThat(stored(options)).containsExactly("b.tmp", "docs", "docs/c.txt", "empty");
    }

    @Test
    void otherFileSystemsAreNotEntered() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "NEEDS /proc");
        CollectingTreeSink sink = new CollectingTreeSink();
        FilesOptions options = FilesOptions.EVERYTHING.withOneFileSystem().withExcludes(patterns("/*", "!/proc"));
        try (Capture capture = new FilesSource(HostFiles.system(), "/", options).capture()) {
            assertThat(capture.writeTo(sink).failures()).isEmpty();
        }
        assertThat(sink.paths()).containsExactly("/proc");
    }
}
