package holdfast.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import holdfast.repository.ForgedRepository;
import holdfast.repository.Repositories;
import holdfast.repository.Repository;
import holdfast.storage.Copies;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: whoever knows the password cannot, by what he stores, make anybody's restore write outside of its target or
/// end any verb other than well or with a clear error that names what is wrong, soon. Method: forged snapshots times
/// verbs; what lies beside the target is compared before and after.
class HostileSnapshotTest {
    private static final String OUTSIDE = "/tmp/holdfast-hostile-outside";
    private static final Set<Verb> RESTORING = EnumSet.of(Verb.RESTORE, Verb.RESTORE_OVER);

    @TempDir
    Path folder;

    static List<Forgery> forgeries() {
        return Forgery.all(OUTSIDE);
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noVerbDoesHarm(Forgery forgery) throws IOException {
        MemoryStorage storage = new MemoryStorage();
        Snapshot forged;
        try (ForgedRepository repository = new ForgedRepository(storage)) {
            forged = forgery.maker().make(repository);
        }
        Path cage = Files.createDirectories(folder.resolve("1/2/3/4/5"));
        for (Verb verb : Verb.values()) {
            Path target = cage.resolve(verb.name());
            Files.createDirectories(verb == Verb.RESTORE_OVER ? target.resolve("d") : target);
            Set<String> before = entries(cage, target);
            boolean went = run(verb, storage, forged, target);
            assertThat(went && forgery.refused() && RESTORING.contains(verb))
                    .as("%s went well", verb)
                    .isFalse();
            assertThat(entries(cage, target))
                    .as("beside the target of %s", verb)
                    .isEqualTo(before);
            assertThat(Path.of(OUTSIDE)).as("%s", verb).doesNotExist();
        }
    }

    private static boolean run(Verb verb, MemoryStorage storage, Snapshot forged, Path target) throws IOException {
        try (Repository open = Repositories.open(Copies.of(storage))) {
            return verb.run(open, forged, target);
        } catch (HoldfastException e) {
            assertThat(e.getMessage()).as("%s", verb).isNotBlank().hasSizeLessThan(5_000);
            assertThat(e.hint()).as("%s", verb).isNotBlank();
            return false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(verb + " fails by " + e, e);
        }
    }

    /// Everything in the folder of the test but what is in the target.
    private Set<String> entries(Path cage, Path target) throws IOException {
        Set<String> entries = new TreeSet<>();
        try (Stream<Path> all = Files.walk(folder, cage.getNameCount() - folder.getNameCount() + 1)) {
            all.filter(path -> !path.startsWith(target)).forEach(path -> entries.add(path.toString()));
        }
        return entries;
    }
}
