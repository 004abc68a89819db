package holdfast.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.Backups;
import holdfast.io.posix.HostFiles;
import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.PathPatterns;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.repository.Lock;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.source.MadeUpSource;
import holdfast.storage.FaultyStorage;
import holdfast.storage.MemoryStorage;
import holdfast.verify.Verify;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what fits is gone, everything else is there byte for byte, and the manifest says so;
/// whichever call fails, no snapshot is lost, and the next run completes the work without doing any
/// of it twice.
class RewriteTest {
    private static final Instant TIME = Instant.parse("2026-02-01T00:00:00Z");

    private final SampleRepository repository = new SampleRepository();

    private static SampleTree tree() {
        return new SampleTree()
                .file("/srv/kept", "kept")
                .file("/srv/a/secret", "secret")
                .file("/srv/a/b/other", "other")
                .file("/srv/c/deep/secret/inside", "inside")
                .file("/srv/d/file", "file");
    }

    private static List<Rewrite.Change> rewrite(Repository open, boolean forget, String... patterns)
            throws IOException {
        Rewrite rewrite = new Rewrite(open, PathPatterns.of(List.of(patterns)), new Progress());
        try (Lock lock = SampleRepository.maintenance(open)) {
            return rewrite.apply(rewrite.plan(open.snapshots(), forget), forget, lock);
        }
    }

    private static Map<String, ObjectId> contents(Repository open, Snapshot snapshot) throws IOException {
        Map<String, ObjectId> contents = new TreeMap<>();
        Backups.contents(open, snapshot).forEach((path, bytes) -> contents.put(path, ObjectId.hash(bytes)));
        return contents;
    }

    private static Map<String, ObjectId> without(Map<String, ObjectId> contents, String path) {
        Map<String, ObjectId> left = new TreeMap<>(contents);
        left.keySet().removeIf(at -> at.equals(path) || at.startsWith(path + "/"));
        return left;
    }

    @Test
    void whatFitsIsGoneAndTheRestIsTheSame() throws IOException {
        Snapshot before = tree().save(repository.open(), TIME);
        Snapshot untouched = new SampleTree().file("/srv/kept", "kept").save(repository.open(), TIME.plusSeconds(9));
        repository.open().save(new Proof(before.id(), ProofLevel.SOUND, true, TIME, Duration.ZERO, "web", List.of()));
        List<Rewrite.Change> changes = rewrite(repository.open(), false, "secret");
        assertThat(changes).hasSize(1);
        Snapshot after = changes.getFirst().after();
        Repository next = repository.reopen();
        assertThat(next.snapshots()).containsExactlyInAnyOrder(before, after, untouched);
        assertThat(contents(next, after))
                .isEqualTo(without(without(contents(next, before), "/srv/a/secret"), "/srv/c/deep/secret"))
                .hasSize(3);
        assertThat(after.original()).isEqualTo(before.id());
        assertThat(after.tags()).containsExactly(Rewrite.TAG);
        assertThat(after.time()).isEqualTo(before.time());
        // folders in which nothing fits keep their trees
        assertThat(repository.folder(after, "/srv/d")).isEqualTo(repository.folder(before, "/srv/d"));
        assertThat(repository.folder(after, "/srv/a/b")).isEqualTo(repository.folder(before, "/srv/a/b"));
        assertThat(repository.node(after, "/srv/c/deep").subtree()).isNotNull();
        Removed removed = changes.getFirst().removed();
        assertThat(removed)
                .isEqualTo(new Removed(3, 2, "secretinside".length(), List.of("/srv/a/secret", "/srv/c/deep/secret")));
        assertThat(next.proofs()).hasSize(1);
    }

    @Test
    void nothingIsDoneTwice() throws IOException {
        tree().save(repository.open(), TIME);
        rewrite(repository.open(), false, "secret");
        List<Rewrite.Change> again = rewrite(repository.reopen(), false, "secret");
        assertThat(again).hasSize(1).allMatch(Rewrite.Change::there);
        assertThat(repository.reopen().snapshots()).hasSize(2);
        assertThat(rewrite(repository.reopen(), false, "nothing like it")).isEmpty();
    }

    @Test
    void theOldOneGoesWhenThatIsWanted() throws IOException {
        Snapshot before = tree().save(repository.open(), TIME);
        repository.open().save(new Proof(before.id(), ProofLevel.SOUND, true, TIME, Duration.ZERO, "web", List.of()));
        rewrite(repository.open(), true, "/srv/a");
        Snapshot only = repository.reopen().snapshots().getFirst();
        assertThat(repository.open().snapshots()).hasSize(1);
        assertThat(only.tags()).isEmpty();
        assertThat(only.original()).isEqualTo(before.id());
        assertThat(contents(repository.open(), only))
                .doesNotContainKey("/srv/a/secret")
                .hasSize(3);
        // what is known of the old one was not seen of the new one
        assertThat(repository.open().proofs()).isEmpty();
    }

    @Test
    void aPatternMayBeTakenBack() throws IOException {
        tree().save(repository.open(), TIME);
        List<Rewrite.Change> changes = rewrite(repository.open(), false, "secret", "!/srv/c/**/secret");
        assertThat(contents(repository.reopen(), changes.getFirst().after()))
                .containsKey("/srv/c/deep/secret/inside")
                .doesNotContainKey("/srv/a/secret");
    }

    @Test
    void aSnapshotOfWhichNothingIsLeftIsNotWritten() throws IOException {
        tree().save(repository.open(), TIME);
        List<String> files = List.copyOf(repository.files().keySet());
        assertThatThrownBy(() -> rewrite(repository.open(), true, "/srv"))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("nothing would be left");
        assertThat(repository.files().keySet()).containsExactlyElementsOf(files);
    }

    /// A manifest says what is in the snapshot: so does that of the new one, as a verification finds.
    @Test
    void theManifestSaysWhatIsLeft(@TempDir Path folder) throws IOException {
        Repository open = Backups.init(new MemoryStorage());
        MadeUpSource web = MadeUpSource.random("/srv/web", 1, 40, 5000);
        MadeUpSource mail = MadeUpSource.random("/srv/mail", 2, 20, 5000);
        Snapshot before = Backups.backUp(open, web, mail).snapshot();
        Manifest old = Manifests.read(open, before).orElseThrow();
        Rewrite.Change part = rewrite(open, false, "/srv/web/d1", "*.json").getFirst();
        Manifest less = Manifests.read(open, part.after()).orElseThrow();
        assertThat(less.nodes()).isEqualTo(old.nodes() - part.removed().nodes());
        assertThat(less.sources().getFirst().files())
                .isEqualTo(old.sources().getFirst().files() - part.removed().files());
        assertThat(less.sources().getFirst().bytes())
                .isEqualTo(old.sources().getFirst().bytes() - part.removed().bytes());
        assertThat(less.sources().getLast()).isEqualTo(old.sources().getLast());
        Snapshot.Summary counts = Objects.requireNonNull(part.after().summary());
        Snapshot.Summary all = Objects.requireNonNull(before.summary());
        assertThat(counts.totalFilesProcessed())
                .isEqualTo(all.totalFilesProcessed() - part.removed().files());
        assertThat(counts.totalBytesProcessed())
                .isEqualTo(all.totalBytesProcessed() - part.removed().bytes());
        assertThat(contents(open, part.after())).isEqualTo(without(contents(open, before), "/srv/web/d1"));
        sound(open, part.after(), folder);
        Rewrite.Change whole = rewrite(open, false, "/srv/web").stream()
                .filter(change -> change.before().equals(before))
                .findFirst()
                .orElseThrow();
        assertThat(Manifests.read(open, whole.after()).orElseThrow().sources())
                .containsExactly(old.sources().getLast());
        assertThat(contents(open, whole.after())).isEqualTo(without(contents(open, before), "/srv/web"));
        sound(open, whole.after(), folder);
    }

    private static void sound(Repository open, Snapshot snapshot, Path folder) throws IOException {
        Verify verify = new Verify(
                open,
                HostFiles.system(),
                Map.of(),
                new Verify.Setting("here", folder, false),
                Backups.CLOCK,
                new Progress());
        assertThat(verify.run(snapshot, ProofLevel.SOUND).proof().checks()).allMatch(CheckResult::passed);
    }

    @Test
    void aDatabaseStaysWholeOrGoesWhole() throws IOException {
        String database = "/postgresql/db:5432/shop";
        SourceRecord record = new SourceRecord(
                SourceKind.POSTGRES_DATABASE, "db/shop", database, Map.of(), List.of(), 2, 8, List.of(), List.of());
        Manifest manifest = new Manifest(
                Manifest.VERSION, TIME, "test", "host", "me", "", "", "", List.of(record, files("/srv")), 6);
        new SampleTree()
                .file(database + "/toc.dat", "toc.")
                .file(database + "/1.dat", "rows")
                .file("/srv/1.dat", "file")
                .file("/" + Manifest.NAME, new String(Manifests.toJson(manifest), StandardCharsets.UTF_8))
                .save(repository.open(), TIME);
        assertThatThrownBy(() -> rewrite(repository.open(), false, "*.dat"))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("part of the database db/shop");
        assertThat(repository.reopen().snapshots()).hasSize(1);
        Rewrite.Change taken = rewrite(repository.open(), false, "*.dat", "!" + database + "/**")
                .getFirst();
        assertThat(Manifests.read(repository.reopen(), taken.after())
                        .orElseThrow()
                        .sources())
                .containsExactly(record, without(files("/srv")));
        Rewrite.Change gone = rewrite(repository.open(), false, database).stream()
                .filter(change -> change.before().equals(taken.before()))
                .findFirst()
                .orElseThrow();
        assertThat(Manifests.read(repository.reopen(), gone.after())
                        .orElseThrow()
                        .sources())
                .containsExactly(files("/srv"));
    }

    private static SourceRecord files(String path) {
        return new SourceRecord(SourceKind.FILES, path, path, Map.of(), List.of(), 1, 4, List.of(), List.of());
    }

    private static SourceRecord without(SourceRecord files) {
        return new SourceRecord(
                SourceKind.FILES, files.path(), files.path(), Map.of(), List.of(), 0, 0, List.of(), List.of());
    }

    @Test
    @Tag("slow")
    void noSnapshotIsLostWhicheverCallFails() throws IOException {
        Snapshot first = tree().save(repository.open(), TIME);
        Snapshot second = tree().file("/srv/more", "more").save(repository.open(), TIME.plus(Duration.ofDays(1)));
        Map<ObjectId, Map<String, ObjectId>> before = new TreeMap<>();
        for (Snapshot snapshot : List.of(first, second)) {
            before.put(snapshot.id(), contents(repository.open(), snapshot));
        }
        for (FaultyStorage.Trouble trouble : FaultyStorage.Trouble.values()) {
            for (boolean forget : new boolean[] {false, true}) {
                for (int number = 0; ; number++) {
                    SampleRepository copy = repository.copy();
                    FaultyStorage storage = trouble.over(copy.storage(), number);
                    try {
                        rewrite(SampleRepository.open(storage), forget, "/srv/a");
                    } catch (IOException | HoldfastException e) {
                        assertThat(storage.faults()).isNotEmpty();
                    }
                    requireWhole(copy.reopen(), before, forget);
                    copy.open().locks().removeAll();
                    rewrite(copy.reopen(), forget, "/srv/a");
                    requireWhole(copy.reopen(), before, forget);
                    assertThat(copy.open().snapshots()).hasSize(forget ? 2 : 4);
                    if (storage.faults().isEmpty()) {
                        break;
                    }
                }
            }
        }
    }

    /// Each snapshot is one of before or what is left of one, and each of before is there in one of
    /// the two forms.
    private static void requireWhole(Repository open, Map<ObjectId, Map<String, ObjectId>> before, boolean forget)
            throws IOException {
        List<Snapshot> all = open.snapshots();
        for (Snapshot snapshot : all) {
            ObjectId original = snapshot.original();
            Map<String, ObjectId> expected = original == null
                    ? before.get(snapshot.id())
                    : without(before.getOrDefault(original, Map.of()), "/srv/a");
            assertThat(contents(open, snapshot)).isEqualTo(expected).isNotEmpty();
        }
        for (ObjectId id : before.keySet()) {
            assertThat(all)
                    .anyMatch(snapshot -> snapshot.id().equals(id) || (forget && id.equals(snapshot.original())));
        }
    }
}
