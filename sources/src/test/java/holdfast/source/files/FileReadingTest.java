package holdfast.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.NodeReader;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.Node;
import holdfast.source.FileContent.Reading;
import holdfast.source.NastyTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReadingTest {
    private static final HostFiles FILES = HostFiles.system();

    @TempDir
    Path folder;

    private FileReading reading(OpenDirectory in, String name, boolean last) throws IOException {
        NodeReader nodes = new NodeReader(FILES);
        FileStatus status = in.status(name);
        Node node = nodes.read(in, name, name, status, problem -> {
            throw new AssertionError(problem);
        });
        return new FileReading(in, node, status, nodes, last);
    }

    /// Goal: sparse files come out byte by byte as they are, whatever pieces are asked for.
    @Test
    void holesAndDataAlternateUnderAnyBufferSize() throws IOException {
        NastyTree.build(folder, EnumSet.of(NastyTree.Part.SPARSE), 3);
        Random random = new Random(4);
        try (OpenDirectory in = FILES.open(folder + "/sparse")) {
            for (String name : in.names()) {
                byte[] expected = Files.readAllBytes(folder.resolve("sparse").resolve(name));
                byte[] actual = new byte[expected.length + 1];
                ByteBuffer direct = ByteBuffer.allocateDirect(200_000);
                int at = 0;
                FileReading reading = reading(in, name, false);
                try (Reading pass = reading.open()) {
                    while (true) {
                        direct.clear().limit(1 + random.nextInt(200_000));
                        int read = pass.read(direct);
                        if (read < 0) {
                            break;
                        }
                        assertThat(read).isPositive().isEqualTo(direct.position());
                        direct.flip().get(actual, at, read);
                        at += read;
                    }
                    assertThat(pass.finished().size()).isEqualTo(expected.length);
                }
                assertThat(at).isEqualTo(expected.length);
                assertThat(java.util.Arrays.mismatch(actual, 0, at, expected, 0, at))
                        .as(name)
                        .isNegative();
            }
        }
    }

    @Test
    void aFileBeyondFourGibibytesIsReadToItsEndAndItsHoleIsNot() throws IOException {
        NastyTree.build(folder, EnumSet.of(NastyTree.Part.HUGE), 3);
        try (OpenDirectory in = FILES.open(folder + "/huge")) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(8 << 20);
            long total = 0;
            long data = 0;
            FileReading reading = reading(in, "beyond 4 GiB", false);
            try (Reading pass = reading.open()) {
                for (int read; (read = pass.read(buffer.clear())) >= 0; total += read) {
                    if (total >= 4399L << 20 && total < 4401L << 20) {
                        for (int i = 0; i < read; i++) {
                            data += buffer.get(i) == 0 ? 0 : 1;
                        }
                    }
                }
                pass.finished();
            }
            assertThat(total).isEqualTo(4500L << 20);
            assertThat(data).isBetween(4900L, 5000L);
            assertThat(reading.size()).isEqualTo(total);
        }
    }

    @Test
    void aFileThatGrowsIsReadNoFurtherThanItReachedWhenOpened() throws IOException {
        Path file = Files.writeString(folder.resolve("log"), "12345");
        try (OpenDirectory in = FILES.open(folder.toString())) {
            FileReading reading = reading(in, "log", true);
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            try (Reading pass = reading.open()) {
                Files.writeString(file, "6789", StandardOpenOption.APPEND);
                assertThat(pass.read(buffer)).isEqualTo(5);
                assertThat(pass.read(buffer)).isEqualTo(-1);
                assertThat(pass.finished().size()).isEqualTo(5);
            }
            assertThat(reading.changed()).isTrue();
        }
    }

    @Test
    void aFileThatChangesFailsAtItsEndUnlessThisIsTheLastAttempt() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "12345");
        try (OpenDirectory in = FILES.open(folder.toString())) {
            FileReading reading = reading(in, "file", false);
            try (Reading pass = reading.open();
                    OpenFile writer = in.update("file")) {
                writer.write(ByteBuffer.wrap(new byte[] {'x'}), 0);
                writer.setMode(0640);
                assertThatThrownBy(pass::finished).isInstanceOf(IOException.class);
            }
            assertThat(reading.changed()).isTrue();
            assertThat(file).hasContent("x2345");
        }
    }

    @Test
    void theNodeHasTheAttributesAfterReading() throws IOException {
        Files.writeString(folder.resolve("file"), "12345");
        try (OpenDirectory in = FILES.open(folder.toString())) {
            FileReading reading = reading(in, "file", true);
            try (Reading pass = reading.open()) {
                in.setMode("file", 0604);
                Node node = pass.finished();
                assertThat(node.attributes().mode()).isEqualTo(0604);
                assertThat(node.attributes().ctime())
                        .isEqualTo(in.status("file").ctime());
            }
        }
    }
}
