package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.Holdfast.Listed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: what the stock restic wrote, in either version of the format, is copied whole: restic
/// checks every byte of the copy and restores it, and so does Holdfast; what is then taken out of
/// it is gone, and nothing else. That restic copies ours is held by
/// [ResticWorksOnWhatHoldfastWroteTest].
final class ResticAndCopyTest {
    private static final String NO_ERRORS = "no errors were found";

    private Workplace place;
    private Path plain;

    @BeforeEach
    void makeTree() throws IOException {
        place = new Workplace();
        plain = place.path("plain");
        Trees.ordinary(plain, new Random(5));
        Files.writeString(plain.resolve("secret"), "secret");
    }

    @AfterEach
    void remove() throws IOException {
        place.close();
    }

    /// Where restic puts what lay at `plain`.
    private Path restored(Restic restic, String snapshot, String into) {
        Path target = place.path(into);
        restic.run("restore", snapshot, "--target", target.toString());
        return target.resolve(plain.toString().substring(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatResticWroteIsCopiedAndRewritten(int version) throws IOException {
        Restic old = place.restic("old");
        old.run("init", "--repository-version", Integer.toString(version));
        old.run("backup", plain.toString(), "--tag", "first");
        place.copy("plain", "plain at first");
        Trees.change(plain, new Random(6));
        old.run("backup", plain.toString());

        Holdfast holdfast = place.holdfast("new")
                .with("HOLDFAST_FROM_REPOSITORY", place.path("old").toString())
                .with("RESTIC_FROM_PASSWORD", Holdfast.PASSWORD);
        holdfast.run("init", "--copy-chunker-params");
        assertThat(holdfast.run("copy")).contains("copied 2 snapshots");
        List<Listed> copies = holdfast.snapshots();
        assertThat(copies).hasSize(2).extracting(Listed::proof).containsOnly("stored");
        holdfast.run("verify", "--level", "identical");

        Restic copied = place.restic("new");
        assertThat(copied.run("check", "--read-data")).contains(NO_ERRORS);
        String first = copies.getFirst().id();
        String second = copies.getLast().id();
        Trees.assertSameButForResticsLimits(place.path("plain at first"), restored(copied, first, "one"));
        Trees.assertSameButForResticsLimits(plain, restored(copied, second, "two"));

        holdfast.run("rewrite", "--exclude", plain + "/secret", "--forget", second);
        String rewritten = holdfast.snapshots().getLast().id();
        assertThat(rewritten).isNotEqualTo(second);
        assertThat(copied.run("check", "--read-data")).contains(NO_ERRORS);
        Files.delete(plain.resolve("secret"));
        Path left = restored(copied, rewritten, "three");
        assertThat(left.resolve("secret")).doesNotExist();
        Files.setLastModifiedTime(plain, Files.getLastModifiedTime(left)); // the folder's own time is the old one's
        Trees.assertSameButForResticsLimits(plain, left);
    }
}
