package holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalStorageTest extends StorageContract {
    private static final String ID = "ab".repeat(32);

    @TempDir
    private Path root;

    @Override
    protected Storage open() {
        return new LocalStorage(root);
    }

    @Test
    void theLayoutIsRestics() throws IOException {
        Path fresh = root.resolve("parent/repository");
        Storage storage = new LocalStorage(fresh);
        storage.put("keys/" + ID, ByteBuffer.allocate(3));
        storage.put("config", ByteBuffer.allocate(5));
        storage.put("data/" + ID, ByteBuffer.allocate(7));
        storage.put("proofs/" + ID, ByteBuffer.allocate(9));

        assertThat(fresh.resolve("config")).hasSize(5);
        assertThat(fresh.resolve("keys/" + ID)).hasSize(3);
        assertThat(fresh.resolve("data/ab/" + ID)).hasSize(7);
        assertThat(fresh.resolve("proofs/" + ID)).hasSize(9);
        for (String kind : List.of("locks", "snapshots", "index", "data/00", "data/7f", "data/ff")) {
            assertThat(fresh.resolve(kind)).isDirectory();
        }
        assertThat(fresh.resolve("data").toFile().list()).hasSize(256);
        try (Stream<Path> paths = Files.walk(fresh.getParent())) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as("%s", path)
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "r--------");
            }
        }
    }

    @Test
    void foldersThatAreMissingAreMadeOnDemand() throws IOException {
        Storage storage = new LocalStorage(root);
        storage.put("data/" + ID, ByteBuffer.allocate(1));
        assertThat(root.resolve("data/ab/" + ID)).exists();
    }

    @Test
    void aStorageThatWentAwayIsNotSilentlyStartedAnew() throws IOException {
        Path gone = root.resolve("unmounted");
        Storage storage = new LocalStorage(gone);
        assertThatThrownBy(() -> storage.put("data/" + ID, ByteBuffer.allocate(1)))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(gone.toString());
        assertThat(gone).doesNotExist();
        try (Stream<StoredFile> files = storage.list("data/")) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void whatDoesNotBelongIsNotListed() throws IOException {
        Storage storage = new LocalStorage(root);
        storage.put("config", ByteBuffer.allocate(1));
        storage.put("data/" + ID, ByteBuffer.allocate(1));
        storage.put("keys/" + ID, ByteBuffer.allocate(1));
        Files.write(root.resolve("data/00/" + ID), new byte[1]);
        Files.write(root.resolve("data/ab/" + ID.substring(2)), new byte[1]);
        Files.write(root.resolve("data/ab/readme.txt"), new byte[1]);
        Files.write(root.resolve("data/" + ID), new byte[1]);
        Files.createDirectory(root.resolve("data/ab/" + "abcd".repeat(16)));
        Files.createDirectory(root.resolve("data/lost+found"));
        Files.write(root.resolve("keys/" + ID + "-tmp-123"), new byte[1]);
        Files.write(root.resolve("keys/" + ID.toUpperCase(Locale.ROOT)), new byte[1]);
        for (String kind : List.of("data/", "keys/")) {
            try (Stream<StoredFile> files = storage.list(kind)) {
                assertThat(files).containsExactly(new StoredFile(kind + ID, 1));
            }
        }
    }

    @Test
    void leftOversGoAfterADayAndNotBefore() throws IOException {
        Storage storage = new LocalStorage(root);
        storage.put("config", ByteBuffer.allocate(1));
        Path old = Files.write(root.resolve("data/ab/" + ID + "-tmp-00ff"), new byte[1]);
        Path resticsOld = Files.write(root.resolve("data/ab/" + ID + "-tmp-1234567890"), new byte[1]);
        Path recent = Files.write(root.resolve("data/ab/" + ID + "-tmp-00fe"), new byte[1]);
        Path foreign = Files.write(root.resolve("data/ab/notes-tmp-of-mine"), new byte[1]);
        FileTime now = Files.getLastModifiedTime(recent);
        for (Path path : List.of(old, resticsOld, foreign)) {
            Files.setLastModifiedTime(path, FileTime.from(now.toInstant().minusSeconds(90_000)));
        }
        Files.setLastModifiedTime(recent, FileTime.from(now.toInstant().minusSeconds(80_000)));
        try (Stream<StoredFile> files = storage.list("data/")) {
            assertThat(files).isEmpty();
        }
        assertThat(old).doesNotExist();
        assertThat(resticsOld).doesNotExist();
        assertThat(recent).exists();
        assertThat(foreign).exists();
        assertThat(root.resolve("data/ab").toFile().list()).hasSize(2);
    }

    @Test
    void aFailureNamesTheFileAndLeavesNothing() throws IOException {
        Storage storage = new LocalStorage(root);
        storage.put("config", ByteBuffer.allocate(1));
        Files.delete(root.resolve("locks"));
        Files.write(root.resolve("locks"), new byte[0]);
        assertThatThrownBy(() -> storage.put("locks/" + ID, ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(root.resolve("locks").toString());
    }

    @Test
    void locationIsThePath() {
        assertThat(new LocalStorage(root.resolve("a/../b")).location())
                .isEqualTo(root.resolve("b").toString());
    }
}
