package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.cli.console.FakeTerminal;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.repository.Lock;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: the commands that keep a repository's books do what they say, on a real repository in a
/// folder.
@Tag("slow")
final class RepositoryCommandsTest {
    @TempDir
    Path folder;

    private FakeWorld world;
    private StoredSnapshots stored;

    @BeforeEach
    void makeRepository() {
        world = new FakeWorld(folder).with("HOLDFAST_PASSWORD", StoredSnapshots.PASSWORD);
        stored = new StoredSnapshots(folder.resolve("backups"));
        Result made = world.run("init", "--key-cost", "10");
        assertThat(made.code()).as(made.err()).isZero();
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    @Test
    void aRepositoryThatIsThereIsNotMadeAgain() {
        Result again = world.run("init");
        assertThat(again.code()).isEqualTo(4);
        assertThat(again.err()).contains("there is one");
    }

    @Test
    void aWrongPasswordIsExitCodeTwelve() {
        assertThat(world.with("HOLDFAST_PASSWORD", "wrong").run("snapshots").code())
                .isEqualTo(12);
    }

    @Test
    void onATerminalThePasswordMayBeMistypedTwice() {
        FakeTerminal terminal = FakeTerminal.answering("no", "nope", StoredSnapshots.PASSWORD);
        Result result = new FakeWorld(folder).with(terminal).run("snapshots");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(terminal.questions()).hasSize(3);
        Result thrice = new FakeWorld(folder)
                .with(FakeTerminal.answering("a", "b", "c", StoredSnapshots.PASSWORD))
                .run("snapshots");
        assertThat(thrice.code()).isEqualTo(12);
    }

    @Test
    void thePasswordIsNowhereInWhatIsPrinted() {
        for (String[] arguments : List.of(
                new String[] {"snapshots", "--debug", "-vv"},
                new String[] {"key", "list", "--json"},
                new String[] {"init", "--debug"},
                new String[] {"forget", "ffff", "--debug"})) {
            Result result = world.run(arguments);
            assertThat(result.out() + result.err()).doesNotContain(StoredSnapshots.PASSWORD);
        }
    }

    @Test
    void snapshotsAreListedWithProofAndMarks() throws IOException {
        Snapshot sound = stored.save("2026-02-01T10:00:00Z", List.of("nightly"), false);
        Snapshot damaged = stored.save("2026-02-02T10:00:00Z", List.of(), true);
        Snapshot failed = stored.save("2026-02-03T10:00:00Z", List.of(), false);
        stored.save("2026-02-04T10:00:00Z", List.of(), false);
        stored.prove(sound, ProofLevel.IDENTICAL, true);
        stored.prove(failed, ProofLevel.STORED, false);
        List<String> lines = ok("snapshots").out().lines().toList();
        assertThat(lines).hasSize(7);
        assertThat(lines.get(2))
                .startsWith(sound.id().brief() + "  2026-02-01 10:00:00  web1")
                .contains("/srv/app.db", "nightly", "3.0 MiB", "identical");
        assertThat(lines.get(3)).contains(damaged.id().brief(), "not proven", "SOURCE DAMAGED");
        assertThat(lines.get(4)).contains("FAILED at stored");
        assertThat(lines.get(5)).contains("not proven").doesNotContain("DAMAGED");
        assertThat(lines.get(6)).isEqualTo("4 snapshots");
        assertThat(ok("snapshots", "--latest", "1", "-q").out().lines()).hasSize(3);
        assertThat(ok("snapshots", "--tag", "nightly", "-q").out().lines()).hasSize(3);
        assertThat(ok("snapshots", "--host", "other").out()).isEqualTo("no snapshots\n");
        assertThat(ok("snapshots", "2026-02-02", "-q").out())
                .contains(damaged.id().brief());
    }

    @Test
    void snapshotsAreListedAsJson() throws IOException {
        Snapshot snapshot = stored.save("2026-02-01T10:00:00Z", List.of("a"), false);
        stored.prove(snapshot, ProofLevel.SOUND, true);
        assertThat(ok("snapshots", "--json").out())
                .startsWith("{\"message_type\":\"snapshots\",\"snapshots\":[{\"id\":\"" + snapshot.id())
                .contains(
                        "\"hostname\":\"web1\"",
                        "\"tags\":[\"a\"]",
                        "\"bytes\":3145728",
                        "\"proof\":{\"level\":\"sound\",\"number\":2,\"passed\":true",
                        "\"damaged\":false,\"incomplete\":false")
                .endsWith("\"unreadable\":[]}\n");
    }

    @Test
    void aDamagedSnapshotFileHidesNoOther() throws IOException {
        Snapshot good = stored.save("2026-02-01T10:00:00Z", List.of(), false);
        Snapshot bad = stored.save("2026-02-02T10:00:00Z", List.of(), false);
        Path file = folder.resolve("backups/snapshots").resolve(bad.id().hex());
        assertThat(file.toFile().setWritable(true)).isTrue();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Result result = world.run("snapshots");
        assertThat(result.code()).isEqualTo(9);
        assertThat(result.out()).contains(good.id().brief());
        assertThat(result.err()).contains(bad.id().brief());
        assertThat(world.run("forget", "--keep-last", "1").code()).isEqualTo(9);
    }

    @Test
    void forgetShowsTheSamePlanWhetherItIsDryOrNot() throws IOException {
        for (int day = 1; day <= 5; day++) {
            stored.save("2026-02-0" + day + "T10:00:00Z", List.of(), false);
        }
        String[] rules = {"forget", "--keep-last", "2", "--keep-within", "1h"};
        Result dry = world.run(
                Stream.concat(Stream.of(rules), Stream.of("--dry-run")).toArray(String[]::new));
        assertThat(dry.out()).contains("would remove 3 snapshots, keeping 2");
        assertThat(ok("snapshots", "-q").out().lines()).hasSize(7);
        Result done = ok(rules);
        assertThat(done.out().replace("removing 3", "would remove 3").replaceAll("The space.*\\R", ""))
                .isEqualTo(dry.out());
        assertThat(ok("snapshots", "-q").out().lines()).hasSize(4);
    }

    @Test
    void theLastProvenSnapshotStaysAndForgetSaysSo() throws IOException {
        Snapshot proven = stored.save("2026-02-01T10:00:00Z", List.of(), false);
        stored.prove(proven, ProofLevel.SOUND, true);
        stored.save("2026-02-02T10:00:00Z", List.of(), false);
        Result kept = ok("forget", "--keep-last", "1");
        assertThat(kept.out()).contains("last proven snapshot (sound)", "removing 0 snapshots, keeping 2");
        assertThat(kept.err()).contains("warning: snapshot " + proven.id().brief() + " stays");
        Result named = world.run("forget", proven.id().brief());
        assertThat(named.code()).isEqualTo(4);
        assertThat(named.err()).contains("last proven", "--force");
        ok("forget", proven.id().brief(), "--force");
        assertThat(ok("snapshots", "-q").out()).doesNotContain(proven.id().brief());
    }

    @Test
    void forgetAsJsonCarriesTheReasons() throws IOException {
        stored.save("2026-02-01T10:00:00Z", List.of(), false);
        stored.save("2026-02-02T10:00:00Z", List.of(), false);
        assertThat(ok("forget", "--keep-last", "1", "--json").out())
                .startsWith("{\"message_type\":\"forget\",\"dry_run\":false,\"kept\":1,\"removed\":1,\"refused\":[]")
                .contains("\"reasons\":[\"last snapshot\"]", "\"host\":\"web1\",\"paths\":[\"/srv/app.db\"]");
    }

    @Test
    void tagsChangeAndWhatIsProvenStaysProven() throws IOException {
        Snapshot old = stored.save("2026-02-01T10:00:00Z", List.of("nightly"), false);
        stored.prove(old, ProofLevel.SOUND, true);
        Snapshot latest = stored.save("2026-02-02T10:00:00Z", List.of(), false);
        assertThat(ok("tag", "--add", "keep", "--dry-run").out())
                .contains(
                        "snapshot " + old.id().brief() + " would have the tags nightly,keep",
                        "would change 2 snapshots");
        assertThat(ok("snapshots").out()).doesNotContain("keep");
        assertThat(ok("tag", "--add", "keep,safe", "--remove", "nightly", "--tag", "nightly")
                        .out())
                .contains("and has the tags keep,safe", "changed 1 snapshot");
        assertThat(ok("tag", "--set", "new", "latest", "--json").out())
                .startsWith("{\"message_type\":\"tag\",\"dry_run\":false,\"changed\":[{\"old_id\":\""
                        + latest.id().hex())
                .contains("\"old_tags\":[],\"new_tags\":[\"new\"]");
        assertThat(ok("snapshots").out())
                .contains("keep,safe", "sound", "new")
                .doesNotContain(old.id().brief(), latest.id().brief());
        assertThat(ok("tag", "--set", "", "--tag", "new").out()).contains("has no tags");
    }

    @Test
    void aChangeOfTagsMustSayWhich() {
        assertThat(world.run("tag").code()).isEqualTo(2);
        assertThat(world.run("tag", "--set", "a", "--add", "b").err()).contains("--set says all tags");
        assertThat(world.run("tag", "--add", "a", "ffff").code()).isEqualTo(4);
    }

    @Test
    void forgetWithoutRulesIsRefused() {
        assertThat(world.run("forget").code()).isEqualTo(2);
        assertThat(world.run("forget", "--keep-daily", "0").err()).contains("nothing says what to keep");
        assertThat(world.run("forget", "--keep-daily", "1", "abcd").err()).contains("both snapshots and rules");
        assertThat(world.run("forget", "--keep-daily", "1", "--group-by", "colour")
                        .err())
                .contains("cannot group by 'colour'");
    }

    @Test
    void keysAreAddedChangedAndRemoved() throws IOException {
        Path second = Files.writeString(folder.resolve("second"), "second\n");
        assertThat(ok("key", "add", "--new-password-file", "second").out()).startsWith("added key ");
        assertThat(ok("key", "list").out().lines()).hasSize(4);
        FakeWorld other = new FakeWorld(folder).with("HOLDFAST_PASSWORD_FILE", second.toString());
        assertThat(other.run("snapshots").code()).isZero();
        Path third = Files.writeString(folder.resolve("third"), "third\n");
        Result changed = other.run("key", "passwd", "--new-password-file", third.toString());
        assertThat(changed.code()).as(changed.err()).isZero();
        assertThat(other.run("snapshots").code()).isEqualTo(12);
        String json = ok("key", "list", "--json").out();
        assertThat(json).startsWith("{\"message_type\":\"keys\",\"keys\":[{\"current\":true,");
        String id = json.replaceAll(".*\"current\":false,\"id\":\"([0-9a-f]{64})\".*\\R", "$1");
        assertThat(ok("key", "remove", id.substring(0, 12)).out())
                .isEqualTo("removed key " + id.substring(0, 8) + "\n");
        assertThat(world.with("HOLDFAST_PASSWORD", "third").run("snapshots").code())
                .isEqualTo(12);
    }

    @Test
    void aForeignLockIsNamedAndCanBeWaitedForOrRemoved() throws IOException {
        LocalStorage storage = new LocalStorage(folder.resolve("backups"));
        try (Repository repository = Repository.open(storage, Password.of(StoredSnapshots.PASSWORD), world.clock());
                Lock lock = repository.locks().maintenance()) {
            lock.check();
            Result refused = world.run("forget", "--keep-last", "1", "--retry-lock", "10ms");
            assertThat(refused.code()).as(refused.err()).isEqualTo(11);
            assertThat(ok("unlock").out()).contains("removed 0 locks", "still there: maintenance lock");
            assertThat(ok("unlock", "--remove-all", "--json").out())
                    .isEqualTo("{\"message_type\":\"unlocked\",\"removed\":1,\"left\":[]}\n");
        }
    }

    @Test
    void forgetAndPruneDoNotWaitForABackupAndSayWhatIsPending() throws IOException {
        Snapshot only = stored.save("2026-02-01T10:00:00Z", List.of(), false);
        LocalStorage storage = new LocalStorage(folder.resolve("backups"));
        try (Repository repository = Repository.open(storage, Password.of(StoredSnapshots.PASSWORD), world.clock());
                Lock lock = repository.locks().shared()) {
            assertThat(ok("forget", only.id().hex(), "--force", "--prune").out())
                    .contains(" are marked: the first prune after ", "once those have ended", "  lock ");
            assertThat(ok("prune", "--dry-run").out()).contains("were marked by an earlier prune");
            assertThat(ok("prune", "--json").out())
                    .contains("\"packs_removed\":0,", "\"pending\":{\"packs\":", "\"locks\":[\"lock ");
            lock.confirm();
        }
        assertThat(ok("prune", "--json").out()).contains("\"pending\":null");
        assertThat(ok("prune").out()).contains("nothing to free");
        try (Stream<Path> marks = Files.list(folder.resolve("backups/marks"))) {
            assertThat(marks).isEmpty();
        }
    }

    @Test
    void everyCommandLeavesNoLockBehind() throws IOException {
        stored.save("2026-02-01T10:00:00Z", List.of(), false);
        world.run("snapshots");
        world.run("forget", "--keep-last", "1");
        world.run("key", "list");
        try (Stream<Path> locks = Files.list(folder.resolve("backups/locks"))) {
            assertThat(locks).isEmpty();
        }
    }
}
