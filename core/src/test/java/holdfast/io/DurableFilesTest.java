package holdfast.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
    @TempDir
    private Path folder;

    @Test
    void aFileIsWrittenWholeForItsOwnerOnly() throws IOException {
        byte[] content = new byte[3 << 20];
        new Random(12).nextBytes(content);
        ByteBuffer heap = ByteBuffer.wrap(content);
        DurableFiles.write(folder.resolve("heap"), heap);
        DurableFiles.write(
                folder.resolve("direct"),
                ByteBuffer.allocateDirect(content.length).put(content).flip());
        assertThat(heap.position()).isZero();
        assertThat(heap.limit()).isEqualTo(content.length);
        for (String name : new String[] {"heap", "direct"}) {
            Path file = folder.resolve(name);
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("r--------");
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("heap", "direct");
    }

    @Test
    void whatExistsIsRefusedAndUntouched() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {1});
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nowhere"));
        Path directory = Files.createDirectory(folder.resolve("directory"));
        for (Path existing : new Path[] {file, dangling, directory}) {
            assertThatThrownBy(() -> DurableFiles.write(existing, ByteBuffer.allocate(5)))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(Files.readAllBytes(file)).containsExactly(1);
        assertThat(folder.toFile().list()).hasSize(3);
    }

    @Test
    void aMissingFolderIsSaid() {
        assertThatThrownBy(() -> DurableFiles.write(folder.resolve("no/file"), ByteBuffer.allocate(1)))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(folder.resolve("no/file").toString());
    }

    @Test
    void withoutHardLinksARenameIsJustAsExclusive() throws IOException {
        Path aside = Files.write(folder.resolve("file-tmp-1"), new byte[] {1});
        DurableFiles.rename(aside, folder.resolve("file"));
        assertThat(aside).doesNotExist();
        Path late = Files.write(folder.resolve("file-tmp-2"), new byte[] {2});
        assertThatThrownBy(() -> DurableFiles.rename(late, folder.resolve("file")))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(Files.readAllBytes(folder.resolve("file"))).containsExactly(1);
    }

    /// Method: a process that may write no more than 32 KiB into a file meets the same failure in the same
    /// place as one that has filled the disk.
    @Test
    void aFailureHalfWayIsSaidAndLeavesNothing() throws Exception {
        Path file = folder.resolve("big");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process limited = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -f 64 && exec \"$0\" -Xshare:auto -cp \"$1\" \"$2\" \"$3\"",
                        java,
                        System.getProperty("java.class.path"),
                        WriteOneMebibyte.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said;
        try (BufferedReader output = limited.inputReader()) {
            said = output.readAllAsString();
        }
        assertThat(limited.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("cannot write " + file + ": File too large");
        assertThat(folder).isEmptyDirectory();
    }

    /// A process of its own.
    static final class WriteOneMebibyte {
        private WriteOneMebibyte() {}

        public static void main(String[] args) throws IOException {
            DurableFiles.write(Path.of(args[0]), ByteBuffer.allocate(1 << 20));
        }
    }

    @Test
    void foldersAreMadeForTheOwnerOnly() throws IOException {
        Path deep = folder.resolve("a/b/c");
        DurableFiles.createFolders(deep);
        DurableFiles.createFolders(deep);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a"))))
                .isEqualTo("rwx------");
        Path file = Files.write(folder.resolve("file"), new byte[0]);
        assertThatThrownBy(() -> DurableFiles.createFolders(file.resolve("x")))
                .isInstanceOf(NotDirectoryException.class);
    }
}
