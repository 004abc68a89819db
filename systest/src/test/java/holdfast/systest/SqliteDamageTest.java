package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.Holdfast.Listed;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Goal: a database that is damaged already is kept byte for byte, and nobody can take its snapshot for a sound one.
/// Method: pages drawn by a seed are overwritten, and in one database the page of the schema.
final class SqliteDamageTest {
    private static final int PAGE = 4096;
    private static final int FILE_HEADER = 100;
    private static final List<String> DAMAGED = List.of("schema.db", "page.db", "pages.db");

    private final long seed = Seed.choose();
    private final Random random = new Random(seed);

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository");
    private String content = "";

    @BeforeEach
    void makeDatabases() throws IOException {
        Files.createDirectory(place.path("srv"));
        content = Sqlite.shop(live("sound.db"), "PRAGMA page_size = " + PAGE).dump();
        for (String name : DAMAGED) {
            place.copy("srv/sound.db", "srv/" + name);
        }
        overwrite("schema.db", FILE_HEADER, PAGE - FILE_HEADER);
        long pages = Files.size(live("sound.db")) / PAGE;
        overwrite("page.db", random.nextLong(1, pages) * PAGE, PAGE);
        for (int i = 0; i < 5; i++) {
            overwrite("pages.db", random.nextLong(1, pages) * PAGE, random.nextInt(16, PAGE + 1));
        }
        place.copy("srv", "as it was");
        holdfast.run("init");
    }

    private Path live(String name) {
        return place.path("srv").resolve(name);
    }

    /// With what neither begins a page of a tree nor leads to one.
    private void overwrite(String name, long from, int count) throws IOException {
        byte[] garbage = Trees.bytes(random, count);
        garbage[0] = -1;
        try (FileChannel file = FileChannel.open(live(name), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(garbage), from);
        }
    }

    @Test
    void itIsKeptAsItIsAndMarkedUntilItIsRepaired() throws IOException {
        Result backup = holdfast.attempt(3, "backup", "srv/sound.db", "srv/schema.db", "srv/page.db", "srv/pages.db");
        String id = holdfast.ids().getFirst();
        for (String name : DAMAGED) {
            assertThat(backup.err()).contains(live(name) + " is damaged: ");
        }
        assertThat(backup.err()).doesNotContain(live("sound.db") + " is damaged");
        assertThat(holdfast.run("snapshots")).contains("SOURCE DAMAGED");
        assertThat(holdfast.run("show", id)).contains("  damaged: ");
        Listed listed = holdfast.snapshots().getFirst();
        assertThat(listed.damaged()).isTrue();
        assertThat(listed.proof()).isEmpty();
        assertThat(listed.tags()).containsExactly("damaged");
        assertDamageTold(id);

        Result restored = holdfast.attempt(9, "restore", id, "--target", "restored");
        assertThat(restored.err()).contains("damaged in the source already, and faithfully copied");
        assertSameBytes(place.path("as it was"), place.path("restored"));

        repair();
        String repaired = holdfast.backup("srv/sound.db", "srv/schema.db", "srv/page.db", "srv/pages.db");
        Listed next = holdfast.snapshots().getLast();
        assertThat(next.id()).isEqualTo(repaired);
        assertThat(next.damaged()).isFalse();
        assertThat(next.tags()).isEmpty();
        assertThat(holdfast.run("snapshots", repaired)).doesNotContain("DAMAGED");
        assertThat(next.proof()).isEqualTo("sound");
        holdfast.run("restore", repaired, "--target", "again");
        for (String name : DAMAGED) {
            new Sqlite(place.path("again").resolve(name)).assertHolds(content);
        }
    }

    private void assertDamageTold(String id) throws IOException {
        for (JsonNode source :
                holdfast.json("show", id).get("manifest").get("sources").values()) {
            boolean sound = source.get("path").asString().endsWith("/sound.db");
            assertThat(source.get("damage").isEmpty())
                    .as("%s, -Dseed=%d", source, seed)
                    .isEqualTo(sound);
        }
    }

    @Test
    void itIsNotPutInPlaceUnlessThatIsAccepted() throws IOException {
        holdfast.attempt(3, "backup", "srv/schema.db", "srv/page.db", "srv/pages.db");
        String id = holdfast.ids().getFirst();
        repair();
        Path sound = place.copy("srv", "sound");

        Result refused = holdfast.attempt(9, "restore", id, "--yes");
        assertThat(refused.err()).contains("left as it was", "--accept-damage");
        assertSameBytes(sound, place.path("srv"));

        holdfast.attempt(9, "restore", id, "--yes", "--accept-damage");
        assertSameBytes(place.path("as it was"), place.path("srv"));
        for (String name : DAMAGED) {
            assertThat(kept(name)).singleElement().satisfies(file -> new Sqlite(file).assertHolds(content));
        }

        // what is replaced now is no database any more, and kept nevertheless
        holdfast.run("undo", "--yes");
        for (String name : DAMAGED) {
            new Sqlite(live(name)).assertHolds(content);
            assertThat(kept(name))
                    .anySatisfy(file -> assertThat(file)
                            .hasSameBinaryContentAs(place.path("as it was").resolve(name)));
        }
    }

    private void repair() throws IOException {
        for (String name : DAMAGED) {
            Files.copy(live("sound.db"), live(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private List<Path> kept(String name) throws IOException {
        try (Stream<Path> files = Files.list(place.path("srv"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(name + ".before_restore_"))
                    .toList();
        }
    }

    private void assertSameBytes(Path expected, Path actual) {
        for (String name : DAMAGED) {
            assertThat(actual.resolve(name)).as("-Dseed=" + seed).hasSameBinaryContentAs(expected.resolve(name));
        }
    }
}
