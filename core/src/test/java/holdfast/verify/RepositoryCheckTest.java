package holdfast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobWriter;
import holdfast.repository.IndexEntry;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.repository.WriterOptions;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Goal: whatever is damaged in a repository, a check says so, names the file, and names the places in
/// snapshots that suffer; and it never cries when nothing is wrong.
class RepositoryCheckTest {
    private final SampleRepository repository = new SampleRepository();
    private final SampleTree tree = new SampleTree()
            .file("/data/app.db", random(5000, 1))
            .file("/data/copy.db", random(5000, 1))
            .file("/logs/log", random(2500, 2))
            .symlink("/link", "logs");
    private final Snapshot first = tree.save(repository.open(), Instant.EPOCH);
    private final Snapshot second =
            tree.file("/data/new.db", random(1500, 3)).save(repository.open(), Instant.EPOCH.plusSeconds(60));

    RepositoryCheckTest() throws IOException {}

    private static byte[] random(int bytes, long seed) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    private CheckReport check(CheckOptions options) throws IOException {
        return new RepositoryCheck(repository.reopen(), new Progress()).run(options);
    }

    private static Finding.Place place(Snapshot snapshot, String path) {
        return new Finding.Place(snapshot.id(), path);
    }

    private static Finding only(CheckReport report, Finding.Severity severity) {
        boolean error = severity == Finding.Severity.ERROR;
        assertThat(report.findings()).as("findings").hasSize(1);
        assertThat(report.errors()).isEqualTo(error ? 1 : 0);
        assertThat(report.warnings()).isEqualTo(error ? 0 : 1);
        assertThat(report.passed()).isEqualTo(!error);
        assertThat(report.findings().getFirst().severity()).isEqualTo(severity);
        return report.findings().getFirst();
    }

    private static String file(IndexEntry entry) {
        return "data/" + entry.pack();
    }

    @Test
    void aSoundRepositoryHasNoFindings() throws IOException {
        CheckReport structure = check(CheckOptions.STRUCTURE);
        assertThat(structure.findings()).isEmpty();
        assertThat(structure.counts().snapshots()).isEqualTo(2);
        assertThat(structure.counts().trees()).isEqualTo(5);
        assertThat(structure.counts().packs()).isEqualTo(4);
        assertThat(structure.counts().packsRead()).isZero();
        assertThat(structure.counts().unusedBytes()).isZero();
        CheckReport data = check(CheckOptions.READ_DATA);
        assertThat(data.findings()).isEmpty();
        assertThat(data.passed()).isTrue();
        assertThat(data.counts().packsRead()).isEqualTo(4);
        assertThat(data.counts().bytesRead()).isEqualTo(data.counts().packBytes());
    }

    @Test
    void anEmptyRepositoryIsSound() throws IOException {
        SampleRepository empty = new SampleRepository();
        assertThat(new RepositoryCheck(empty.open(), new Progress())
                        .run(CheckOptions.READ_DATA)
                        .findings())
                .isEmpty();
    }

    @Test
    void aMissingPackIsNamedWithThePlacesThatSuffer() throws IOException {
        IndexEntry lost = repository.blob(second, "/data/new.db", 0);
        repository.storage().delete(file(lost));
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR);
        assertThat(finding.subject()).isEqualTo(file(lost));
        assertThat(finding.problem()).contains("missing");
        assertThat(finding.affected()).containsExactly(place(second, "/data/new.db"));
    }

    /// A prune may be at work meanwhile: that is no damage as long as nothing needs what goes.
    @Test
    void aMarkedPackThatGoesMeanwhileIsNoDamageUnlessItIsNeeded() throws IOException {
        IndexEntry going = repository.blob(second, "/data/new.db", 0);
        IndexEntry trees = repository.entry(BlobType.TREE, second.tree());
        repository.open().delete(second);
        repository.open().mark(Set.of(going.pack(), trees.pack()));
        FaultyStorage removing = FaultyStorage.whenever(
                repository.storage(),
                call -> {
                    if (call.operation() == Operation.GET && call.name().equals(file(going))) {
                        repository.storage().delete(file(going));
                    }
                    return false;
                },
                Fault.NONE);
        Repository open = SampleRepository.open(removing);
        CheckReport report = new RepositoryCheck(open, new Progress()).run(CheckOptions.READ_DATA);
        assertThat(only(report, Finding.Severity.WARNING).problem()).contains("a prune had marked it");
        repository.storage().delete(file(trees));
        assertThat(check(CheckOptions.READ_DATA).passed()).isTrue();
        IndexEntry needed = repository.blob(first, "/data/app.db", 0);
        repository.reopen().mark(Set.of(needed.pack()));
        repository.storage().delete(file(needed));
        CheckReport lost = check(CheckOptions.STRUCTURE);
        assertThat(lost.errors()).isEqualTo(1);
        assertThat(lost.findings().getFirst().affected()).contains(place(first, "/data/app.db"));
    }

    @Test
    void aPackSharedByManyNamesAllOfThemOldestSnapshotFirst() throws IOException {
        repository.storage().delete(file(repository.blob(first, "/data/app.db", 0)));
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR);
        assertThat(finding.affected())
                .containsExactly(
                        place(first, "/data/app.db"),
                        place(first, "/data/copy.db"),
                        place(first, "/logs/log"),
                        place(second, "/data/app.db"),
                        place(second, "/data/copy.db"),
                        place(second, "/logs/log"));
        assertThat(finding.more()).isFalse();
    }

    @Test
    void aTruncatedPackIsFoundWithoutReadingIt() throws IOException {
        IndexEntry last = repository.blob(second, "/data/new.db", 1);
        byte[] whole = repository.bytes(file(last));
        repository.replace(file(last), Arrays.copyOf(whole, last.offset() + last.length() - 1));
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR);
        assertThat(finding.subject()).isEqualTo(file(last));
        assertThat(finding.problem()).contains("bytes, not " + whole.length);
        assertThat(finding.affected()).containsExactly(place(second, "/data/new.db"));
    }

    @Test
    void aPackThatHasGrownIsFound() throws IOException {
        IndexEntry entry = repository.blob(first, "/data/app.db", 0);
        byte[] whole = repository.bytes(file(entry));
        repository.replace(file(entry), Arrays.copyOf(whole, whole.length + 1));
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR);
        assertThat(finding.subject()).isEqualTo(file(entry));
        assertThat(finding.affected()).isEmpty();
    }

    @Test
    void aFlippedBitAnywhereInAnyPackIsFoundWhenDataIsRead() throws IOException {
        for (String name : repository.names("data/")) {
            byte[] whole = repository.bytes(name);
            for (int at = 0; at < whole.length; at += 97) {
                repository.flip(name, at);
                Finding finding = only(check(CheckOptions.READ_DATA), Finding.Severity.ERROR);
                assertThat(finding.subject()).as("byte %d", at).isEqualTo(name);
                assertThat(finding.problem()).contains("hash");
                repository.replace(name, whole);
            }
        }
        assertThat(check(CheckOptions.READ_DATA).findings()).isEmpty();
    }

    @Test
    void aFlippedBitInABlobNamesTheFilesThatHoldIt() throws IOException {
        IndexEntry blob = repository.blob(first, "/data/app.db", 2);
        repository.flip(file(blob), blob.offset() + 40);
        Finding finding = only(check(CheckOptions.READ_DATA), Finding.Severity.ERROR);
        assertThat(finding.problem()).contains("1 of its 8 blobs are damaged");
        assertThat(finding.affected())
                .containsExactly(
                        place(first, "/data/app.db"),
                        place(first, "/data/copy.db"),
                        place(second, "/data/app.db"),
                        place(second, "/data/copy.db"));
    }

    @Test
    void aDamagedTreeIsFoundWithoutReadingPacksWhole() throws IOException {
        IndexEntry entry = repository.entry(BlobType.TREE, repository.folder(second, "/data"));
        repository.flip(file(entry), entry.offset() + 20);
        for (CheckOptions options : List.of(CheckOptions.STRUCTURE, CheckOptions.READ_DATA)) {
            Finding finding = only(check(options), Finding.Severity.ERROR);
            assertThat(finding.subject()).isEqualTo(file(entry));
            assertThat(finding.affected()).containsExactly(place(second, "/data"));
        }
    }

    @Test
    void twoPacksThatHaveChangedPlacesAreFound() throws IOException {
        List<String> packs = repository.names("data/");
        byte[] one = repository.bytes(packs.get(0));
        byte[] two = repository.bytes(packs.get(1));
        repository.replace(packs.get(0), two);
        repository.replace(packs.get(1), one);
        CheckReport report = check(CheckOptions.READ_DATA);
        assertThat(report.findings().stream().filter(finding -> finding.severity() == Finding.Severity.ERROR))
                .extracting(Finding::subject)
                .containsExactlyInAnyOrder(packs.get(0), packs.get(1));
    }

    @Test
    void aDamagedIndexFileIsNamedAndWhatItAloneKnewIsLost() throws IOException {
        String index = indexOf(repository.blob(second, "/data/new.db", 0));
        repository.flip(index, 50);
        CheckReport report = check(CheckOptions.STRUCTURE);
        assertThat(report.passed()).isFalse();
        assertThat(report.findings()).anySatisfy(finding -> {
            assertThat(finding.subject()).isEqualTo(index);
            assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
        });
        assertThat(report.findings()).anySatisfy(finding -> {
            assertThat(finding.subject()).isEqualTo("tree " + second.tree());
            assertThat(finding.affected()).containsExactly(place(second, "/"));
        });
        assertThat(report.counts().orphans()).isEqualTo(2);
    }

    /// The index file that alone knows a blob.
    private String indexOf(IndexEntry entry) throws IOException {
        for (String name : repository.names("index/")) {
            byte[] content = repository.bytes(name);
            repository.storage().delete(name);
            boolean known = repository.reopen().index().contains(entry.type(), entry.id());
            repository.storage().put(name, ByteBuffer.wrap(content));
            if (!known) {
                return name;
            }
        }
        throw new AssertionError("no index file");
    }

    @Test
    void aDamagedSnapshotIsNamedAndTheOthersAreStillChecked() throws IOException {
        String name = "snapshots/" + second.id();
        repository.flip(name, 30);
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR);
        assertThat(finding.subject()).isEqualTo(name);
        assertThat(check(CheckOptions.STRUCTURE).counts().snapshots()).isEqualTo(1);
    }

    @Test
    void packsNoIndexKnowsAreHarmless() throws IOException {
        try (BlobWriter writer = repository.open().writer(WriterOptions.standard(() -> {}, new Progress()))) {
            var _ = writer.write(BlobType.DATA, ByteBuffer.wrap(random(100, 9)));
            writer.finish();
        }
        repository.storage().delete(indexOf(anyBlob(random(100, 9))));
        CheckReport report = check(CheckOptions.READ_DATA);
        Finding finding = only(report, Finding.Severity.WARNING);
        assertThat(finding.subject()).startsWith("data/");
        assertThat(finding.problem()).contains("no index");
        assertThat(report.counts().orphans()).isEqualTo(1);
    }

    private IndexEntry anyBlob(byte[] content) throws IOException {
        return repository.entry(BlobType.DATA, ObjectId.hash(content));
    }

    @Test
    void aSecondGoodCopyMeansNothingIsLost() throws IOException {
        IndexEntry blob = repository.blob(second, "/data/new.db", 0);
        try (BlobWriter writer = repository.open().writer(WriterOptions.standard(() -> {}, new Progress()))) {
            var _ = writer.rewrite(BlobType.DATA, repository.open().loadBlob(BlobType.DATA, blob.id()));
            writer.finish();
        }
        repository.flip(file(blob), blob.offset() + 20);
        CheckReport report = check(CheckOptions.READ_DATA);
        Finding finding = only(report, Finding.Severity.ERROR);
        assertThat(finding.affected()).isEmpty();
        assertThat(report.counts().duplicateBlobs()).isEqualTo(1);
    }

    @Test
    void aTreeThatMakesNoSenseIsNamedWithItsPlaces() throws IOException {
        Repository open = repository.open();
        Node good = repository.node(first, "/link");
        Node bad = new Node("..", good.type(), good.attributes(), 0, 1, "x", 0, List.of(), null);
        ObjectId root = writeTree(List.of(bad, good));
        Snapshot snapshot = open.save(SampleTree.snapshot(root, Instant.EPOCH.plusSeconds(99)));
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR);
        assertThat(finding.subject()).isEqualTo("tree " + root);
        assertThat(finding.problem()).contains("no file name");
        assertThat(finding.affected()).containsExactly(place(snapshot, "/"));
    }

    @Test
    void aFileWhoseSizeIsNotThatOfItsContentIsFound() throws IOException {
        Node file = repository.node(first, "/logs/log");
        ObjectId root = writeTree(List.of(file.withContent(file.content(), 2501)));
        repository.open().save(SampleTree.snapshot(root, Instant.EPOCH.plusSeconds(99)));
        assertThat(only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR).problem())
                .contains("log has 2500 bytes of content, not 2501");
    }

    @Test
    void aBlobOfTheWrongTypeIsFound() throws IOException {
        Node file = repository.node(first, "/logs/log");
        ObjectId root = writeTree(List.of(file.withContent(List.of(first.tree()), 2500)));
        Snapshot snapshot = repository.open().save(SampleTree.snapshot(root, Instant.EPOCH.plusSeconds(99)));
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR);
        assertThat(finding.subject()).isEqualTo("blob " + first.tree());
        assertThat(finding.problem()).contains("is a tree where content is wanted");
        assertThat(finding.affected()).containsExactly(place(snapshot, "/log"));
    }

    private ObjectId writeTree(List<Node> nodes) throws IOException {
        try (BlobWriter writer = repository.open().writer(WriterOptions.standard(() -> {}, new Progress()))) {
            ObjectId root = writer.writeTree(new Tree(nodes));
            writer.finish();
            return root;
        }
    }

    @Test
    void damagedProofsAndLocksAreWarningsAndDamagedKeysErrors() throws IOException {
        Repository open = repository.reopen();
        open.save(new Proof(first.id(), ProofLevel.STORED, true, Instant.EPOCH, Duration.ZERO, "host", List.of()));
        String proof = repository.names("proofs/").getFirst();
        byte[] whole = repository.bytes(proof);
        repository.flip(proof, 5);
        Finding finding = only(check(CheckOptions.STRUCTURE), Finding.Severity.WARNING);
        assertThat(finding.subject()).isEqualTo(proof);
        repository.replace(proof, whole);
        try (Lock lock = repository.reopen().locks().shared()) {
            lock.check();
            String name = repository.names("locks/").getFirst();
            byte[] content = repository.bytes(name);
            repository.flip(name, 5);
            assertThat(only(check(CheckOptions.STRUCTURE), Finding.Severity.WARNING)
                            .subject())
                    .isEqualTo(name);
            repository.replace(name, content);
        }
        var _ = repository.reopen().keys().add(SampleRepository.PASSWORD);
        String key = repository.names("keys/").getFirst();
        repository.flip(key, 20);
        assertThat(only(check(CheckOptions.STRUCTURE), Finding.Severity.ERROR).subject())
                .isEqualTo(key);
    }

    @Test
    void checkingChangesNothing() throws IOException {
        repository.flip(repository.names("data/").getFirst(), 60);
        var before = repository.files();
        check(CheckOptions.READ_DATA);
        assertThat(repository.files()).isEqualTo(before);
    }

    @Test
    void partsOfTheDataTogetherFindWhatReadingAllFinds() throws IOException {
        for (String name : repository.names("data/")) {
            repository.flip(name, 60);
        }
        List<String> found = new ArrayList<>();
        for (int part = 1; part <= 3; part++) {
            check(new CheckOptions(new DataSubset.Part(part, 3), 0)).findings().stream()
                    .filter(finding -> finding.problem().contains("hash"))
                    .forEach(finding -> found.add(finding.subject()));
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(repository.names("data/"));
    }
}
