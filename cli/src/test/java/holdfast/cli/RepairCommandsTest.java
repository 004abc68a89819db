package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: the repairs and the doctor as a user meets them, on a real repository in a folder: what is damaged is
/// named with a command to type, and the commands do what they say.
@Tag("slow")
final class RepairCommandsTest {
    @TempDir
    Path folder;

    private FakeWorld world;

    @BeforeEach
    void backUp() throws IOException {
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", StoredSnapshots.PASSWORD)
                .with("TMPDIR", temporary());
        ok("init", "--key-cost", "10");
        Files.createDirectories(folder.resolve("files/deep"));
        Files.writeString(folder.resolve("files/a"), "content of a");
        Files.writeString(folder.resolve("files/deep/b"), "content of b");
        ok("backup", "files", "--prove", "written");
    }

    private String temporary() throws IOException {
        return Files.createDirectories(folder.resolve("tmp")).toString();
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err() + result.out()).isZero();
        return result;
    }

    private List<Path> stored(String kind) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("backups/" + kind))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void overwrite(Path file, byte[] content) throws IOException {
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.write(file, content);
    }

    /// The pack of data, which is the one with the content of a file in it: the smaller one here.
    private Path dataPack() throws IOException {
        ok("check", "--read-data");
        for (Path pack : stored("data")) {
            byte[] before = Files.readAllBytes(pack);
            Files.delete(pack);
            boolean trees = world.run("ls", "latest").code() != 0;
            Files.write(pack, before);
            if (!trees) {
                return pack;
            }
        }
        throw new AssertionError("no pack of data");
    }

    /// Packs are there that no index names: what is missed may be in them, and nothing is given up before that is
    /// known.
    @Test
    void aLostIndexIsMadeAnewBeforeAnythingElse() throws IOException {
        Files.delete(stored("index").getFirst());
        Result doctor = world.run("doctor");
        assertThat(doctor.code()).as(doctor.out()).isEqualTo(9);
        assertThat(doctor.out().lines().filter(line -> line.startsWith("  remedy: ")))
                .as(doctor.out())
                .first()
                .isEqualTo("  remedy: holdfast repair index");
        assertThat(doctor.out()).doesNotContain("repair snapshots");
        ok("repair", "index");
        ok("restore", "latest", "--target", "again");
        assertThat(folder.resolve("again/files/deep/b")).hasContent("content of b");
        assertThat(ok("doctor").out()).contains("0 errors, 1 warning");
    }

    @Test
    void aDamagedIndexIsNamedByTheDoctorAndRepaired() throws IOException {
        overwrite(stored("index").getFirst(), new byte[100]);
        Result doctor = world.run("doctor");
        assertThat(doctor.code()).as(doctor.out()).isEqualTo(9);
        assertThat(doctor.out()).contains("error: index/", "  remedy: holdfast repair index\n");
        assertThat(ok("repair", "index", "--dry-run").out())
                .contains("would write the index anew: 1 damaged index file");
        assertThat(world.run("check").code()).isEqualTo(9);
        assertThat(ok("repair", "index").out()).contains("wrote the index anew", "2 packs added");
        ok("check", "--read-data");
        ok("restore", "latest", "--target", folder.resolve("restored").toString());
        assertThat(Files.readString(folder.resolve("restored/files/deep/b"))).isEqualTo("content of b");
        assertThat(ok("repair", "index", "--json").out())
                .startsWith("{\"message_type\":\"index_repaired\",\"dry_run\":false,\"changed\":false");
    }

    @Test
    void whatIsLostIsNamedAndTheRestStays() throws IOException {
        Path pack = dataPack();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[20] ^= 1;
        overwrite(pack, bytes);
        String name = String.valueOf(pack.getFileName());
        Result check = world.run("check", "--read-data");
        assertThat(check.code()).isEqualTo(9);
        assertThat(check.err()).contains("`repair packs`");
        assertThat(ok("repair", "packs", "--read-data", "--dry-run").out()).contains("damaged: data/" + name);
        Result packs = ok("repair", "packs", "data/" + name.substring(0, 12), "--copies-to", "damaged");
        assertThat(packs.out()).contains("removed 1 pack, lost 1 blob");
        assertThat(Files.readAllBytes(folder.resolve("damaged/pack-" + name))).isEqualTo(bytes);
        Result dry = ok("repair", "snapshots", "--dry-run");
        assertThat(dry.out()).contains("bytes are lost", "what is left would become a snapshot", "1 damaged");
        Result repaired = ok("repair", "snapshots", "--forget", "--json");
        assertThat(repaired.out())
                .startsWith("{\"message_type\":\"snapshots_repaired\",\"dry_run\":false,\"intact\":0")
                .contains("\"fate\":\"repaired\"", "\"forgotten\":true");
        ok("check", "--read-data");
        assertThat(ok("snapshots").out()).contains("repaired", "incomplete", "not proven");
        assertThat(ok("repair", "snapshots").out()).contains("1 snapshot intact, 0 damaged");
    }

    @Test
    void aDamagedSnapshotFileIsRecoveredFromAndGivenUp() throws IOException {
        Path file = stored("snapshots").getFirst();
        overwrite(file, new byte[50]);
        Result doctor = world.run("doctor");
        assertThat(doctor.out()).contains("remedy: holdfast recover\n");
        assertThat(ok("recover", "--dry-run").out()).contains("would recover 1 folder");
        assertThat(ok("recover").out()).contains("recovered 1 folder into snapshot");
        assertThat(ok("ls", "latest", "--tag", "recovered").out()).contains("files/deep/b");
        Result named = world.run("repair", "snapshots");
        assertThat(named.code()).isEqualTo(9);
        String id = String.valueOf(file.getFileName());
        assertThat(named.out() + named.err()).contains("repair snapshots --forget " + id.substring(0, 8));
        assertThat(ok("repair", "snapshots", "--forget", id.substring(0, 8)).out())
                .contains("it is removed");
        ok("check", "--read-data");
        assertThat(ok("recover").out()).contains("nothing to recover");
    }

    @Test
    void packsAndSnapshotsAreNotTouchedWithoutARightIndex() throws IOException {
        Files.delete(stored("index").getFirst());
        for (String what : List.of("packs", "snapshots")) {
            Result refused = world.run("repair", what);
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.err()).contains("is not right", "hint: run `holdfast repair index` first");
        }
        assertThat(world.run("recover").code()).isEqualTo(4);
        assertThat(world.run("repair", "packs", "abcdef").err()).contains("names no pack");
        assertThat(world.run("repair").code()).isEqualTo(2);
    }

    @Test
    void whatAPruneHasMarkedIsToldOfWithTheCommandThatGoesOn() throws IOException {
        ok("verify", "latest");
        LocalStorage storage = new LocalStorage(folder.resolve("backups"));
        try (Repository repository = Repository.open(storage, Password.of(StoredSnapshots.PASSWORD), world.clock())) {
            repository.mark(Set.copyOf(repository.index().packs()));
        }
        assertThat(ok("check").out()).contains("2 packs, ", "marked by a prune");
        assertThat(ok("doctor").out()).contains("good: prune: 2 packs marked for removal since ");
        Result later = world.at(InstantSource.fixed(Instant.now().plusSeconds(100_000)))
                .run("doctor");
        assertThat(later.out())
                .contains("warning: prune: 2 packs marked", "no prune has gone on with it", "remedy: holdfast prune");
        overwrite(stored("marks").getFirst(), new byte[40]);
        Result damaged = world.run("doctor");
        assertThat(damaged.code()).isEqualTo(9);
        assertThat(damaged.out()).contains("error: marks/", "  remedy: holdfast prune\n");
        assertThat(ok("repair", "index", "--dry-run").out())
                .contains("given up, because it is damaged: marks/", "the index is right as it is");
        ok("prune");
        assertThat(stored("marks")).isEmpty();
        ok("restore", "latest", "--target", "again");
        assertThat(folder.resolve("again/files/deep/b")).hasContent("content of b");
    }

    @Test
    void aHealthyRepositoryIsHealthy() throws IOException {
        ok("verify", "latest");
        Result doctor = ok("doctor");
        assertThat(doctor.out())
                .contains("good: password: opens one of 1 key", "0 errors, 0 warnings")
                .doesNotContain("remedy");
        assertThat(ok("doctor", "--quiet").out()).isEqualTo("0 errors, 0 warnings\n");
        assertThat(ok("doctor", "--json").out())
                .startsWith(
                        "{\"message_type\":\"doctor\",\"errors\":0,\"warnings\":0,\"findings\":[{\"severity\":\"good\"");
    }

    @Test
    void theDoctorNamesWhatIsNotAsItShouldBe() throws IOException {
        assertThat(ok("doctor").out()).contains("is not proven", "  remedy: holdfast verify ");
        Files.createDirectories(folder.resolve("tmp/holdfast-sandbox-1"));
        Result later = world.at(InstantSource.fixed(Instant.now().plusSeconds(400_000)))
                .run("doctor");
        assertThat(later.code()).isZero();
        assertThat(later.out())
                .contains(
                        "the newest backup",
                        "remedy: holdfast backup " + folder.resolve("files"),
                        "remedy: rm -r -- " + folder.resolve("tmp/holdfast-sandbox-1"));
        Result earlier = world.at(InstantSource.fixed(Instant.parse("2020-01-01T00:00:00Z")))
                .run("doctor");
        assertThat(earlier.code()).isEqualTo(9);
        assertThat(earlier.out()).contains("lies in the future", "remedy: timedatectl");
    }

    @Test
    void theDoctorKnowsWhyNothingOpens() {
        Result wrong = world.with("HOLDFAST_PASSWORD", "wrong").run("doctor");
        assertThat(wrong.code()).isEqualTo(9);
        assertThat(wrong.out()).contains("error: password:", "remedy: holdfast doctor --password-file FILE");
        Result nowhere = world.run("doctor", "--repo", "no where");
        assertThat(nowhere.code()).isEqualTo(9);
        assertThat(nowhere.out()).contains("there is no folder", "remedy: holdfast init --repo 'no where'");
        assertThat(world.run("doctor", "--repo", "s3:bucket").out()).contains("cannot store on s3");
    }

    @Test
    void theDoctorAsksTheDatabase() throws IOException {
        Result gone = world.with("DATABASE_URL", "postgresql://ann:secret@127.0.0.1:1/shop")
                .run("doctor");
        assertThat(gone.code()).isEqualTo(9);
        assertThat(gone.out()).contains("error: DATABASE_URL:", "remedy: psql").doesNotContain("secret");
        Files.writeString(folder.resolve("app.db"), "no database");
        assertThat(world.with("DATABASE_URL", "file:./app.db").run("doctor").out())
                .contains("is no SQLite database");
    }
}
