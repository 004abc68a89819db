package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: `copy`, `rewrite` and `init --copy-chunker-params` do what they say, on real repositories
/// in folders.
@Tag("slow")
final class CopyCommandsTest {
    @TempDir
    Path folder;

    private FakeWorld world;
    private String first;

    @BeforeEach
    void makeRepositories() throws IOException {
        world = new FakeWorld(folder).with("HOLDFAST_PASSWORD", "there");
        Files.createDirectories(folder.resolve("files/sub"));
        Files.writeString(folder.resolve("files/kept"), "kept");
        Files.writeString(folder.resolve("files/sub/secret"), "secret");
        ok("init", "--key-cost", "10", "--repo", "old");
        ok("backup", "files", "--repo", "old", "--host", "web1");
        first = ids("old").getFirst();
        Files.writeString(folder.resolve("files/more"), "more");
        ok("backup", "files", "--repo", "old", "--host", "web1", "--tag", "second");
        world.with("HOLDFAST_PASSWORD", "here").with("HOLDFAST_FROM_PASSWORD", "there");
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        return result;
    }

    private List<String> ids(String repository) {
        return ok("snapshots", "-q", "--repo", repository)
                .out()
                .lines()
                .filter(line -> line.matches("[0-9a-f]{8} .*"))
                .map(line -> line.substring(0, 8))
                .toList();
    }

    private void initNew() {
        ok("init", "--key-cost", "10", "--repo", "new", "--from-repo", "old", "--copy-chunker-params");
    }

    private Path below(String top, String end) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(top))) {
            return files.filter(path -> path.endsWith(end)).findFirst().orElseThrow();
        }
    }

    @Test
    void snapshotsAreCopiedOnceAndRestore() throws IOException {
        initNew();
        Result dry = ok("copy", "--repo", "new", "--from-repo", "old", "--dry-run");
        assertThat(dry.out()).contains("would copy snapshot " + first, "would copy 2 snapshots");
        assertThat(ids("new")).isEmpty();
        Result named = ok("copy", "--repo", "new", "--from-repo", "old", first);
        assertThat(named.out()).contains("copied snapshot " + first, ", stored", "copied 1 snapshot:");
        Result rest = ok("copy", "--repo", "new", "--from-repo", "old", "--prove", "sound");
        assertThat(rest.out()).contains("copied 1 snapshot:", ", sound");
        assertThat(rest.out()).contains("1 snapshot already here");
        assertThat(ids("new")).hasSize(2);
        ok("restore", "latest", "--repo", "new", "--target", "restored", "--yes");
        for (String file : List.of("kept", "more", "sub/secret")) {
            assertThat(below("restored", file))
                    .hasSameBinaryContentAs(folder.resolve("files").resolve(file));
        }
        assertThat(ok("copy", "--repo", "new", "--from-repo", "old", "--json").out())
                .startsWith(
                        "{\"message_type\":\"copy\",\"dry_run\":false,\"missing\":[],\"present\":[{\"id\":\"" + first)
                .contains("\"copied\":[],\"failed\":[]");
    }

    @Test
    void theEnvironmentMayNameTheSourceByEitherProgramsNames() {
        initNew();
        world.with("RESTIC_FROM_REPOSITORY", "old");
        assertThat(ok("copy", "--repo", "new", "--tag", "second").out()).contains("copied 1 snapshot:");
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        Result nowhere = world.run("copy", "--repo", "new");
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("--from-repo");
        assertThat(world.run("copy", "--repo", "new", "--from-repo", "old").code())
                .isEqualTo(10);
        initNew();
        Result missing = world.run("copy", "--repo", "new", "--from-repo", "none");
        assertThat(missing.code()).isEqualTo(10);
        assertThat(missing.err()).contains("hint: --from-repo says");
        world.with("HOLDFAST_PASSWORD", "there");
        Result same = world.run("copy", "--repo", "old", "--from-repo", "old");
        assertThat(same.code()).as(same.err()).isEqualTo(2);
        world.with("HOLDFAST_FROM_PASSWORD", "wrong");
        Result wrong = world.run("copy", "--repo", "new", "--from-repo", "old");
        assertThat(wrong.code()).isEqualTo(12);
        assertThat(wrong.err()).doesNotContain("there\n").doesNotContain("'wrong'");
        assertThat(wrong.err()).contains("hint: check HOLDFAST_FROM_PASSWORD");
        world.with("HOLDFAST_FROM_PASSWORD", "");
        Result none = world.run("copy", "--repo", "new", "--from-repo", "old");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("--from-password-file", "HOLDFAST_FROM_PASSWORD");
        assertThat(world.run("init", "--repo", "third", "--from-repo", "old").code())
                .isEqualTo(2);
    }

    @Test
    void damageInTheSourceIsNamedAndTheRestIsCopied() throws IOException {
        initNew();
        Path snapshot;
        try (Stream<Path> files = Files.list(folder.resolve("old/snapshots"))) {
            snapshot = files.filter(path -> path.toString().contains("/" + first))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(snapshot.toFile().setWritable(true)).isTrue();
        byte[] bytes = Files.readAllBytes(snapshot);
        bytes[bytes.length / 2] ^= 1;
        Files.write(snapshot, bytes);
        Result result = world.run("copy", "--repo", "new", "--from-repo", "old");
        assertThat(result.code()).isEqualTo(9);
        assertThat(result.err()).contains("not copied", first);
        assertThat(ids("new")).hasSize(1);
    }

    @Test
    void filesAreTakenOutOfSnapshots() throws IOException {
        world.with("HOLDFAST_PASSWORD", "there");
        assertThat(world.run("rewrite", "--repo", "old").code()).isEqualTo(2);
        Files.writeString(folder.resolve("patterns"), "# what nobody should have\nsecret\n");
        Result dry = ok("rewrite", "--repo", "old", "--exclude-file", "patterns", "--dry-run");
        assertThat(dry.out()).contains("snapshot " + first + " would lose 1 file, 6 B", "would rewrite 2 snapshots");
        assertThat(ids("old")).hasSize(2);
        ok("rewrite", "--repo", "old", "--exclude", "secret", "--tag", "second");
        assertThat(ids("old")).hasSize(3);
        assertThat(ok("rewrite", "--repo", "old", "--exclude", "secret", "--forget", first, "--json")
                        .out())
                .startsWith(
                        "{\"message_type\":\"rewrite\",\"dry_run\":false,\"forget\":true,\"rewritten\":[{\"old_id\":\""
                                + first)
                .contains("\"files\":1,\"bytes\":6,\"excluded\":[\"" + folder.resolve("files/sub/secret") + "\"]");
        assertThat(ids("old")).hasSize(3).doesNotContain(first);
        ok("verify", ids("old").getFirst(), "--repo", "old", "--level", "identical");
        Result nothing = world.run("rewrite", "--repo", "old", "--exclude", "files");
        assertThat(nothing.code()).isEqualTo(4);
        assertThat(nothing.err()).contains("nothing would be left");
    }
}
