package holdfast.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.io.posix.PortableAccess;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.CollectingTreeSink;
import holdfast.source.CollectingTreeSink.Stored;
import holdfast.source.NastyTree;
import holdfast.source.TreeRemoval;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: everything that a tree holds arrives at the sink. Method: real trees, and a sink that collects.
class FilesSourceTest {
    private static final HostFiles FILES = HostFiles.system();
    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(1 << 20);

    @TempDir
    Path folder;

    private Path root;
    private final CollectingTreeSink sink = new CollectingTreeSink();

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(folder.toRealPath().resolve("root"));
    }

    @AfterEach
    void remove() throws IOException {
        TreeRemoval.empty(folder);
    }

    private static SourceRecord store(Path root, CollectingTreeSink sink) throws IOException {
        try (Capture capture = new FilesSource(FILES, root.toString(), FilesOptions.EVERYTHING).capture()) {
            SourceRecord stored = capture.writeTo(sink);
            assertThat(sink.openDirectories()).as("directories left open").isZero();
            return stored;
        }
    }

    /// What the sink should have been given for a directory's entries, by path, read by other means where there are.
    private static void expect(OpenDirectory directory, String path, Map<String, String> expected) throws Exception {
        for (String name : directory.names()) {
            FileStatus status = directory.status(name);
            String below = path + "/" + name;
            expected.put(below, describe(directory, name, status));
            if (status.type() == NodeType.DIRECTORY) {
                try (OpenDirectory open = directory.directory(name)) {
                    expect(open, below, expected);
                }
            }
        }
    }

    private static String describe(OpenDirectory in, String name, FileStatus status) throws Exception {
        List<ExtendedAttribute> attributes = new ArrayList<>();
        for (String attribute : in.extendedAttributes(name)) {
            attributes.add(in.extendedAttribute(name, attribute));
        }
        boolean file = status.type() == NodeType.FILE;
        boolean directory = status.type() == NodeType.DIRECTORY;
        String target = status.type() == NodeType.SYMLINK ? in.linkTarget(name) : "";
        String content = "";
        if (file) {
            try (OpenFile open = in.read(name)) {
                content = sha256(open);
            }
        }
        return describe(
                status.type(),
                status.mode(),
                status.uid() + ":" + status.gid(),
                status.mtime() + " " + status.ctime(),
                status.deviceId() + "/" + status.inode(),
                directory ? 0 : status.links(),
                target,
                status.device(),
                attributes,
                file ? status.size() : 0,
                content);
    }

    private static String describe(Stored stored) {
        Node node = stored.node();
        var a = node.attributes();
        return describe(
                node.type(),
                a.mode(),
                a.uid() + ":" + a.gid(),
                a.mtime() + " " + a.ctime(),
                a.deviceId() + "/" + a.inode(),
                node.links(),
                node.linkTarget(),
                node.device(),
                a.extended(),
                stored.size(),
                stored.sha256());
    }

    @SuppressWarnings("TooManyParameters")
    private static String describe(Object... all) {
        StringBuilder text = new StringBuilder();
        for (Object one : all) {
            if (one instanceof List<?> attributes) {
                for (Object attribute : attributes) {
                    ExtendedAttribute x = (ExtendedAttribute) attribute;
                    text.append(x.name())
                            .append('=')
                            .append(HexFormat.of().formatHex(x.value()))
                            .append(' ');
                }
            } else {
                text.append(one).append(" | ");
            }
        }
        return text.toString();
    }

    private static String sha256(OpenFile file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long at = 0;
        for (int read; (read = file.read(BUFFER.clear(), at)) > 0; at += read) {
            digest.update(BUFFER.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void assertAllIsStored(SourceRecord stored) throws Exception {
        Map<String, String> expected = new TreeMap<>();
        try (OpenDirectory open = FILES.open(folder.toRealPath().toString())) {
            expected.put(root.toString(), describe(open, "root", open.status("root")));
        }
        try (OpenDirectory open = FILES.open(root.toString())) {
            expect(open, root.toString(), expected);
        }
        Map<String, String> actual = new TreeMap<>();
        sink.stored().forEach((path, one) -> actual.put(path, describe(one)));
        assertThat(List.copyOf(actual.keySet())).isEqualTo(List.copyOf(expected.keySet()));
        expected.forEach((path, what) ->
                assertThat(actual.get(path)).as(FileNames.display(path)).isEqualTo(what));
        long files = sink.stored().values().stream()
                .filter(one -> one.node().type() == NodeType.FILE)
                .count();
        assertThat(stored.files()).isEqualTo(files);
        assertThat(stored.bytes())
                .isEqualTo(
                        sink.stored().values().stream().mapToLong(Stored::size).sum());
    }

    @Test
    void everyPartOfANastyTreeIsStored() throws Exception {
        NastyTree.build(root, NastyTree.parts(), 1);
        SourceRecord stored = store(root, sink);
        assertThat(stored.failures()).isEmpty();
        assertThat(stored.path()).isEqualTo(root.toString());
        assertThat(stored.details()).containsEntry("files.failures", "0").doesNotContainKey("files.not-kept-here");
        assertAllIsStored(stored);
    }

    @Test
    @Tag("slow")
    void tenThousandSmallFilesAreStored() throws Exception {
        NastyTree.build(root, java.util.EnumSet.of(NastyTree.Part.MANY), 2);
        SourceRecord stored = store(root, sink);
        assertThat(stored.failures()).isEmpty();
        assertThat(stored.files()).isEqualTo(10_500);
        assertAllIsStored(stored);
    }

    @Test
    void ownersAreNamed() throws IOException {
        assumeTrue(NastyTree.isRoot(), "NEEDS ROOT: files of root");
        Files.writeString(root.resolve("file"), "x");
        store(root, sink);
        assertThat(sink.node(root + "/file").attributes().user()).isEqualTo("root");
        assertThat(sink.node(root + "/file").attributes().group()).isEqualTo("root");
    }

    @Test
    void unchangedFilesAreNotOpened() throws Exception {
        for (int i = 0; i < 50; i++) {
            Files.writeString(root.resolve("file " + i), "content " + i);
        }
        store(root, sink);
        assertThat(sink.contentsOpened()).isEqualTo(50);
        Files.writeString(root.resolve("file 7"), "changed!!");
        Files.writeString(root.resolve("new"), "new");
        CollectingTreeSink second = new CollectingTreeSink(sink);
        SourceRecord stored = store(root, second);
        assertThat(second.contentsOpened()).isEqualTo(2);
        assertThat(new String(second.content(root + "/file 7"), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("changed!!");
        assertThat(stored.files()).isEqualTo(51);
        assertThat(stored.bytes())
                .isEqualTo(second.stored().values().stream()
                        .mapToLong(Stored::size)
                        .sum());
    }

    @Test
    void theRootMayBeAFile() throws Exception {
        Path file = Files.writeString(root.resolve("single"), "content");
        try (Capture capture = new FilesSource(FILES, file.toString(), FilesOptions.EVERYTHING).capture()) {
            assertThat(capture.expectedBytes()).isEqualTo(7);
            assertThat(capture.expectedFiles()).isEqualTo(1);
            assertThat(capture.writeTo(sink).files()).isEqualTo(1);
        }
        assertThat(sink.paths()).containsExactly(file.toString());
    }

    @Test
    void theRootMayBeALinkAndIsStoredAsOne() throws IOException {
        Path link = Files.createSymbolicLink(root.resolve("link"), Path.of("elsewhere"));
        store(link, sink);
        assertThat(sink.paths()).containsExactly(link.toString());
        assertThat(sink.node(link.toString()).linkTarget()).isEqualTo("elsewhere");
    }

    @Test
    void theRootOfTheFileSystemCanBeWalked() throws IOException {
        FilesOptions almostNothing = FilesOptions.EVERYTHING.withIncludes(
                holdfast.model.PathPatterns.of(List.of("/etc/hostname", "/etc/passwd")));
        FilesOptions noOtherPlaces = almostNothing
                .withOneFileSystem()
                .withExcludes(holdfast.model.PathPatterns.of(List.of("/*", "!/etc", "/etc/*/")));
        try (Capture capture = new FilesSource(FILES, "/", noOtherPlaces).capture()) {
            capture.writeTo(sink);
        }
        assertThat(sink.paths()).contains("/etc", "/etc/passwd").hasSizeLessThan(4);
    }

    @Test
    void aRootThatIsMissingIsRefusedBeforehand() {
        for (String path : List.of(root + "/absent", root + "/absent/below")) {
            assertThatThrownBy(() -> new FilesSource(FILES, path, FilesOptions.EVERYTHING).capture())
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining(path);
        }
    }

    @Test
    void aRootMustBeAbsoluteAndNormalised() {
        for (String path : List.of("relative", "/a/../b", "/a/", "/a//b", "/./a", "/a/..", "")) {
            assertThatThrownBy(() -> new FilesSource(FILES, path, FilesOptions.EVERYTHING))
                    .as(path)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        new FilesSource(FILES, "/...", FilesOptions.EVERYTHING);
    }

    @Test
    void filesOfTheProcFileSystemHaveTheirContent() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/version")), "NEEDS /proc");
        try (Capture capture = new FilesSource(FILES, "/proc/version", FilesOptions.EVERYTHING).capture()) {
            assertThat(capture.writeTo(sink).bytes()).isPositive();
        }
        assertThat(sink.content("/proc/version")).startsWith('L', 'i', 'n', 'u', 'x');
    }

    @Test
    void anAccessThatCannotKeepEverythingSaysSoInTheRecord() throws IOException {
        Files.createDirectories(root.resolve("below"));
        Files.writeString(root.resolve("below/file"), "content");
        Files.createSymbolicLink(root.resolve("link"), Path.of("below"));
        HostFiles portable = PortableAccess.files();
        SourceRecord stored;
        try (Capture capture = new FilesSource(portable, root.toString(), FilesOptions.EVERYTHING).capture()) {
            stored = capture.writeTo(sink);
        }
        assertThat(stored.failures()).isEmpty();
        assertThat(stored.details())
                .containsEntry("files.not-kept-here", "ALL_EXTENDED_ATTRIBUTES ANY_NAME DEEP_PATHS");
        assertThat(sink.paths())
                .containsExactly(root.toString(), root + "/below", root + "/below/file", root + "/link");
        assertThat(sink.get(root + "/below/file").size()).isEqualTo(7);
    }

    /// Goal: neither the stack, nor open files, nor the length of a path bounds the depth.
    @Test
    void aTreeOfAThousandLevelsIsStored() throws IOException {
        Levels.build(root, 1000);
        SourceRecord stored = store(root, sink);
        assertThat(stored.failures()).isEmpty();
        assertThat(stored.files()).isEqualTo(2000);
        assertThat(sink.has(root + "/level".repeat(1000) + "/zz")).isTrue();
        assertThat(sink.has(root + "/level/zz")).isTrue();
    }
}
