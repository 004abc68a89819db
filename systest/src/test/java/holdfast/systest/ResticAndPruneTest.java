package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.policy.Candidate;
import holdfast.policy.Period;
import holdfast.policy.RetentionPolicy;
import holdfast.policy.SourceGroup;
import holdfast.prune.Forget;
import holdfast.prune.MaxUnused;
import holdfast.prune.Prune;
import holdfast.prune.PruneOptions;
import holdfast.prune.PrunePlan;
import holdfast.prune.PruneResult;
import holdfast.repository.InitOptions;
import holdfast.repository.Lock;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.repository.SampleTree;
import holdfast.rewrite.Retag;
import holdfast.rewrite.TagChange;
import holdfast.storage.LocalStorage;
import holdfast.verify.CheckOptions;
import holdfast.verify.CheckReport;
import holdfast.verify.RepositoryCheck;
import holdfast.view.RepositoryStats;
import holdfast.view.SnapshotDiff;
import holdfast.view.SnapshotListing;
import holdfast.view.Stats;
import holdfast.view.StatsMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: restic and Holdfast forget and prune what the other wrote, and afterwards both find every
/// byte of what was to stay, and nothing else; what they list, compare and measure is the same.
final class ResticAndPruneTest {
    private static final String PASSWORD = "prune";
    private static final PruneOptions ALL = new PruneOptions(new MaxUnused.Bytes(0), Long.MAX_VALUE);

    @TempDir
    Path folder;

    private Path place;
    private Restic restic;
    private LocalStorage storage;

    @BeforeEach
    void prepare() throws IOException {
        place = folder.resolve("repository");
        restic = new Restic(place, PASSWORD);
        storage = new LocalStorage(place);
    }

    @AfterEach
    void close() throws IOException {
        storage.close();
    }

    private Repository open() throws IOException {
        return Repository.open(storage, Password.of(PASSWORD), InstantSource.system());
    }

    private static byte[] random(int bytes, long seed) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    /// Three generations of a tree on disk, each given to `backUp` when it stands.
    private List<Map<String, String>> live(Path work, Runnable backUp) throws IOException {
        List<Map<String, String>> generations = new ArrayList<>();
        Files.createDirectories(work.resolve("sub/empty"));
        Files.write(work.resolve("large"), random(3_000_000, 1));
        Files.write(work.resolve("gone soon"), random(2_000_000, 2));
        Files.write(work.resolve("sub/same"), random(700_000, 3));
        Files.writeString(work.resolve("sub/text"), "some words\n".repeat(9000));
        Files.createLink(work.resolve("linked"), work.resolve("sub/text"));
        Files.createSymbolicLink(work.resolve("link"), Path.of("sub"));
        backUp.run();
        generations.add(contents(work));
        Files.delete(work.resolve("gone soon"));
        Files.write(work.resolve("large"), random(2_500_000, 4));
        Files.write(work.resolve("brief"), random(1_500_000, 5));
        backUp.run();
        generations.add(contents(work));
        Files.delete(work.resolve("brief"));
        Files.setPosixFilePermissions(work.resolve("sub/same"), PosixFilePermissions.fromString("r--------"));
        Files.delete(work.resolve("link"));
        Files.createDirectories(work.resolve("link/now a folder"));
        Files.writeString(work.resolve("link/now a folder/file"), "new");
        backUp.run();
        generations.add(contents(work));
        return generations;
    }

    /// Paths below a folder, and of files a hash of the content.
    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
                contents.put(root.relativize(at).toString(), "folder");
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path at, BasicFileAttributes attributes) throws IOException {
                contents.put(
                        root.relativize(at).toString(),
                        attributes.isSymbolicLink()
                                ? "-> " + Files.readSymbolicLink(at)
                                : ObjectId.hash(Files.readAllBytes(at)).hex());
                return FileVisitResult.CONTINUE;
            }
        });
        return contents;
    }

    private void assertRestoredByRestic(Snapshot snapshot, Path work, Map<String, String> expected) throws IOException {
        Path target = folder.resolve("restored-" + snapshot.id().brief());
        restic.run("restore", snapshot.id().hex(), "--target", target.toString());
        assertThat(contents(target.resolve(work.toString().substring(1)))).isEqualTo(expected);
    }

    private CheckReport check() throws IOException {
        Repository open = open();
        try (Lock lock = open.locks().shared()) {
            CheckReport report = new RepositoryCheck(open, new Progress()).run(CheckOptions.READ_DATA);
            lock.check();
            return report;
        }
    }

    private void forget(int keepLast) throws IOException {
        Repository open = open();
        RetentionPolicy policy =
                new RetentionPolicy(Map.of(Period.LAST, keepLast), Map.of(), List.of(), 0, ZoneOffset.UTC);
        List<Candidate> candidates = open.snapshots().stream()
                .map(snapshot -> new Candidate(snapshot, null, false))
                .toList();
        try (Lock lock = open.locks().exclusive()) {
            Instant now = Instant.now().plus(Duration.ofMinutes(1));
            new Forget(open).apply(policy.plan(candidates, SourceGroup.DEFAULT, now, false), lock);
        }
    }

    private PruneResult prune() throws IOException {
        Repository open = open();
        Prune prune = new Prune(open, new Progress());
        try (Lock lock = open.locks().exclusive()) {
            PrunePlan plan = prune.plan(ALL);
            return prune.apply(plan, lock);
        }
    }

    @Test
    void resticFindsEverythingAfterOurPruneOfOurRepository() throws IOException {
        Repository open = Repository.init(storage, Password.of(PASSWORD), InitOptions.DEFAULT, InstantSource.system());
        SampleTree tree = new SampleTree()
                .file("/srv/kept", random(200_000, 1))
                .file("/srv/text", "word ".repeat(40_000).getBytes(StandardCharsets.UTF_8));
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        tree.file("/srv/changing", random(300_000, 2)).save(open, start);
        tree.file("/srv/changing", random(250_000, 3))
                .file("/srv/sub/brief", random(100_000, 4))
                .save(open, start.plusSeconds(60));
        Snapshot last =
                tree.remove("/srv/sub").file("/srv/moved", random(100_000, 4)).save(open, start.plusSeconds(120));
        forget(1);
        PruneResult result = prune();
        assertThat(result.packsRepacked()).isPositive();
        assertThat(result.packsRemoved()).isPositive();
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
        Path target = folder.resolve("restored");
        restic.run("restore", last.id().hex(), "--target", target.toString());
        assertThat(target.resolve("srv/kept")).hasBinaryContent(random(200_000, 1));
        assertThat(target.resolve("srv/changing")).hasBinaryContent(random(250_000, 3));
        assertThat(target.resolve("srv/moved")).hasBinaryContent(random(100_000, 4));
        assertThat(check().findings()).isEmpty();
        assertThat(restic.run("prune", "--max-unused", "0")).contains("to delete:             0 blobs");
    }

    @Test
    void resticFindsEverythingAfterOurForgetAndPruneOfItsRepository() throws IOException {
        Path work = folder.resolve("work");
        restic.run("init");
        List<Map<String, String>> generations = live(work, () -> restic.run("backup", work.toString()));
        List<Snapshot> all = open().snapshots();
        forget(2);
        PruneResult result = prune();
        assertThat(result.freedBytes()).isGreaterThan(4_000_000);
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
        assertThat(open().snapshots()).isEqualTo(all.subList(1, 3));
        assertRestoredByRestic(all.get(1), work, generations.get(1));
        assertRestoredByRestic(all.get(2), work, generations.get(2));
        assertThat(check().findings()).isEmpty();
        restic.run("backup", work.toString());
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
    }

    @Test
    void weFindEverythingAfterResticsForgetAndPrune() throws IOException {
        Path work = folder.resolve("work");
        restic.run("init");
        live(work, () -> restic.run("backup", work.toString()));
        CheckReport before = check();
        assertThat(before.findings()).isEmpty();
        assertThat(before.counts().unusedBytes()).isZero();
        List<Snapshot> all = open().snapshots();
        restic.run("forget", "--keep-last", "1");
        assertThat(check().counts().unusedBytes()).isGreaterThan(4_000_000);
        restic.run("prune", "--max-unused", "0");
        CheckReport after = check();
        assertThat(after.findings()).isEmpty();
        assertThat(after.counts().snapshots()).isEqualTo(1);
        assertThat(after.counts().unusedBytes()).isZero();
        assertThat(open().snapshots()).isEqualTo(all.subList(2, 3));
        Repository open = open();
        assertThat(new Prune(open, new Progress()).plan(ALL).summary().isEmpty())
                .isTrue();
    }

    /// As `holdfast prune` does it, beside others.
    private PruneResult pruneBesideOthers() throws IOException {
        PruneOptions options = new PruneOptions(new MaxUnused.Bytes(0), Long.MAX_VALUE, false, Duration.ZERO);
        Repository open = open();
        Prune prune = new Prune(open, new Progress());
        try (Lock lock = open.locks().maintenance()) {
            return prune.apply(prune.plan(options), lock);
        }
    }

    /// restic knows nothing of marks: what it relies on although it is marked must stay.
    @Test
    void whatResticBacksUpBetweenMarkingAndRemovingStays() throws IOException {
        Path work = folder.resolve("work");
        restic.run("init");
        live(work, () -> restic.run("backup", work.toString()));
        forget(1);
        PruneResult marked;
        try (Lock writer = open().locks().shared()) {
            marked = pruneBesideOthers();
            writer.confirm();
        }
        assertThat(marked.pending().orElseThrow().bytes()).isGreaterThan(4_000_000);
        assertThat(marked.removedBytes()).isZero();
        Path again = folder.resolve("again");
        Files.createDirectories(again);
        Files.write(again.resolve("large"), random(3_000_000, 1));
        Files.write(again.resolve("gone soon"), random(2_000_000, 2));
        assertThat(figure(restic.run("backup", "--json", again.toString()), "data_added"))
                .as("restic finds it all in the packs that are marked")
                .isLessThan(100_000);
        Snapshot committed = open().snapshots().getLast();
        PruneResult removed = pruneBesideOthers();
        assertThat(removed.pending()).isEmpty();
        assertThat(removed.removedBytes()).isPositive();
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
        assertRestoredByRestic(committed, again, contents(again));
        assertThat(check().findings()).isEmpty();
        assertThat(place.resolve("marks")).isEmptyDirectory();
    }

    @Test
    void resticPrunesARepositoryWithMarksAndDoesNotBeginBesideUs() throws IOException {
        Path work = folder.resolve("work");
        restic.run("init");
        List<Map<String, String>> generations = live(work, () -> restic.run("backup", work.toString()));
        forget(1);
        Repository open = open();
        try (Lock writer = open.locks().shared()) {
            pruneBesideOthers();
            writer.confirm();
        }
        assertThat(place.resolve("marks")).isNotEmptyDirectory();
        try (Lock maintenance = open.locks().maintenance()) {
            Restic.Result refused = restic.attempt(List.of(), "backup", work.toString());
            assertThat(refused.exitCode()).as(refused.all()).isNotZero();
            assertThat(refused.err()).contains("already locked");
            maintenance.confirm();
        }
        restic.run("prune", "--max-unused", "0");
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
        Snapshot last = open().snapshots().getLast();
        assertThat(pruneBesideOthers().pending()).isEmpty();
        assertThat(place.resolve("marks")).isEmptyDirectory();
        assertThat(check().findings()).isEmpty();
        assertRestoredByRestic(last, work, generations.getLast());
        restic.run("backup", work.toString());
        assertThat(restic.run("check", "--read-data")).contains("no errors were found");
    }

    @Test
    void tagsThatOneChangesTheOtherSees() throws IOException {
        Path work = folder.resolve("work");
        restic.run("init");
        List<Map<String, String>> generations =
                live(work, () -> restic.run("backup", "--tag", "first", work.toString()));
        Snapshot before = open().snapshots().getLast();
        Repository open = open();
        try (Lock lock = open.locks().exclusive()) {
            new Retag(open).apply(Retag.plan(List.of(before), TagChange.by(List.of("keep"), List.of("first"))), lock);
        }
        assertThat(restic.run("snapshots", "--tag", "keep")).contains("1 snapshots");
        assertThat(restic.run("snapshots", "--tag", "first")).contains("2 snapshots");
        restic.run("tag", "--add", "theirs", "--tag", "keep");
        Snapshot after = open().snapshots().getLast();
        assertThat(after.tags()).containsExactly("keep", "theirs");
        assertThat(after.original()).isEqualTo(before.id());
        assertThat(after.tree()).isEqualTo(before.tree());
        assertRestoredByRestic(after, work, generations.getLast());
        assertThat(check().findings()).isEmpty();
    }

    @Test
    void listsDifferencesAndFiguresAreRestics() throws IOException {
        Path work = folder.resolve("work");
        restic.run("init");
        live(work, () -> restic.run("backup", work.toString()));
        Repository open = open();
        List<Snapshot> all = open.snapshots();
        for (Snapshot snapshot : all) {
            List<String> ours = new ArrayList<>();
            new SnapshotListing(open).list(snapshot, "/", true, (path, _) -> ours.add(path));
            List<String> theirs = restic.run("ls", snapshot.id().hex())
                    .lines()
                    .filter(line -> line.startsWith("/"))
                    .toList();
            assertThat(ours).containsExactlyInAnyOrderElementsOf(theirs);
        }
        sameDifference(open, all.get(0), all.get(1));
        sameDifference(open, all.get(1), all.get(2));
        for (StatsMode mode : StatsMode.values()) {
            sameFigures(open, all, mode);
        }
    }

    private void sameDifference(Repository open, Snapshot before, Snapshot after) throws IOException {
        List<String> ours = new ArrayList<>();
        var totals = new SnapshotDiff(open)
                .compare(
                        before,
                        after,
                        new SnapshotDiff.Options(false, true),
                        change -> ours.add(change.kind().marker() + " " + change.path()));
        String text = restic.run("diff", before.id().hex(), after.id().hex());
        List<String> theirs = text.lines()
                .filter(line -> line.matches("[-+MUT]+ +/.*"))
                .map(line -> line.replaceFirst("([-+MUT])[MUT]* +", "$1 ").replaceFirst("/$", ""))
                .toList();
        // restic neither lists nor counts what comes with a change of type
        assertThat(ours.stream().filter(line -> !line.contains("now a folder")))
                .containsExactlyInAnyOrderElementsOf(theirs);
        if (theirs.stream().anyMatch(line -> line.startsWith("T"))) {
            return;
        }
        assertThat(text)
                .contains(blobs(
                        "Data", totals.added().dataBlobs(), totals.removed().dataBlobs()))
                .contains(blobs(
                        "Tree", totals.added().treeBlobs(), totals.removed().treeBlobs()));
    }

    private static String blobs(String type, long added, long removed) {
        return String.format(Locale.ROOT, "%s Blobs:  %5d new, %5d removed", type, added, removed);
    }

    private void sameFigures(Repository open, List<Snapshot> snapshots, StatsMode mode) throws IOException {
        Stats ours = new RepositoryStats(open).measure(snapshots, mode);
        String theirs = restic.run("stats", "--json", "--mode", mode.label());
        long bytes = mode == StatsMode.RAW_DATA ? ours.storedBytes() : ours.bytes();
        assertThat(bytes).as("%s: %s", mode, theirs).isEqualTo(figure(theirs, "total_size"));
        if (mode == StatsMode.RAW_DATA) {
            assertThat(ours.blobs()).isEqualTo(figure(theirs, "total_blob_count"));
        } else if (mode != StatsMode.BLOBS_PER_FILE) {
            // by contents restic takes everything that is no file for one empty file
            long entries = ours.entries() + (mode == StatsMode.FILES_BY_CONTENTS ? 1 : 0);
            assertThat(entries).as("%s: %s", mode, theirs).isEqualTo(figure(theirs, "total_file_count"));
        }
    }

    private static long figure(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        assertThat(found.find()).as("%s in %s", name, json).isTrue();
        return Long.parseLong(found.group(1));
    }
}
