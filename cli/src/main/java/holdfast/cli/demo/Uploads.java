package holdfast.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// A folder of uploaded files: pictures that do not compress, documents that do, links, and names
/// people really use.
public final class Uploads {
    private final Path folder;
    private final Shop shop;
    private final Random random;
    private int added;

    public Uploads(Path folder, Shop shop, long seed) {
        this.folder = folder;
        this.shop = shop;
        this.random = new Random(seed);
    }

    public Path folder() {
        return folder;
    }

    /// Makes that many files of about 50 KiB on average.
    public void create(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Path directory = Files.createDirectories(folder.resolve("2026/" + String.format("%02d", 1 + i % 12)));
            Path file = directory.resolve(i % 3 == 0 ? "scan " + i + ".jpg" : "invoice-" + i + ".txt");
            Files.write(
                    file,
                    i % 3 == 0 ? bytes(20_000 + random.nextInt(150_000)) : shop.page(2_000 + random.nextInt(50_000)));
            Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_750_000_000L + i * 977L, i * 31L)));
        }
        Files.writeString(folder.resolve("Grüße — «été».txt"), "A name with accents.\n", StandardCharsets.UTF_8);
        Files.createSymbolicLink(folder.resolve("latest"), Path.of("2026/12"));
        Files.createLink(folder.resolve("same file.txt"), folder.resolve("Grüße — «été».txt"));
        Files.createDirectory(folder.resolve("empty"));
        Files.setPosixFilePermissions(
                Files.writeString(folder.resolve("private.key"), shop.prose(20), StandardCharsets.UTF_8),
                PosixFilePermissions.fromString("rw-------"));
        try (var sparse = Files.newByteChannel(
                folder.resolve("disk image.raw"),
                java.nio.file.StandardOpenOption.CREATE_NEW,
                java.nio.file.StandardOpenOption.WRITE)) {
            sparse.position(64 << 20);
            sparse.write(java.nio.ByteBuffer.wrap(shop.page(4096)));
        }
    }

    /// Rewrites part of one file in a hundred and adds a few.
    public void changeOnePercent() throws IOException {
        List<Path> files = files();
        for (int i = 0; i < files.size(); i += 100) {
            Files.write(files.get(i), shop.page(3_000 + random.nextInt(3_000)));
        }
        add();
    }

    /// One more upload.
    public void add() throws IOException {
        Files.write(folder.resolve("upload-" + added++ + ".bin"), bytes(5_000 + random.nextInt(20_000)));
    }

    /// What a bad day does: some files overwritten with rubbish, some gone, one folder gone.
    public void wreck() throws IOException {
        List<Path> files = files();
        for (int i = 0; i < files.size(); i += 5) {
            if (i % 2 == 0) {
                Files.write(files.get(i), bytes(100));
            } else {
                Files.delete(files.get(i));
            }
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder.resolve("2026"))) {
            all.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
        return files;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
