package holdfast.repair;

import static holdfast.repair.Repaired.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import holdfast.backup.Backups;
import holdfast.io.posix.HostFiles;
import holdfast.model.BlobType;
import holdfast.model.Fingerprint;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.model.TableState;
import holdfast.model.Tree;
import holdfast.repair.SnapshotPlan.Fate;
import holdfast.repository.BlobWriter;
import holdfast.repository.IndexEntry;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.repository.WriterOptions;
import holdfast.storage.FaultyStorage;
import holdfast.verify.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a damaged snapshot is replaced by one that says what it lost and holds all else to the byte; one that lost
/// nothing stays as it is.
class SnapshotRepairTest {
    private static final Instant TIME = Instant.parse("2026-02-01T00:00:00Z");

    @TempDir
    Path sandboxes;

    private final SampleRepository repository = new SampleRepository();
    private Snapshot whole;
    private Snapshot damaged;
    private SortedMap<String, byte[]> before;
    private List<SourceRecord> sourcesBefore;

    private static SourceRecord source(SourceKind kind, String path, long files, List<TableRecord> tables) {
        return new SourceRecord(kind, path, path, Map.of(), tables, files, 9, List.of(), List.of());
    }

    /// Files, and two databases one of which lies within them.
    private static SampleTree tree() {
        TableRecord table =
                new TableRecord("users", 3, new Fingerprint(1, 2)).withState(new TableState("users", 10, "definition"));
        Manifest manifest = new Manifest(
                1,
                TIME,
                "holdfast test",
                "web",
                "ann",
                "",
                "",
                "",
                List.of(
                        source(SourceKind.FILES, "/srv", 3, List.of()),
                        source(SourceKind.SQLITE, "/srv/app.db", 1, List.of(table)),
                        source(SourceKind.SQLITE, "/other/app.db", 1, List.of(table))),
                10);
        return new SampleTree()
                .file("/srv/a", random(5000, 1))
                .file("/srv/deep/er/b", random(2500, 2))
                .file("/srv/deep/er/empty", new byte[0])
                .symlink("/srv/link", "a")
                .file("/srv/app.db", random(3000, 3))
                .file("/other/app.db", random(3000, 4))
                .file("/" + Manifest.NAME, Manifests.toJson(manifest));
    }

    @BeforeEach
    void twoSnapshots() throws IOException {
        whole = new SampleTree().file("/c", random(3500, 5)).save(repository.open(), TIME.minusSeconds(60));
        damaged = tree().save(repository.open(), TIME);
        before = Backups.contents(repository.reopen(), damaged);
        sourcesBefore = manifest(damaged).sources();
        for (Snapshot snapshot : List.of(whole, damaged)) {
            repository.open().save(proof(snapshot));
        }
    }

    private static Proof proof(Snapshot snapshot) {
        return new Proof(
                snapshot.id(), ProofLevel.SOUND, true, TIME.plusSeconds(9), Duration.ofSeconds(1), "web", List.of());
    }

    /// Loses one blob for good, as a repair of packs does it with one whose bytes are wrong.
    private void lose(BlobType type, ObjectId id) throws IOException {
        Repository open = repository.reopen();
        IndexEntry entry = repository.entry(type, id);
        repository.flip("data/" + entry.pack(), entry.offset() + 20);
        assertThat(Repaired.packs(open, List.of(entry.pack()), false).lost()).isEqualTo(1);
        assertThat(Repaired.check(repository.reopen()).passed()).isFalse();
    }

    private void loseContent(String path, int number) throws IOException {
        lose(BlobType.DATA, repository.node(damaged, path).content().get(number));
    }

    private Snapshot repair(boolean forget) throws IOException {
        List<SnapshotRepair.Result> results = Repaired.snapshots(repository.reopen(), forget);
        assertThat(results).hasSize(1);
        assertThat(results.getFirst().before()).isEqualTo(damaged);
        repository.reopen();
        return results.getFirst().after().orElseThrow();
    }

    private Proof verify(Snapshot snapshot) throws IOException {
        Verify.Setting setting = new Verify.Setting("web", sandboxes, false);
        return new Verify(
                        repository.reopen(),
                        HostFiles.system(),
                        Map.of(),
                        setting,
                        SampleRepository.CLOCK,
                        new Progress())
                .run(snapshot, ProofLevel.SOUND)
                .proof();
    }

    private Manifest manifest(Snapshot snapshot) throws IOException {
        return Manifests.read(repository.open(), snapshot).orElseThrow();
    }

    private byte[] before(String path) {
        return Objects.requireNonNull(before.get(path));
    }

    private static byte[] without(byte[] content, int blob) {
        byte[] rest = new byte[content.length - 1000];
        System.arraycopy(content, 0, rest, 0, 1000 * blob);
        System.arraycopy(content, 1000 * (blob + 1), rest, 1000 * blob, rest.length - 1000 * blob);
        return rest;
    }

    @Test
    void nothingHappensToWhatIsWhole() throws IOException {
        var files = repository.files();
        assertThat(Repaired.snapshots(repository.reopen(), true)).isEmpty();
        assertThat(repository.files()).isEqualTo(files);
    }

    @Test
    void aFileIsCutAndAllElseIsAsItWas() throws IOException {
        loseContent("/srv/a", 2);
        Snapshot after = repair(true);
        SortedMap<String, byte[]> expected = new TreeMap<>(before);
        expected.put("/srv/a", without(before("/srv/a"), 2));
        assertThat(Repaired.same(Backups.contents(repository.open(), after), expected))
                .isTrue();
        Node cut = repository.node(after, "/srv/a");
        assertThat(cut.size()).isEqualTo(4000);
        assertThat(cut.attributes())
                .isEqualTo(repository.node(damaged, "/srv/a").attributes());
        assertThat(repository.folder(after, "/srv/deep")).isEqualTo(repository.folder(damaged, "/srv/deep"));
        assertThat(after.tags()).containsExactly("repaired", "incomplete");
        assertThat(after.original()).isEqualTo(damaged.id());
        assertThat(after.time()).isEqualTo(damaged.time());
        assertThat(after.paths()).isEqualTo(damaged.paths());
        Repaired.assertClean(repository.open());
        assertThat(repository.open().snapshots()).containsExactly(whole, after);
    }

    @Test
    void theDocumentSaysWhatIsMissingFromTheFiles() throws IOException {
        loseContent("/srv/a", 2);
        Snapshot snapshot = repair(true);
        Manifest after = manifest(snapshot);
        assertThat(after.nodes()).isEqualTo(10);
        SourceRecord files = after.sources().getFirst();
        assertThat(files.failures())
                .containsExactly(new SourceRecord.Failure(
                        "/srv/a", "lost in the repository: 1000 of 5000 bytes are lost, 4000 are left", true));
        assertThat(files.files()).isEqualTo(3);
        assertThat(files.bytes()).isEqualTo(6500);
        assertThat(after.damaged()).isFalse();
        assertThat(after.complete()).isFalse();
        assertThat(after.sources().subList(1, 3)).isEqualTo(sourcesBefore.subList(1, 3));
        assertThat(verify(snapshot).passed()).as("what is left is as it says").isTrue();
    }

    @Test
    void aDatabaseThatLostAnythingIsDamaged() throws IOException {
        loseContent("/srv/app.db", 0);
        Snapshot snapshot = repair(true);
        Manifest after = manifest(snapshot);
        assertThat(snapshot.tags()).containsExactly("repaired", "damaged");
        SourceRecord database = after.sources().get(1);
        assertThat(database.damage())
                .containsExactly("lost in the repository: /srv/app.db: 1000 of 3000 bytes are lost, 2000 are left");
        assertThat(database.tables().getFirst().state())
                .as("a later backup would take the rows from here")
                .isNull();
        assertThat(database.tables().getFirst().fingerprint()).isEqualTo(new Fingerprint(1, 2));
        assertThat(after.sources().get(0)).isEqualTo(sourcesBefore.get(0));
        assertThat(after.sources().get(2)).isEqualTo(sourcesBefore.get(2));
        Proof proof = verify(snapshot);
        assertThat(proof.passed()).isFalse();
        assertThat(proof.checks().getFirst().detail()).startsWith("recorded as damaged: lost in the repository");
    }

    @Test
    void aFolderWhoseTreeIsLostBecomesEmpty() throws IOException {
        lose(BlobType.TREE, repository.folder(damaged, "/srv/deep"));
        Snapshot after = repair(true);
        SortedMap<String, byte[]> expected = new TreeMap<>(before);
        expected.keySet().removeIf(path -> path.startsWith("/srv/deep/"));
        assertThat(Repaired.same(Backups.contents(repository.open(), after), expected))
                .isTrue();
        assertThat(repository
                        .open()
                        .loadTree(repository.folder(after, "/srv/deep"))
                        .nodes())
                .isEmpty();
        assertThat(manifest(after).sources().getFirst().files()).isEqualTo(1);
        assertThat(manifest(after).nodes()).isEqualTo(7);
        Repaired.assertClean(repository.open());
    }

    @Test
    void withAFolderGoTheSourcesInIt() throws IOException {
        lose(BlobType.TREE, repository.folder(damaged, "/srv"));
        Manifest after = manifest(repair(true));
        assertThat(after.sources().get(0).failures()).hasSize(1);
        assertThat(after.sources().get(1).damage())
                .containsExactly("lost in the repository: /srv: what was in this folder is lost");
        assertThat(after.sources().get(2).damage()).isEmpty();
    }

    @Test
    void ofASnapshotWithoutRootNothingIsLeft() throws IOException {
        lose(BlobType.TREE, damaged.tree());
        SnapshotPlan plan = new SnapshotRepair(repository.reopen(), new Progress()).plan(List.of(whole, damaged));
        assertThat(plan.repairs()).hasSize(1);
        assertThat(plan.repairs().getFirst().fate()).isEqualTo(Fate.NOTHING_LEFT);
        assertThat(plan.intact()).isEqualTo(1);
        assertThat(Repaired.snapshots(repository.reopen(), false))
                .containsExactly(new SnapshotRepair.Result(damaged, java.util.Optional.empty(), false));
        assertThat(repository.reopen().snapshots()).containsExactly(whole, damaged);
        Repaired.snapshots(repository.reopen(), true);
        assertThat(repository.reopen().snapshots()).containsExactly(whole);
        assertThat(Repaired.check(repository.open()).passed()).isTrue();
    }

    @Test
    void aLostDocumentIsLeftOut() throws IOException {
        loseContent("/" + Manifest.NAME, 0);
        Snapshot after = repair(true);
        assertThat(Manifests.read(repository.open(), after)).isEmpty();
        assertThat(after.tags()).containsExactly("repaired", "incomplete");
        assertThat(Repaired.same(Backups.contents(repository.open(), after), before))
                .isTrue();
    }

    @Test
    void noProofIsInherited() throws IOException {
        loseContent("/srv/a", 0);
        Snapshot after = repair(false);
        assertThat(repository.open().snapshots()).containsExactlyInAnyOrder(whole, damaged, after);
        assertThat(repository.open().proofs()).containsExactlyInAnyOrder(proof(whole), proof(damaged));
        repair(true);
        assertThat(repository.open().proofs()).containsExactly(proof(whole));
    }

    @Test
    void twiceMakesNoThirdOne() throws IOException {
        loseContent("/srv/a", 0);
        Snapshot after = repair(false);
        var files = repository.files();
        assertThat(repair(false)).isEqualTo(after);
        assertThat(repository.files()).isEqualTo(files);
        assertThat(repair(true)).isEqualTo(after);
        assertThat(repository.open().snapshots()).containsExactly(whole, after);
        Repaired.assertClean(repository.open());
    }

    /// What only looks wrong is put right, and is no loss.
    @Test
    void aWrongSizeIsPutRight() throws IOException {
        damaged = new SampleTree()
                .file("/a", random(3000, 9))
                .edit(
                        "/a",
                        node -> new Node(node.name(), node.type(), node.attributes(), 77, 1, "", 0, List.of(), null))
                .save(repository.open(), TIME.plusSeconds(60));
        Snapshot after = repair(true);
        assertThat(repository.node(after, "/a").size()).isEqualTo(3000);
        assertThat(after.tags()).containsExactly("repaired");
        Repaired.assertClean(repository.open());
    }

    /// Else what a lost index file knew would be cut out of snapshots.
    @Test
    void withoutARightIndexNothingIsTouched() throws IOException {
        for (String file : repository.names("index/")) {
            repository.storage().delete(file);
        }
        var files = repository.files();
        Repository open = repository.reopen();
        assertThatExceptionOfType(HoldfastException.PreCheckFailed.class)
                .isThrownBy(() -> Repaired.snapshots(open, true))
                .satisfies(refusal -> assertThat(refusal.hint()).contains("holdfast repair index"));
        assertThat(repository.files()).isEqualTo(files);
    }

    @Test
    void everySnapshotIsThereWhicheverCallFails() throws IOException {
        loseContent("/srv/a", 2);
        Map<ObjectId, SortedMap<String, byte[]>> restorable = Repaired.restorable(repository.reopen());
        SortedMap<String, byte[]> expected = new TreeMap<>(before);
        expected.put("/srv/a", without(before("/srv/a"), 2));
        for (FaultyStorage.Trouble trouble : FaultyStorage.Trouble.values()) {
            for (int number = 0; ; number++) {
                SampleRepository copy = repository.copy();
                FaultyStorage storage = trouble.over(copy.storage(), number);
                try {
                    Repaired.snapshots(SampleRepository.open(storage), true);
                } catch (IOException | HoldfastException e) {
                    assertThat(storage.faults()).isNotEmpty();
                }
                Repository next = copy.reopen();
                Repaired.assertNothingLost(restorable, next, trouble + " at call " + number);
                assertThat(next.snapshots().stream().map(Snapshot::time)).contains(damaged.time());
                next.locks().removeAll();
                Repaired.index(next);
                Repaired.snapshots(next, true);
                List<Snapshot> left = copy.reopen().snapshots();
                assertThat(left).hasSize(2);
                assertThat(Repaired.same(Backups.contents(copy.open(), left.getLast()), expected))
                        .isTrue();
                assertThat(Repaired.check(copy.open()).passed()).isTrue();
                if (storage.faults().isEmpty()) {
                    break;
                }
            }
        }
    }

    @Test
    void whatIsSharedIsCutInEverySnapshot() throws IOException {
        Snapshot later = tree().file("/srv/new", random(900, 6)).save(repository.open(), TIME.plusSeconds(60));
        loseContent("/srv/deep/er/b", 1);
        List<SnapshotRepair.Result> results = Repaired.snapshots(repository.reopen(), true);
        assertThat(results.stream().map(SnapshotRepair.Result::before)).containsExactly(damaged, later);
        repository.reopen();
        for (SnapshotRepair.Result result : results) {
            assertThat(Arrays.equals(
                            Backups.contents(repository.open(), result.after().orElseThrow())
                                    .get("/srv/deep/er/b"),
                            without(before("/srv/deep/er/b"), 1)))
                    .isTrue();
        }
        Repaired.assertClean(repository.open());
    }

    /// The index knows the empty tree, but its only copy is one that cannot be read.
    @Test
    void whatIsWrittenIsStoredEvenIfADamagedCopyOfItIsKnown() throws IOException {
        Snapshot empty = new SampleTree().folder("/empty").save(repository.open(), TIME.minusSeconds(90));
        IndexEntry copy = repository.entry(BlobType.TREE, repository.folder(empty, "/empty"));
        lose(BlobType.TREE, repository.folder(damaged, "/srv/deep"));
        repository.flip("data/" + copy.pack(), copy.offset() + 20);
        assertThat(Repaired.snapshots(repository.reopen(), true)).hasSize(2);
        Snapshot after = repository.reopen().snapshots().getLast();
        assertThat(repository
                        .open()
                        .loadTree(repository.folder(after, "/srv/deep"))
                        .nodes())
                .isEmpty();
        assertThat(Repaired.snapshots(repository.reopen(), true)).isEmpty();
    }

    /// A hundred levels of folders that hold the one below them twice: two to the power of a hundred places.
    @Test
    void foldersThatAreSharedWithoutEndHaveAnEnd() throws IOException {
        Node file = repository.node(damaged, "/srv/a");
        ObjectId gone = new ObjectId(1, 2, 3, 4);
        ObjectId root;
        try (BlobWriter writer = repository.open().writer(WriterOptions.standard(() -> {}, new Progress()))) {
            ObjectId below = writer.writeTree(new Tree(List.of(file.withContent(List.of(gone), 1000))));
            for (int level = 0; level < 100; level++) {
                Node folder = repository.node(damaged, "/srv").withSubtree(below);
                below = writer.writeTree(new Tree(List.of(named(folder, "a"), named(folder, "b"))));
            }
            root = below;
            writer.finish();
        }
        damaged = repository.open().save(SampleTree.snapshot(root, TIME.plusSeconds(60)));
        Snapshot after = repair(true);
        assertThat(after.tags()).containsExactly("repaired", "incomplete");
        Repaired.assertClean(repository.open());
    }

    private static Node named(Node node, String name) {
        return new Node(name, node.type(), node.attributes(), 0, 1, "", 0, List.of(), node.subtree());
    }
}
