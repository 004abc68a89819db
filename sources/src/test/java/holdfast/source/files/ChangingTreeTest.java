package holdfast.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.io.posix.HostFiles;
import holdfast.model.SourceRecord;
import holdfast.model.SourceRecord.Failure;
import holdfast.source.Capture;
import holdfast.source.CollectingTreeSink;
import holdfast.source.TreeRemoval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: whatever happens to a tree while it is read, each file is stored whole, or named as a failure.
/// Method: the sink changes the tree at the moment a file is taken, after it was looked at and before it is opened.
class ChangingTreeTest {
    @TempDir
    Path folder;

    private Path root;
    private final CollectingTreeSink sink = new CollectingTreeSink();

    private interface Change {
        void apply(int time) throws IOException;
    }

    @BeforeEach
    void build() throws IOException {
        root = Files.createDirectory(folder.toRealPath().resolve("root"));
        for (int i = 0; i < 20; i++) {
            Files.writeString(root.resolve("file " + i), "content " + i);
        }
        Files.createDirectory(root.resolve("below"));
        Files.writeString(root.resolve("below/inside"), "content");
    }

    private SourceRecord store() throws IOException {
        try (Capture capture =
                new FilesSource(HostFiles.system(), root.toString(), FilesOptions.EVERYTHING).capture()) {
            SourceRecord stored = capture.writeTo(sink);
            assertThat(sink.openDirectories()).isZero();
            return stored;
        }
    }

    /// Applies a change each time the file is about to be taken, and tells it which time it is.
    private void whenTaken(String name, Change change) {
        AtomicInteger times = new AtomicInteger();
        sink.beforeFile(path -> {
            if (path.equals(root + "/" + name)) {
                try {
                    change.apply(times.incrementAndGet());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    private void append(String name, String text) throws IOException {
        Files.writeString(root.resolve(name), text, StandardOpenOption.APPEND);
    }

    private String content(String name) {
        return new String(sink.content(root + "/" + name), StandardCharsets.UTF_8);
    }

    @Test
    void aFileThatChangesOnceIsReadAgain() throws IOException {
        whenTaken("file 3", time -> {
            if (time == 1) {
                append("file 3", "!");
            }
        });
        SourceRecord stored = store();
        assertThat(stored.failures()).isEmpty();
        assertThat(content("file 3")).isEqualTo("content 3!");
        assertThat(sink.contentsOpened()).isEqualTo(22);
        assertThat(stored.files()).isEqualTo(21);
    }

    @Test
    void aFileThatKeepsChangingIsStoredAsLastReadAndNamed() throws IOException {
        whenTaken("file 3", _ -> append("file 3", "!"));
        SourceRecord stored = store();
        assertThat(stored.failures())
                .containsExactly(new Failure(root + "/file 3", "kept changing while it was read 3 times", true));
        assertThat(content("file 3")).isEqualTo("content 3!!!");
        assertThat(sink.get(root + "/file 3").size()).isEqualTo(12);
        assertThat(stored.files()).isEqualTo(21);
    }

    @Test
    void aFileThatShrinksOrIsRewrittenIsReadAgain() throws IOException {
        whenTaken("file 3", time -> {
            if (time == 1) {
                Files.writeString(root.resolve("file 3"), "c");
            } else if (time == 2) {
                Files.writeString(root.resolve("file 3"), "d");
            }
        });
        assertThat(store().failures()).isEmpty();
        assertThat(content("file 3")).isEqualTo("d");
    }

    @Test
    void aFileThatVanishesIsMissingAndNamed() throws IOException {
        whenTaken("file 3", _ -> Files.delete(root.resolve("file 3")));
        SourceRecord stored = store();
        assertThat(stored.failures())
                .containsExactly(new Failure(root + "/file 3", "vanished while it was read", false));
        assertThat(sink.has(root + "/file 3")).isFalse();
        assertThat(stored.files()).isEqualTo(20);
        assertThat(stored.details()).containsEntry("files.failures", "1");
    }

    @Test
    void aFileThatIsReplacedByAnotherIsStoredAsTheOther() throws IOException {
        whenTaken("file 3", time -> {
            if (time == 1) {
                Files.writeString(root.resolve("aside"), "replaced.");
                Files.move(root.resolve("aside"), root.resolve("file 3"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            }
        });
        assertThat(store().failures()).isEmpty();
        assertThat(content("file 3")).isEqualTo("replaced.");
    }

    @Test
    void aFileThatBecomesALinkIsNotFollowed() throws IOException {
        whenTaken("file 3", _ -> {
            Files.delete(root.resolve("file 3"));
            Files.createSymbolicLink(root.resolve("file 3"), Path.of("/etc/passwd"));
        });
        SourceRecord stored = store();
        assertThat(stored.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.stored()).isFalse())
                .satisfies(failure -> assertThat(failure.item()).isEqualTo(root + "/file 3"));
        assertThat(sink.has(root + "/file 3")).isFalse();
    }

    @Test
    void aDirectoryThatVanishesIsMissingAndNamed() throws Exception {
        AtomicInteger taken = new AtomicInteger();
        for (int i = 0; i < 400; i++) {
            Files.writeString(root.resolve("a" + i), "x");
        }
        Files.createDirectory(root.resolve("zz last"));
        sink.beforeFile(_ -> {
            try {
                if (taken.incrementAndGet() == 1) {
                    Files.delete(root.resolve("zz last"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(store().failures())
                .containsExactly(new Failure(root + "/zz last", "vanished while it was read", false));
    }

    /// Cuts a deep tree in the middle while the walk is at its bottom, when the directories far above have given their
    /// descriptors back.
    private void whenFarBelow(Path deep, Change cut) {
        String bottom = deep + "/level".repeat(700) + "/aa";
        sink.beforeFile(path -> {
            if (path.equals(bottom)) {
                try {
                    cut.apply(1);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    @Test
    void aDirectoryThatIsMovedFromUnderTheWalkIsStoredAllTheSame() throws IOException {
        Path deep = Files.createDirectory(root.resolve("deep"));
        Levels.build(deep, 700);
        whenFarBelow(deep, _ -> Files.move(deep.resolve("level/".repeat(100) + "level"), folder.resolve("elsewhere")));
        assertThat(store().failures()).isEmpty();
        for (int levels = 1; levels <= 700; levels++) {
            assertThat(sink.has(deep + "/level".repeat(levels) + "/zz"))
                    .as("level %d", levels)
                    .isTrue();
        }
        assertThat(sink.has(root + "/file 1")).isTrue();
        TreeRemoval.empty(folder);
    }

    @Test
    void aDirectoryThatIsNotFoundAgainIsNamed() throws IOException {
        Path deep = Files.createDirectory(root.resolve("deep"));
        Levels.build(deep, 700);
        whenFarBelow(deep, _ -> {
            Files.move(deep.resolve("level/".repeat(100) + "level"), folder.resolve("elsewhere"));
            Files.move(deep.resolve("level/".repeat(99) + "level"), folder.resolve("elsewhere too"));
        });
        String lost = deep + "/level".repeat(100);
        assertThat(store().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.item()).isEqualTo(lost))
                .satisfies(failure -> assertThat(failure.stored()).isTrue());
        assertThat(sink.has(lost + "/aa")).isTrue();
        assertThat(sink.has(lost + "/zz")).isFalse();
        assertThat(sink.has(deep + "/level".repeat(99) + "/zz")).isTrue();
        assertThat(sink.has(root + "/file 1")).isTrue();
        TreeRemoval.empty(folder);
    }

    @Test
    void onlyTheFirstThousandFailuresAreKeptButAllAreCounted() throws IOException {
        for (int i = 0; i < 1100; i++) {
            Files.writeString(root.resolve("gone " + i), "x");
        }
        sink.beforeFile(path -> {
            if (path.contains("gone ")) {
                try {
                    Files.delete(Path.of(path));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        SourceRecord stored = store();
        assertThat(stored.failures()).hasSize(1000);
        assertThat(stored.details()).containsEntry("files.failures", "1100");
        List<String> items = stored.failures().stream().map(Failure::item).toList();
        assertThat(items).isSorted().contains(root + "/gone 0");
    }

    @Test
    void aFailureOfTheRepositoryStopsAll() throws IOException {
        // so many that the other readers cannot be through with them before they hear of it
        for (int i = 0; i < 3000; i++) {
            Files.writeString(root.resolve("more " + i), "x");
        }
        AtomicInteger taken = new AtomicInteger();
        sink.beforeFile(_ -> {
            if (taken.incrementAndGet() == 5) {
                throw new UncheckedIOException(new IOException("the disk is full"));
            }
        });
        assertThatThrownBy(this::store).isInstanceOf(IOException.class).hasMessage("the disk is full");
        assertThat(taken.get()).isLessThan(3000);
        assertThat(sink.openDirectories())
                .as("nothing is sealed after a failure")
                .isPositive();
    }

    @Test
    void anInterruptionStopsAll() throws Exception {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread main = new Thread(() -> {
            try {
                store();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        sink.beforeFile(_ -> {
            main.interrupt();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                throw new UncheckedIOException(new IOException("interrupted", e));
            }
        });
        main.start();
        main.join(20_000);
        assertThat(main.isAlive()).isFalse();
        assertThat(thrown.get()).isInstanceOf(IOException.class).hasMessageContaining("interrupted");
    }
}
