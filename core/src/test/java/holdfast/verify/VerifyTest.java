package holdfast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.io.posix.HostFiles;
import holdfast.model.CheckResult;
import holdfast.model.Progress;
import holdfast.model.ProofLevel;
import holdfast.repository.Repository;
import holdfast.source.MadeUpSource;
import holdfast.storage.MemoryStorage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Goal: a proof passes for what is whole, fails for what is not, is recorded either way, and leaves
/// nothing behind.
class VerifyTest {
    @TempDir
    Path sandboxes;

    @ParameterizedTest
    @EnumSource(
            value = ProofLevel.class,
            names = {"WRITTEN", "STORED", "SOUND", "RESTORED", "IDENTICAL"})
    void aWholeSnapshotPassesAtEveryLevelAndTheProofIsRecorded(ProofLevel level) throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 1, 30, 3_000_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            VerifyResult result = verify(repository, backup, level);

            assertThat(result.proof().checks()).isNotEmpty().allMatch(CheckResult::passed);
            assertThat(result.proof().passed()).isTrue();
            assertThat(repository.bestProofs().get(backup.snapshot().id())).isEqualTo(result.proof());
            assertThat(sandboxes).isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProofLevel.class,
            names = {"STORED", "SOUND", "RESTORED", "IDENTICAL"})
    void aFlippedBitInAPackFailsEveryLevelThatReadsIt(ProofLevel level) throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 2, 30, 3_000_000);
        MemoryStorage storage = new MemoryStorage();
        try (Repository repository = Backups.init(storage)) {
            BackupResult backup = Backups.backUp(repository, source);
            flipABitInTheLargestPack(storage);
            VerifyResult result = verify(repository, backup, level);

            assertThat(result.proof().passed()).isFalse();
            assertThat(result.proof().checks().getFirst().passed()).isFalse();
            assertThat(sandboxes).isEmptyDirectory();
        }
    }

    @Test
    void aMissingPackFailsTheLowestLevel() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 3, 30, 3_000_000);
        MemoryStorage storage = new MemoryStorage();
        try (Repository repository = Backups.init(storage)) {
            BackupResult backup = Backups.backUp(repository, source);
            storage.delete(largestPack(storage).name());
            VerifyResult result = verify(repository, backup, ProofLevel.WRITTEN);

            assertThat(result.proof().passed()).isFalse();
            assertThat(result.proof().checks().getFirst().detail()).contains("missing");
        }
    }

    /// Method: which copy is found first is chance, so it is done several times.
    @RepeatedTest(6)
    void aSecondCopyOfWhatIsLostIsAsGoodAsTheFirst() throws IOException {
        MadeUpSource source = MadeUpSource.random("/srv/app", 5, 10, 100_000);
        MemoryStorage storage = new MemoryStorage();
        try (Repository repository = Backups.init(storage)) {
            Backups.backUp(repository, source);
            storage.delete(largestPack(storage).name());
            BackupResult again = Backups.backUp(repository, source);
            for (ProofLevel level : List.of(ProofLevel.WRITTEN, ProofLevel.STORED, ProofLevel.IDENTICAL)) {
                assertThat(verify(repository, again, level).proof().checks()).allMatch(CheckResult::passed);
            }
        }
    }

    private VerifyResult verify(Repository repository, BackupResult backup, ProofLevel level) throws IOException {
        Verify.Setting setting = new Verify.Setting("testhost", sandboxes, false);
        return new Verify(repository, HostFiles.system(), Map.of(), setting, Backups.CLOCK, new Progress())
                .run(backup.snapshot(), level);
    }

    private static StoredFile largestPack(MemoryStorage storage) throws IOException {
        try (Stream<StoredFile> packs = storage.list("data/")) {
            List<StoredFile> all = packs.toList();
            return all.stream()
                    .max(java.util.Comparator.comparingLong(StoredFile::bytes))
                    .orElseThrow();
        }
    }

    private static void flipABitInTheLargestPack(MemoryStorage storage) throws IOException {
        StoredFile pack = largestPack(storage);
        ByteBuffer content = storage.get(pack.name());
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        bytes[bytes.length / 2] ^= 4;
        storage.delete(pack.name());
        storage.put(pack.name(), ByteBuffer.wrap(bytes));
    }

    @Test
    void theSandboxIsMadeWhereItWasAskedFor() throws IOException {
        Path elsewhere = sandboxes.resolve("not/yet/there");
        MadeUpSource source = MadeUpSource.random("/srv/app", 4, 5, 10_000);
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            Verify.Setting setting = new Verify.Setting("testhost", elsewhere, false);
            new Verify(repository, HostFiles.system(), Map.of(), setting, Backups.CLOCK, new Progress())
                    .run(backup.snapshot(), ProofLevel.IDENTICAL);
            assertThat(Files.isDirectory(elsewhere)).isTrue();
            assertThat(elsewhere).isEmptyDirectory();
        }
    }
}
