package holdfast.io.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.io.posix.OpenDirectory.Replacing;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.NodeType;
import holdfast.source.TreeRemoval;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every access to files promises. A test of something that an access declares it cannot do is skipped.
abstract class HostFilesContract {
    @TempDir
    Path folder;

    private OpenDirectory directory;

    abstract HostFiles files();

    private HostFilesContract needs(Capability capability) {
        assumeTrue(files().capabilities().contains(capability), "this access declares no " + capability);
        return this;
    }

    static void needsRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "NEEDS ROOT: changing owners or making devices");
    }

    @BeforeEach
    void open() throws IOException {
        directory = files().open(folder.toString());
    }

    @AfterEach
    void close() throws IOException {
        directory.close();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, String content) throws IOException {
        try (OpenFile file = directory.create(name)) {
            file.write(bytes(content), 0);
        }
    }

    private String content(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void theStatusOfAFileIsWhatTheSystemSays() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "twelve bytes");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));
        Files.createLink(folder.resolve("again"), file);
        FileStatus status = directory.status("file");
        assertThat(status.type()).isEqualTo(NodeType.FILE);
        assertThat(status.size()).isEqualTo(12);
        assertThat(status.mode()).isEqualTo(0751);
        assertThat(status.links()).isEqualTo(2);
        assertThat(status.device()).isZero();
        assertThat(status.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
        assertThat(status.deviceId()).isEqualTo(Files.getAttribute(file, "unix:dev"));
        assertThat(status.uid()).isEqualTo(Long.valueOf((Integer) Files.getAttribute(file, "unix:uid")));
        assertThat(status.gid()).isEqualTo(Long.valueOf((Integer) Files.getAttribute(file, "unix:gid")));
        assertThat(FileTime.from(status.mtime())).isEqualTo(Files.getLastModifiedTime(file));
        assertThat(FileTime.from(status.ctime())).isEqualTo(Files.getAttribute(file, "unix:ctime"));
        assertThat(status.sameNode(directory.status("again"))).isTrue();
        assertThat(directory.status(".").type()).isEqualTo(NodeType.DIRECTORY);
        assertThat(directory.status(".").inode()).isEqualTo(Files.getAttribute(folder, "unix:ino"));
    }

    @Test
    void aLinkIsSeenAsALink() throws IOException {
        directory.createSymbolicLink("link", "nowhere/äöü");
        assertThat(directory.status("link").type()).isEqualTo(NodeType.SYMLINK);
        assertThat(directory.linkTarget("link")).isEqualTo("nowhere/äöü");
        assertThatThrownBy(() -> directory.createSymbolicLink("link", "x"))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> directory.linkTarget("absent")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aTargetOfTheGreatestLengthIsReadWhole() throws IOException {
        String target = "t/".repeat(2047) + "t";
        directory.createSymbolicLink("link", target);
        assertThat(directory.linkTarget("link")).isEqualTo(target);
    }

    @Test
    void everyNameIsListedTwiceOver() throws IOException {
        for (int i = 0; i < 3000; i++) {
            Files.createFile(folder.resolve("a name of some length " + i));
        }
        Files.createDirectory(folder.resolve("below"));
        assertThat(directory.names()).hasSize(3001).doesNotHaveDuplicates().contains("below");
        assertThat(directory.names()).hasSize(3001);
    }

    @Test
    void aNameOfAnyBytesIsMadeListedAndRemoved() throws IOException {
        needs(Capability.ANY_NAME);
        List<byte[]> names = List.of(
                new byte[] {(byte) 0xff, 'a', (byte) 0x80},
                "line\nbreak".getBytes(StandardCharsets.UTF_8),
                "\u0001\"\\*?[".getBytes(StandardCharsets.UTF_8),
                "ü".repeat(127).getBytes(StandardCharsets.UTF_8),
                "Ü".getBytes(StandardCharsets.ISO_8859_1));
        for (byte[] name : names) {
            write(FileNames.decode(name), "content");
        }
        assertThat(directory.names())
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(FileNames::decode).toList());
        for (byte[] name : names) {
            assertThat(directory.status(FileNames.decode(name)).size()).isEqualTo(7);
            directory.deleteFile(FileNames.decode(name));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aNameThatLeadsOutsideIsRefused() {
        for (String name : List.of("", "..", "a/b", "/etc", "a\0b", "../x")) {
            assertThatThrownBy(() -> directory.status(name)).as(name).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> directory.create(name)).as(name).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> directory.directory(name)).as(name).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> directory.createDirectory(name)).as(name).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> directory.deleteFile(name)).as(name).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> directory.setMode(name, 0)).as(name).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> directory.extendedAttributes(name))
                    .as(name)
                    .isInstanceOf(FileSystemException.class);
        }
    }

    @Test
    void aTreeDeeperThanAnyPathIsMadeAndReached() throws IOException {
        needs(Capability.DEEP_PATHS);
        String name = "d".repeat(200);
        OpenDirectory at = files().open(folder.toString());
        for (int i = 0; i < 30; i++) {
            at.createDirectory(name);
            OpenDirectory below = at.directory(name);
            at.close();
            at = below;
        }
        at.create("bottom").close();
        try (OpenDirectory bottom = files().open(at.path())) {
            assertThat(bottom.names()).containsExactly("bottom");
            assertThat(bottom.status("bottom").type()).isEqualTo(NodeType.FILE);
            bottom.setExtendedAttribute("bottom", new ExtendedAttribute("user.a", new byte[] {1}));
            bottom.setMode("bottom", 0640);
            assertThat(bottom.extendedAttributes("bottom")).containsExactly("user.a");
        }
        at.close();
        TreeRemoval.empty(folder);
    }

    @Test
    void contentIsReadFromAnyPositionIntoAnyBuffer() throws IOException {
        byte[] content = new byte[3_000_000];
        new Random(7).nextBytes(content);
        Files.write(folder.resolve("file"), content);
        try (OpenFile file = directory.read("file")) {
            for (ByteBuffer buffer : List.of(ByteBuffer.allocate(100_000), ByteBuffer.allocateDirect(100_000))) {
                buffer.position(17).limit(50_017);
                int read = file.read(buffer, 2_000_000);
                assertThat(read).isEqualTo(50_000);
                assertThat(buffer.position()).isEqualTo(50_017);
                byte[] got = new byte[50_000];
                buffer.get(17, got);
                assertThat(got).isEqualTo(Arrays.copyOfRange(content, 2_000_000, 2_050_000));
                assertThat(file.read(buffer.clear(), 3_000_000)).isEqualTo(-1);
                assertThat(file.read(buffer.limit(0), 0)).isZero();
                assertThat(file.read(buffer.clear(), 2_999_999)).isEqualTo(1);
            }
            assertThat(file.status().sameContent(directory.status("file"))).isTrue();
        }
    }

    @Test
    void contentIsWrittenAtAnyPositionFromAnyBuffer() throws IOException {
        byte[] content = new byte[3_000_000];
        new Random(8).nextBytes(content);
        for (boolean direct : List.of(true, false)) {
            String name = "file " + direct;
            try (OpenFile file = directory.create(name)) {
                ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(content.length) : ByteBuffer.allocate(4_000_000);
                buffer.put(content).flip();
                file.write(buffer, 1000);
                assertThat(buffer.hasRemaining()).isFalse();
                file.write(ByteBuffer.wrap(content, 0, 1000), 0);
                file.force();
            }
            byte[] expected = new byte[content.length + 1000];
            System.arraycopy(content, 0, expected, 0, 1000);
            System.arraycopy(content, 0, expected, 1000, content.length);
            assertThat(Files.readAllBytes(folder.resolve(name))).isEqualTo(expected);
        }
    }

    @Test
    void aFileIsNeverOverwrittenByMakingIt() throws IOException {
        write("file", "old");
        directory.createSymbolicLink("link", "elsewhere");
        for (String name : List.of("file", "link")) {
            assertThatThrownBy(() -> directory.create(name)).isInstanceOf(FileAlreadyExistsException.class);
            assertThatThrownBy(() -> directory.createDirectory(name)).isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(folder.resolve("elsewhere")).doesNotExist();
        assertThat(content("file")).isEqualTo("old");
    }

    @Test
    void anExistingFileIsUpdatedInPlace() throws IOException {
        write("file", "0123456789");
        try (OpenFile file = directory.update("file")) {
            file.write(bytes("xy"), 3);
            file.truncate(7);
            ByteBuffer buffer = ByteBuffer.allocate(20);
            assertThat(file.read(buffer, 0)).isEqualTo(7);
        }
        assertThat(content("file")).isEqualTo("012xy56");
        assertThatThrownBy(() -> directory.update("absent")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void onlyARegularFileIsOpenedAsOne() throws IOException {
        write("file", "content");
        directory.createSymbolicLink("link", "file");
        directory.createDirectory("below");
        for (String name : List.of("link", "below")) {
            assertThatThrownBy(() -> directory.read(name)).as(name).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> directory.update(name)).as(name).isInstanceOf(FileSystemException.class);
        }
        assertThatThrownBy(() -> directory.read("absent"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(folder.resolve("absent").toString());
    }

    @Test
    void aFifoDoesNotHoldUsUp() throws IOException {
        needs(Capability.SPECIAL_FILES);
        directory.createSpecial("fifo", NodeType.FIFO, 0);
        assertThatThrownBy(() -> directory.read("fifo"))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("not a regular file");
    }

    @Test
    void onlyADirectoryIsOpenedAsOne() throws IOException {
        write("file", "content");
        directory.createDirectory("below");
        directory.createSymbolicLink("link", "below");
        for (String name : List.of("file", "link")) {
            assertThatThrownBy(() -> directory.directory(name)).as(name).isInstanceOf(NotDirectoryException.class);
        }
        try (OpenDirectory below = directory.directory("below")) {
            below.create("inside").close();
            assertThat(below.path()).isEqualTo(folder + "/below");
        }
        assertThat(folder.resolve("below/inside")).isEmptyFile();
        try (OpenDirectory byLink = files().open(folder + "/link")) {
            assertThat(byLink.names()).containsExactly("inside");
        }
    }

    @Test
    void theDirectoryAboveIsReached() throws IOException {
        directory.createDirectory("below");
        try (OpenDirectory below = directory.directory("below");
                OpenDirectory above = below.parent();
                OpenDirectory further = above.parent()) {
            assertThat(above.names()).containsExactly("below");
            assertThat(above.path()).isEqualTo(folder.toString());
            assertThat(above.status(".").sameNode(directory.status("."))).isTrue();
            assertThat(further.names()).contains(String.valueOf(folder.getFileName()));
        }
    }

    @Test
    void timesAreKept() throws IOException {
        Instant mtime = Instant.parse("1996-04-12T06:07:00.123456Z");
        Instant atime = Instant.parse("2031-01-02T03:04:05.987654Z");
        timesAreKept(mtime, atime);
    }

    @Test
    void timesAreKeptToTheNanosecondAndBefore1970() throws IOException {
        needs(Capability.EXACT_TIMES);
        timesAreKept(Instant.parse("1961-04-12T06:07:00.123456789Z"), Instant.parse("2031-01-02T03:04:05.987654321Z"));
    }

    private void timesAreKept(Instant mtime, Instant atime) throws IOException {
        write("file", "content");
        directory.createDirectory("below");
        directory.createSymbolicLink("link", "nowhere");
        for (String name : List.of("file", "below", "link")) {
            directory.setTimes(name, atime, mtime);
            assertThat(directory.status(name).mtime()).as(name).isEqualTo(mtime);
            assertThat(directory.status(name).atime()).as(name).isEqualTo(atime);
        }
        try (OpenFile file = directory.update("file")) {
            file.setTimes(mtime, atime);
            assertThat(file.status().mtime()).isEqualTo(atime);
        }
    }

    @Test
    void readingLeavesTheTimeOfAccessAlone() throws IOException {
        needs(Capability.QUIET_READING);
        write("file", "content");
        Instant past = Instant.parse("2001-01-01T00:00:00Z");
        directory.setTimes("file", past, past);
        try (OpenFile file = directory.read("file")) {
            file.read(ByteBuffer.allocate(10), 0);
        }
        assertThat(directory.status("file").atime()).isEqualTo(past);
    }

    @Test
    void modesAreSetWithAllTwelveBitsAndNotThroughLinks() throws IOException {
        write("file", "content");
        directory.createDirectory("below");
        directory.createSymbolicLink("link", "file");
        directory.setMode("file", 06751);
        directory.setMode("below", 01777);
        assertThat(directory.status("file").mode()).isEqualTo(06751);
        assertThat(directory.status("below").mode()).isEqualTo(01777);
        assertThatThrownBy(() -> directory.setMode("link", 0600)).isInstanceOf(IOException.class);
        assertThat(directory.status("file").mode()).isEqualTo(06751);
        try (OpenFile file = directory.update("file")) {
            file.setMode(0604);
        }
        assertThat(directory.status("file").mode()).isEqualTo(0604);
    }

    @Test
    void newNodesBelongToTheirMakerAlone() throws IOException {
        write("file", "content");
        directory.createDirectory("below");
        assertThat(directory.status("file").mode()).isEqualTo(0600);
        assertThat(directory.status("below").mode()).isEqualTo(0700);
    }

    @Test
    void ownersAreSetNotThroughLinks() throws IOException {
        needsRoot();
        write("file", "content");
        directory.createSymbolicLink("link", "file");
        directory.setOwner("link", 4_000_000_000L, 12);
        assertThat(directory.status("link").uid()).isEqualTo(4_000_000_000L);
        assertThat(directory.status("file").uid()).isZero();
        try (OpenFile file = directory.update("file")) {
            file.setOwner(34, 56);
        }
        assertThat(directory.status("file").uid()).isEqualTo(34);
        assertThat(directory.status("file").gid()).isEqualTo(56);
    }

    @Test
    void extendedAttributesOfAUserAreKept() throws IOException {
        write("file", "content");
        directory.createDirectory("below");
        byte[] large = new byte[1500];
        new Random(9).nextBytes(large);
        for (String name : List.of("file", "below", ".")) {
            assertThat(directory.extendedAttributes(name)).isEmpty();
            directory.setExtendedAttribute(name, new ExtendedAttribute("user.large", large));
            directory.setExtendedAttribute(name, new ExtendedAttribute("user.empty", new byte[0]));
            assertThat(directory.extendedAttributes(name)).containsExactly("user.empty", "user.large");
            assertThat(directory.extendedAttribute(name, "user.large").value()).isEqualTo(large);
            assertThat(directory.extendedAttribute(name, "user.empty").value()).isEmpty();
            directory.removeExtendedAttribute(name, "user.empty");
            assertThat(directory.extendedAttributes(name)).containsExactly("user.large");
            assertThatThrownBy(() -> directory.extendedAttribute(name, "user.empty"))
                    .isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void extendedAttributesOfTheSystemAreKeptOnEveryKindOfNode() throws IOException {
        needs(Capability.ALL_EXTENDED_ATTRIBUTES).needs(Capability.SPECIAL_FILES);
        needsRoot();
        directory.createSymbolicLink("link", "nowhere");
        directory.createSpecial("fifo", NodeType.FIFO, 0);
        for (String name : List.of("link", "fifo")) {
            directory.setExtendedAttribute(name, new ExtendedAttribute("trusted.t", new byte[] {1, 0, 2}));
            assertThat(directory.extendedAttributes(name)).containsExactly("trusted.t");
            assertThat(directory.extendedAttribute(name, "trusted.t").value()).containsExactly(1, 0, 2);
        }
    }

    @Test
    void specialFilesAreMade() throws IOException {
        needs(Capability.SPECIAL_FILES);
        directory.createSpecial("fifo", NodeType.FIFO, 0);
        directory.createSpecial("socket", NodeType.SOCKET, 0);
        assertThat(directory.status("fifo").type()).isEqualTo(NodeType.FIFO);
        assertThat(directory.status("socket").type()).isEqualTo(NodeType.SOCKET);
        directory.setMode("fifo", 0622);
        assertThat(directory.status("fifo").mode()).isEqualTo(0622);
        assertThatThrownBy(() -> directory.createSpecial("x", NodeType.FILE, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void devicesAreMadeWithTheirNumbers() throws IOException {
        needs(Capability.SPECIAL_FILES);
        needsRoot();
        long device = (5L << 8) | 0x34 | (0x12L << 20);
        directory.createSpecial("character", NodeType.CHARACTER_DEVICE, device);
        directory.createSpecial("block", NodeType.DEVICE, 0x705);
        assertThat(directory.status("character").type()).isEqualTo(NodeType.CHARACTER_DEVICE);
        assertThat(directory.status("character").device()).isEqualTo(device);
        assertThat(directory.status("block").type()).isEqualTo(NodeType.DEVICE);
        assertThat(directory.status("block").device()).isEqualTo(0x705);
    }

    @Test
    void hardLinksAreMadeAcrossDirectoriesAndToTheLinkItself() throws IOException {
        write("file", "content");
        directory.createDirectory("below");
        directory.createSymbolicLink("link", "file");
        try (OpenDirectory below = directory.directory("below")) {
            below.createLink("second", directory, "file");
            assertThat(below.status("second").sameNode(directory.status("file")))
                    .isTrue();
            assertThat(below.status("second").links()).isEqualTo(2);
            below.createLink("link too", directory, "link");
            assertThat(below.status("link too").type()).isEqualTo(NodeType.SYMLINK);
            assertThatThrownBy(() -> below.createLink("second", directory, "link"))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
    }

    @Test
    void holesAreFound() throws IOException {
        needs(Capability.HOLES);
        try (OpenFile file = directory.create("sparse")) {
            file.truncate(10 << 20);
            file.write(bytes("data"), 4 << 20);
            assertThat(file.nextData(0)).isEqualTo(4 << 20);
            long end = file.nextHole(4 << 20);
            assertThat(end).isBetween((4L << 20) + 4, (4L << 20) + (64 << 10));
            assertThat(file.nextData(end)).isEqualTo(10 << 20);
            assertThat(file.status().allocated()).isLessThan(1 << 20);
        }
        write("dense", "content");
        try (OpenFile file = directory.read("dense")) {
            assertThat(file.nextData(3)).isEqualTo(3);
            assertThat(file.nextHole(0)).isEqualTo(7);
            assertThat(file.nextData(7)).isEqualTo(7);
        }
    }

    @Test
    void aFileGrowsByZeros() throws IOException {
        try (OpenFile file = directory.create("file")) {
            file.write(bytes("x"), 0);
            file.truncate(4);
        }
        assertThat(Files.readAllBytes(folder.resolve("file"))).containsExactly('x', 0, 0, 0);
    }

    @Test
    void renamingReplacesOrRefuses() throws IOException {
        write("a", "first");
        write("b", "second");
        assertThatThrownBy(() -> directory.rename("a", directory, "b", Replacing.REFUSE))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(content("b")).isEqualTo("second");
        directory.rename("a", directory, "b", Replacing.REPLACE);
        assertThat(content("b")).isEqualTo("first");
        directory.createDirectory("below");
        try (OpenDirectory below = directory.directory("below")) {
            directory.rename("b", below, "c", Replacing.REFUSE);
        }
        assertThat(content("below/c")).isEqualTo("first");
        assertThatThrownBy(() -> directory.rename("a", directory, "b", Replacing.REPLACE))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void namesAreSwapped() throws IOException {
        needs(Capability.EXCHANGE);
        write("a", "first");
        directory.createDirectory("b");
        directory.rename("a", directory, "b", Replacing.EXCHANGE);
        assertThat(content("b")).isEqualTo("first");
        assertThat(folder.resolve("a")).isDirectory();
    }

    @Test
    void deletingIsPrecise() throws IOException {
        write("file", "content");
        directory.createDirectory("below");
        assertThatThrownBy(() -> directory.deleteDirectory("file")).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> directory.deleteFile("below")).isInstanceOf(FileSystemException.class);
        Files.createFile(folder.resolve("below/x"));
        assertThatThrownBy(() -> directory.deleteDirectory("below")).isInstanceOf(DirectoryNotEmptyException.class);
        Files.delete(folder.resolve("below/x"));
        directory.deleteDirectory("below");
        directory.deleteFile("file");
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> directory.deleteFile("file")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void forcingAndSpaceWork() throws IOException {
        directory.force();
        assertThat(directory.usableBytes())
                .isCloseTo(Files.getFileStore(folder).getUsableSpace(), org.assertj.core.data.Offset.offset(1L << 30));
        if (files().capabilities().contains(Capability.FORCE_FILE_SYSTEM)) {
            directory.forceFileSystem();
        }
    }

    @Test
    void whatIsDeniedIsCalledSo() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/1")), "NEEDS /proc");
        try (OpenDirectory proc = files().open("/proc")) {
            assertThatThrownBy(() -> proc.createDirectory("x"))
                    .isInstanceOfAny(NoSuchFileException.class, AccessDeniedException.class);
        }
        assertThatThrownBy(() -> files().open(folder + "/absent")).isInstanceOf(NoSuchFileException.class);
        write("file", "content");
        assertThatThrownBy(() -> files().open(folder + "/file")).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> files().open("relative")).isInstanceOf(IllegalArgumentException.class);
    }
}
