package holdfast.source;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.ExtendedAttribute;
import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: no difference between a tree and its copy goes unseen. Method: build the same tree twice, then spoil one.
class TreeComparisonTest {
    private static final Instant TIME = Instant.parse("2020-01-01T00:00:00.000000007Z");

    @TempDir
    Path folder;

    private Path one;
    private Path two;

    /// A change to the right tree.
    private interface Spoiling {
        void apply(OpenDirectory directory) throws IOException;
    }

    @BeforeEach
    void buildTwice() throws IOException {
        one = Files.createDirectory(folder.resolve("one"));
        two = Files.createDirectory(folder.resolve("two"));
        for (Path path : List.of(one, two)) {
            try (OpenDirectory in = HostFiles.system().open(path.toString())) {
                for (String name : List.of("a", "b", "c")) {
                    try (OpenFile file = in.create(name)) {
                        file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 3_000_000);
                    }
                }
                in.createLink("b too", in, "b");
                in.createSymbolicLink("link", "a");
                in.createSpecial("fifo", NodeType.FIFO, 0);
                in.createDirectory("below");
                in.setExtendedAttribute("a", new ExtendedAttribute("user.a", new byte[] {1}));
                for (String name : List.of("a", "b", "c", "link", "fifo", "below", ".")) {
                    in.setTimes(name, TIME, TIME);
                }
            }
        }
    }

    @AfterEach
    void remove() throws IOException {
        TreeRemoval.empty(folder);
    }

    private List<String> after(Spoiling spoiling) throws IOException {
        assertThat(TreeComparison.differences(one, two)).isEmpty();
        try (OpenDirectory in = HostFiles.system().open(two.toString())) {
            spoiling.apply(in);
            in.setTimes(".", TIME, TIME);
        }
        return TreeComparison.differences(one, two);
    }

    private static void write(OpenDirectory in, String name, long at, int value) throws IOException {
        try (OpenFile file = in.update(name)) {
            file.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
            file.setTimes(TIME, TIME);
        }
    }

    @Test
    void aByteCounts() throws IOException {
        assertThat(after(in -> write(in, "a", 3_000_001, 9)))
                .containsExactly("/a: content at 3000001: expected 02 but was 09");
    }

    @Test
    void theSizeCounts() throws IOException {
        assertThat(after(in -> write(in, "a", 3_000_003, 0)))
                .singleElement()
                .asString()
                .startsWith("/a: size");
    }

    @Test
    void namesCount() throws IOException {
        assertThat(after(in -> {
                    in.rename("c", in, "d", OpenDirectory.Replacing.REFUSE);
                }))
                .containsExactly(
                        "/c: name: expected present but was absent", "/d: name: expected absent but was present");
    }

    @Test
    void modesCount() throws IOException {
        assertThat(after(in -> in.setMode("below", 0701)))
                .singleElement()
                .asString()
                .startsWith("/below: mode");
    }

    @Test
    void aNanosecondCounts() throws IOException {
        assertThat(after(in -> in.setTimes("link", TIME, TIME.plusNanos(1))))
                .singleElement()
                .asString()
                .startsWith("/link: mtime");
    }

    @Test
    void theRootCounts() throws IOException {
        assertThat(after(in -> in.setMode(".", 0711)))
                .singleElement()
                .asString()
                .startsWith(".: mode");
    }

    @Test
    void attributesCount() throws IOException {
        assertThat(after(in -> in.setExtendedAttribute("below", new ExtendedAttribute("user.x", new byte[0]))))
                .singleElement()
                .asString()
                .startsWith("/below: extended attributes");
    }

    @Test
    void linkTargetsAndTypesCount() throws IOException {
        assertThat(after(in -> {
                    in.deleteFile("link");
                    in.createSymbolicLink("link", "b");
                    in.setTimes("link", TIME, TIME);
                    in.deleteFile("fifo");
                    in.createSpecial("fifo", NodeType.SOCKET, 0);
                }))
                .containsExactly(
                        "/fifo: type: expected FIFO but was SOCKET", "/link: link target: expected a but was b");
    }

    @Test
    void hardLinksCount() throws IOException {
        assertThat(after(in -> {
                    in.deleteFile("b too");
                    in.rename("c", in, "b too", OpenDirectory.Replacing.REFUSE);
                    in.createLink("c", in, "a");
                    in.setExtendedAttribute("b too", new ExtendedAttribute("user.a", new byte[] {1}));
                    in.removeExtendedAttribute("b too", "user.a");
                    in.removeExtendedAttribute("a", "user.a");
                    in.setExtendedAttribute("a", new ExtendedAttribute("user.a", new byte[] {1}));
                }))
                .contains(
                        "/b = /b too: hard links: expected one inode but was several",
                        "/a = /c: hard links: expected several inodes but was one");
    }

    @Test
    void holesCountWhenAskedFor() throws IOException {
        try (OpenDirectory in = HostFiles.system().open(two.toString());
                OpenFile file = in.update("a")) {
            file.write(ByteBuffer.wrap(new byte[3_000_000]), 0);
        }
        assertThat(TreeComparison.differences(one, two, EnumSet.of(TreeComparison.Aspect.SPARSENESS)))
                .singleElement()
                .asString()
                .startsWith("/a: allocated bytes");
    }

    @Test
    void theNastyTreeIsTheSameForTheSameSeed() throws IOException {
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        EnumSet<NastyTree.Part> parts = EnumSet.of(
                NastyTree.Part.NAMES,
                NastyTree.Part.DEEP,
                NastyTree.Part.ACLS,
                NastyTree.Part.MODES,
                NastyTree.Part.TIMES);
        NastyTree.build(first, parts, 5);
        NastyTree.build(second, parts, 5);
        assertThat(TreeComparison.differences(first, second, EnumSet.of(TreeComparison.Aspect.MODE)))
                .isEmpty();
        NastyTree.build(Files.createDirectory(folder.resolve("all")), NastyTree.parts(), 6);
    }
}
