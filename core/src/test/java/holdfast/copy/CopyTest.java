package holdfast.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.Backups;
import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.repository.BlobWriter;
import holdfast.repository.IndexEntry;
import holdfast.repository.InitOptions;
import holdfast.repository.Lock;
import holdfast.repository.Repositories;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import holdfast.repository.WriterOptions;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.FaultyStorage.Operation;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: a copy holds what was copied, byte for byte, whichever way its blobs came; whatever fails,
/// every snapshot that is listed in the target is whole, and the next copy completes the work.
class CopyTest {
    private static final Instant TIME = Instant.parse("2026-02-01T00:00:00Z");

    private final SampleRepository source = new SampleRepository();
    private final SampleRepository target = new SampleRepository();

    private static byte[] noise(int seed) {
        byte[] bytes = new byte[2500];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /// Compressible, and no two blobs are equal.
    private static String text(String word, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(word).append(' ').append(i).append('\n');
        }
        return text.toString();
    }

    private static SampleTree first() {
        return new SampleTree()
                .file("/srv/noise", noise(1))
                .file("/srv/text", text("one", 600))
                .file("/srv/empty", "")
                .folder("/srv/folder")
                .symlink("/srv/link", "text");
    }

    private static SampleTree second() {
        return first().file("/srv/sub/new", text("two", 600)).remove("/srv/noise");
    }

    private static Snapshot save(SampleRepository repository, SampleTree tree, int day) throws IOException {
        return tree.save(repository.open(), TIME.plus(Duration.ofDays(day)));
    }

    private static Copy copy(Repository from, Repository to) {
        return new Copy(
                from, to, new Copy.Options(WriterOptions.AUTO, true, "here"), SampleRepository.CLOCK, new Progress());
    }

    private static CopyResult run(Repository from, Repository to) throws IOException {
        Copy copy = copy(from, to);
        try (Lock lock = SampleRepository.shared(to)) {
            return copy.apply(copy.plan(from.readableSnapshots()), lock);
        }
    }

    /// Every file of a snapshot, read from the storage, by path.
    private static Map<String, ObjectId> contents(Repository repository, Snapshot snapshot) throws IOException {
        Map<String, ObjectId> contents = new TreeMap<>();
        Backups.contents(repository, snapshot).forEach((path, bytes) -> contents.put(path, ObjectId.hash(bytes)));
        return contents;
    }

    /// Each snapshot of the target is whole, and one of the source.
    private static List<Snapshot> requireWhole(SampleRepository source, SampleRepository target) throws IOException {
        Repository from = source.reopen();
        Repository to = target.reopen();
        for (Snapshot copied : to.snapshots()) {
            Snapshot original = from.snapshots().stream()
                    .filter(one -> one.id().equals(copied.original()))
                    .findFirst()
                    .orElseThrow();
            assertThat(contents(to, copied)).isEqualTo(contents(from, original)).isNotEmpty();
            assertThat(copied.tree()).isEqualTo(original.tree());
        }
        return to.snapshots();
    }

    /// The lock, which does not know that mark, keeps what is marked: it counts as arrived.
    @Test
    void aPruneMayMarkTheVeryPacksThatAreBeingWritten() throws IOException {
        save(source, first(), 1);
        AtomicBoolean marked = new AtomicBoolean();
        FaultyStorage pruned = FaultyStorage.whenever(
                target.storage(),
                call -> {
                    if (call.operation() == FaultyStorage.Operation.PUT
                            && call.name().startsWith("index/")
                            && !marked.getAndSet(true)) {
                        markAll();
                    }
                    return false;
                },
                FaultyStorage.Fault.NONE);
        assertThat(run(source.open(), SampleRepository.open(pruned)).copied()).hasSize(1);
        assertThat(target.names("marks/")).hasSize(1);
        assertThat(requireWhole(source, target)).hasSize(1);
    }

    private void markAll() {
        try {
            SampleRepository.open(target.storage())
                    .mark(target.names("data/").stream()
                            .map(pack -> ObjectId.parse(pack.substring("data/".length())))
                            .collect(Collectors.toSet()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everySnapshotArrivesWholeAndIsThatOfTheSource() throws IOException {
        Snapshot one = save(source, first(), 1);
        Snapshot two = save(source, second(), 2);
        source.open().save(new Proof(one.id(), ProofLevel.IDENTICAL, true, TIME, Duration.ZERO, "web", List.of()));
        CopyResult result = run(source.open(), target.open());
        assertThat(result.lost()).isEmpty();
        assertThat(result.copied()).extracting(CopyResult.Copied::before).containsExactly(one, two);
        List<Snapshot> copies = requireWhole(source, target);
        assertThat(copies).hasSize(2);
        Snapshot copy = copies.getFirst();
        assertThat(Identity.of(copy)).isEqualTo(Identity.of(one));
        assertThat(copy.original()).isEqualTo(one.id());
        assertThat(copy.parent()).isNull();
        assertThat(copy.programVersion()).isEqualTo(one.programVersion());
        // the proofs are of the copy
        assertThat(target.open().proofs()).hasSize(2).allSatisfy(proof -> {
            assertThat(proof.level()).isEqualTo(ProofLevel.STORED);
            assertThat(copies).extracting(Snapshot::id).contains(proof.snapshot());
        });
        assertThat(target.names("locks/")).isEmpty();
    }

    @Test
    void aSecondCopyCopiesNothingInEitherDirection() throws IOException {
        save(source, first(), 1);
        save(source, second(), 2);
        run(source.open(), target.open());
        List<String> files = List.copyOf(target.files().keySet());
        CopyResult again = run(source.reopen(), target.reopen());
        assertThat(again.copied()).isEmpty();
        assertThat(copy(source.open(), target.open())
                        .plan(source.open().snapshots())
                        .there())
                .hasSize(2);
        assertThat(run(target.reopen(), source.reopen()).copied()).isEmpty();
        assertThat(target.files().keySet()).containsExactlyElementsOf(files);
    }

    @Test
    void onlyWhatIsNewIsCarriedAndSaidToBeRead() throws IOException {
        save(source, first(), 1);
        run(source.open(), target.open());
        Snapshot next = save(source, second(), 2);
        CopyPlan plan =
                copy(source.reopen(), target.reopen()).plan(source.open().snapshots());
        assertThat(plan.snapshots()).containsExactly(next);
        CopyResult result = run(source.reopen(), target.reopen());
        // the new file's blobs, and the trees from it up to the root
        int blobs = source.node(next, "/srv/sub/new").content().size() + 3;
        assertThat(result.blobs()).isEqualTo(blobs).isEqualTo(plan.figures().blobs());
        assertThat(result.copied()).extracting(CopyResult.Copied::level).containsExactly(ProofLevel.WRITTEN);
        assertThat(requireWhole(source, target)).hasSize(2);
    }

    @Test
    void aChangeOfTagsMakesAnotherSnapshotAsWithRestic() throws IOException {
        Snapshot one = save(source, first(), 1);
        run(source.open(), target.open());
        source.open()
                .save(new Snapshot(
                        one.id(),
                        one.time(),
                        one.tree(),
                        one.paths(),
                        one.host(),
                        one.username(),
                        one.uid(),
                        one.gid(),
                        one.excludes(),
                        List.of("keep"),
                        null,
                        one.id(),
                        one.programVersion(),
                        null));
        CopyResult result = run(source.reopen(), target.reopen());
        assertThat(result.blobs()).isZero();
        assertThat(target.reopen().snapshots())
                .hasSize(2)
                .allSatisfy(copied -> assertThat(copied.original()).isEqualTo(one.id()));
    }

    private List<IndexEntry> data(SampleRepository repository, Snapshot snapshot, String path) throws IOException {
        List<IndexEntry> entries = new ArrayList<>();
        for (ObjectId id : repository.node(snapshot, path).content()) {
            entries.add(repository.entry(BlobType.DATA, id));
        }
        return entries;
    }

    private static ByteBuffer sealed(SampleRepository repository, IndexEntry entry) throws IOException {
        return repository.storage().get("data/" + entry.pack().hex(), entry.offset(), entry.length());
    }

    private static Snapshot stored(SampleRepository repository, SampleTree tree, int level) throws IOException {
        WriterOptions how = Repositories.options().withCompression(level);
        try (BlobWriter writer = repository.open().writer(how)) {
            ObjectId root = tree.write(writer);
            writer.finish();
            return repository.open().save(SampleTree.snapshot(root, TIME));
        }
    }

    @Test
    void compressedContentIsNotCompressedAgain() throws IOException {
        Snapshot small = stored(source, first(), 19);
        Snapshot usual = stored(new SampleRepository(), first(), 3);
        assertThat(small.tree()).isEqualTo(usual.tree());
        run(source.open(), target.open());
        requireWhole(source, target);
        List<IndexEntry> before = data(source, small, "/srv/text");
        List<IndexEntry> after = data(target, small, "/srv/text");
        SampleRepository anew = new SampleRepository();
        List<IndexEntry> recompressed = data(anew, stored(anew, first(), 3), "/srv/text");
        assertThat(lengths(after)).isEqualTo(lengths(before)).isNotEqualTo(lengths(recompressed));
        assertThat(sealed(target, after.getFirst())).isNotEqualTo(sealed(source, before.getFirst()));
    }

    private static List<Integer> lengths(List<IndexEntry> entries) {
        return entries.stream().map(IndexEntry::length).toList();
    }

    @Test
    void withTheSameKeyTheSealedBytesAreReused() throws IOException {
        Snapshot snapshot = save(source, first(), 1);
        SampleRepository twin = source.copy();
        twin.empty();
        assertThat(twin.open().sharesKeyWith(source.open())).isTrue();
        assertThat(target.open().sharesKeyWith(source.open())).isFalse();
        run(source.open(), twin.open());
        assertThat(requireWhole(source, twin)).hasSize(1);
        for (String path : List.of("/srv/text", "/srv/noise")) {
            List<IndexEntry> before = data(source, snapshot, path);
            List<IndexEntry> after = data(twin, snapshot, path);
            for (int i = 0; i < before.size(); i++) {
                assertThat(sealed(twin, after.get(i))).isEqualTo(sealed(source, before.get(i)));
            }
        }
    }

    @Test
    void whatIsNotCompressedIsOnItsWay() throws IOException {
        Snapshot old = stored(source, first(), WriterOptions.OFF);
        source.becomeVersion1();
        assertThat(source.open().config().version()).isEqualTo(1);
        run(source.open(), target.open());
        assertThat(requireWhole(source, target)).hasSize(1);
        assertThat(data(source, old, "/srv/text")).noneMatch(IndexEntry::compressed);
        assertThat(data(target, old, "/srv/text")).allMatch(IndexEntry::compressed);
        assertThat(data(target, old, "/srv/noise")).noneMatch(IndexEntry::compressed);
        SampleRepository back = new SampleRepository();
        back.becomeVersion1();
        assertThatThrownBy(() ->
                        copy(target.open(), back.open()).plan(target.open().snapshots()))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("format 1");
    }

    @Test
    void aDamagedBlobTakesOnlyTheSnapshotsThatNeedIt() throws IOException {
        Snapshot lost = save(source, first(), 1);
        Snapshot alsoLost = save(source, first().file("/other", "x"), 2);
        Snapshot whole = save(source, second(), 3);
        IndexEntry blob = source.blob(lost, "/srv/noise", 0);
        source.flip("data/" + blob.pack(), blob.offset() + 20);
        CopyResult result = run(source.reopen(), target.open());
        assertThat(result.copied()).extracting(CopyResult.Copied::before).containsExactly(whole);
        assertThat(result.lost()).extracting(CopyPlan.Lost::snapshot).containsExactly(lost, alsoLost);
        assertThat(result.lost())
                .allSatisfy(one -> assertThat(one.why())
                        .contains(blob.id().hex(), blob.pack().hex()));
        assertThat(requireWhole(source, target)).hasSize(1);
    }

    @Test
    void aDamagedTreeIsKnownBeforehand() throws IOException {
        Snapshot lost = save(source, second(), 1);
        Snapshot whole = save(source, first(), 2);
        IndexEntry tree = source.entry(BlobType.TREE, source.folder(lost, "/srv/sub"));
        source.flip("data/" + tree.pack(), tree.offset() + 20);
        CopyPlan plan = copy(source.reopen(), target.open()).plan(source.open().snapshots());
        assertThat(plan.snapshots()).containsExactly(whole);
        assertThat(plan.lost()).extracting(CopyPlan.Lost::snapshot).containsExactly(lost);
        CopyResult result = run(source.open(), target.open());
        assertThat(result.copied()).extracting(CopyResult.Copied::before).containsExactly(whole);
        assertThat(result.lost()).hasSize(1);
        assertThat(requireWhole(source, target)).hasSize(1);
    }

    @Test
    void ofSeveralCopiesOfABlobAGoodOneDoes() throws IOException {
        Snapshot snapshot = save(source, first(), 1);
        IndexEntry blob = source.blob(snapshot, "/srv/noise", 0);
        ByteBuffer plain = source.open().loadBlob(BlobType.DATA, blob.id());
        try (BlobWriter writer = source.open().writer(Repositories.options())) {
            Future<ObjectId> _ = writer.rewrite(BlobType.DATA, plain);
            writer.finish();
        }
        for (IndexEntry copy : source.reopen().index().findAll(BlobType.DATA, blob.id())) {
            SampleRepository damaged = source.copy();
            damaged.flip("data/" + copy.pack(), copy.offset() + 20);
            SampleRepository fresh = new SampleRepository();
            assertThat(run(damaged.reopen(), fresh.open()).lost()).isEmpty();
            assertThat(requireWhole(source, fresh)).hasSize(1);
        }
    }

    /// What a storage silently spoils is not even in the index: the next copy does not rely on it.
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"FLIP_BIT", "HALVE", "IGNORE"})
    void whatTheTargetSpoilsIsNeitherListedNorReliedOn(Fault fault) throws IOException {
        save(source, first(), 1);
        FaultyStorage spoiling = FaultyStorage.whenever(
                target.storage(),
                call -> call.operation() == Operation.PUT && call.name().startsWith("data/"),
                fault);
        Repository to = SampleRepository.open(spoiling);
        assertThatThrownBy(() -> run(source.open(), to)).isInstanceOf(HoldfastException.Damaged.class);
        assertThat(target.names("snapshots/")).isEmpty();
        assertThat(target.names("index/")).isEmpty();
        run(source.reopen(), target.reopen());
        assertThat(requireWhole(source, target)).hasSize(1);
    }

    @Test
    void anInterruptedCopyGoesOnWithoutReadingAgain() throws IOException {
        save(source, first(), 1);
        FaultyStorage failing = FaultyStorage.whenever(
                target.storage(),
                call -> call.operation() == Operation.PUT && call.name().startsWith("snapshots/"),
                Fault.REFUSE);
        assertThatThrownBy(() -> run(source.open(), SampleRepository.open(failing)))
                .isInstanceOf(IOException.class);
        CopyPlan plan =
                copy(source.reopen(), target.reopen()).plan(source.open().snapshots());
        assertThat(plan.figures().blobs()).isZero();
        assertThat(plan.snapshots()).hasSize(1);
        assertThat(run(source.reopen(), target.reopen()).blobs()).isZero();
        assertThat(requireWhole(source, target)).hasSize(1);
    }

    private SampleRepository olderTarget() throws IOException {
        SampleRepository older = target.copy();
        run(source.reopen(), older.open());
        return older;
    }

    /// Fails calls of one side and looks at the target after each.
    ///
    /// @param faulty makes the storage that fails in call so and so
    private void survives(boolean targetFails, IntFunction<Faults> faulty) throws IOException {
        save(source, first(), 1);
        SampleRepository older = olderTarget();
        save(source, second(), 2);
        save(source, first().file("/more", text("three", 300)), 3);
        for (int number = 0; ; number++) {
            SampleRepository copy = older.copy();
            FaultyStorage storage = faulty.apply(number).over(targetFails ? copy.storage() : source.storage());
            boolean complete = false;
            try {
                Repository from = targetFails ? source.reopen() : SampleRepository.open(storage);
                Repository to = targetFails ? SampleRepository.open(storage) : copy.reopen();
                CopyResult result = run(from, to);
                complete = result.lost().isEmpty();
            } catch (IOException | HoldfastException e) {
                assertThat(storage.faults()).as("call %d", number).isNotEmpty();
            }
            List<Snapshot> listed = requireWhole(source, copy);
            assertThat(listed).as("call %d", number).hasSizeBetween(complete ? 3 : 1, 3);
            copy.open().locks().removeAll();
            run(source.reopen(), copy.reopen());
            assertThat(requireWhole(source, copy)).as("after call %d", number).hasSize(3);
            if (storage.faults().isEmpty()) {
                assertThat(number).isGreaterThan(5);
                return;
            }
        }
    }

    private interface Faults {
        FaultyStorage over(Storage storage);
    }

    @Test
    @Tag("slow")
    void whicheverCallOfTheTargetFails() throws IOException {
        survives(true, number -> storage -> FaultyStorage.failingCall(storage, number));
    }

    @Test
    @Tag("slow")
    void whicheverAnswerOfTheTargetIsLost() throws IOException {
        survives(true, number -> storage -> FaultyStorage.losingAnswer(storage, number));
    }

    @Test
    @Tag("slow")
    void whereverTheTargetGoesAway() throws IOException {
        survives(true, number -> storage -> FaultyStorage.failingFrom(storage, number));
    }

    @Test
    @Tag("slow")
    void whicheverCallOfTheSourceFails() throws IOException {
        survives(false, number -> storage -> FaultyStorage.failingCall(storage, number));
    }

    @Test
    @Tag("slow")
    void whereverTheSourceGoesAway() throws IOException {
        survives(false, number -> storage -> FaultyStorage.failingFrom(storage, number));
    }

    @Test
    void chunksAreCutAlikeWhenThatIsAskedFor() throws IOException {
        Repository other = Repository.init(
                new MemoryStorage(),
                SampleRepository.PASSWORD,
                new InitOptions(10).withChunksOf(source.open().config()),
                SampleRepository.CLOCK);
        assertThat(other.config().chunkerPolynomial())
                .isEqualTo(source.open().config().chunkerPolynomial())
                .isNotEqualTo(target.open().config().chunkerPolynomial());
        assertThat(other.config().id()).isNotEqualTo(source.open().config().id());
    }

    @Test
    void nodesThatNoFileHasArriveToo() throws IOException {
        Snapshot one = save(source, first(), 1);
        run(source.open(), target.open());
        Node link = target.node(one, "/srv/link");
        assertThat(link).isEqualTo(source.node(one, "/srv/link"));
        assertThat(target.node(one, "/srv/folder")).isEqualTo(source.node(one, "/srv/folder"));
    }
}
