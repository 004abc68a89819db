package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.NastyTree;
import holdfast.source.NastyTree.Part;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// A repository with a history, made once, of which tests damage copies: three snapshots of a database and a tree
/// of odd names, each with data of its own and proven to another level.
final class Specimen implements AutoCloseable {
    static final String OTHER_PASSWORD = "battery-st\u00e4ple";

    private static final List<String> LEVELS = List.of("identical", "sound", "stored");
    private static final int NEW_BYTES = 200_000;

    private final Workplace place = new Workplace();
    private final Random random;
    private final Path made = place.path("made");
    private final Sqlite shop;
    private final List<Taken> taken = new ArrayList<>();
    private int copies;

    /// A snapshot, what it was taken of, and the files of the repository that came with it.
    record Taken(String id, Path tree, String database, List<String> files) {
        /// The file of some kind, such as `index`, that came with the snapshot.
        String file(String kind) {
            List<String> of =
                    files.stream().filter(file -> file.startsWith(kind + "/")).toList();
            assertThat(of).as(kind + " of one backup").hasSize(1);
            return of.getFirst();
        }
    }

    Specimen(Random random) throws IOException {
        this.random = random;
        Holdfast holdfast = place.holdfast("made");
        holdfast.run("init", "--key-cost", "10");
        NastyTree.build(
                Files.createDirectory(place.path("tree")),
                EnumSet.of(Part.NAMES, Part.LINKS, Part.HARD_LINKS, Part.EMPTY, Part.TIMES, Part.MODES),
                random.nextLong());
        shop = Sqlite.shop(place.path("shop.db"));
        for (String level : LEVELS) {
            change("new for " + level);
            List<String> before = files(made);
            String id = holdfast.backup("shop.db", "tree", "--prove", level);
            List<String> written = new ArrayList<>(files(made));
            written.removeAll(before);
            taken.add(new Taken(id, place.copy("tree", "tree of " + level), shop.dump(), written));
        }
    }

    /// Lets [#OTHER_PASSWORD] open it too. Without that every run is quicker.
    ///
    /// @return the keys: of the usual password, and of the other one
    List<String> addOtherPassword() throws IOException {
        List<String> keys = new ArrayList<>(files("keys"));
        Files.writeString(place.path("other password"), OTHER_PASSWORD);
        place.holdfast("made").run("key", "add", "--new-password-file", "other password");
        List<String> added = new ArrayList<>(files("keys"));
        added.removeAll(keys);
        keys.addAll(added);
        return keys;
    }

    /// Puts the locks of two backups into the repository that were killed.
    List<String> leaveLocks() throws IOException, InterruptedException {
        Holdfast holdfast = place.holdfast("made");
        String[] slowly = {"backup", "tree", "--force", "--tag", "killed", "--limit-upload", "1"};
        try (HoldfastProcess one = holdfast.start(slowly);
                HoldfastProcess other = holdfast.start(slowly)) {
            Await.until("two locks", () -> Await.stored(made.resolve("locks")) == 2);
            one.kill();
            other.kill();
        }
        return files("locks").stream()
                .filter(file -> file.matches(".*[0-9a-f]{64}"))
                .toList();
    }

    private void change(String name) throws IOException {
        Files.write(place.path("tree/" + name), Trees.bytes(random, NEW_BYTES));
        shop.sell(300);
    }

    /// The files of a repository, by their names in it.
    static List<String> files(Path repository) throws IOException {
        try (Stream<Path> all = Files.walk(repository)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> repository.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /// @param number from 0, the oldest, to 2
    Taken taken(int number) {
        return taken.get(number);
    }

    /// The pack with the content that was new in a snapshot. It is larger than that of the trees.
    String dataPack(int number) throws IOException {
        return packs(number).getLast();
    }

    String treePack(int number) throws IOException {
        return packs(number).getFirst();
    }

    private List<String> packs(int number) throws IOException {
        List<String> packs = taken(number).files().stream()
                .filter(file -> file.startsWith("data/"))
                .sorted(Comparator.comparingLong(
                        file -> made.resolve(file).toFile().length()))
                .toList();
        assertThat(packs).as("packs of one backup").hasSize(2);
        assertThat(Files.size(made.resolve(packs.getFirst()))).isLessThan(NEW_BYTES);
        assertThat(Files.size(made.resolve(packs.getLast()))).isGreaterThan(NEW_BYTES);
        return packs;
    }

    /// The files of some kind.
    List<String> files(String kind) throws IOException {
        return files(made).stream().filter(file -> file.startsWith(kind + "/")).toList();
    }

    /// The name by which messages know a file: without the folder that packs are spread over.
    static String named(String file) {
        return file.startsWith("data/") ? "data/" + file.substring(file.lastIndexOf('/') + 1) : file;
    }

    /// The program on a fresh copy.
    Holdfast copy() {
        place.copy("made", "copy " + ++copies);
        return place.holdfast("copy " + copies);
    }

    /// The program on a fresh copy in which one file was damaged.
    ///
    /// @param other for a swap; a file of the repository, or one outside of it
    Holdfast damaged(Damage damage, String file, String other) throws IOException {
        Holdfast holdfast = copy();
        Path repository = holdfast.repository();
        damage.apply(repository.resolve(file), repository.resolve(other), random);
        return holdfast;
    }

    /// The `config` of another repository with the same password.
    Path strangeConfig() throws IOException {
        String name = "strange " + ++copies;
        place.holdfast(name).run("init", "--key-cost", "10");
        return place.path(name).resolve("config");
    }

    /// Restores a snapshot, which must come out exactly.
    void assertRestores(Holdfast holdfast, int number) throws IOException {
        Path target = target();
        holdfast.run("restore", taken(number).id(), "--target", target.toString());
        assertSame(taken(number), target);
    }

    private static void assertSame(Taken snapshot, Path target) throws IOException {
        Trees.assertSame(snapshot.tree(), target.resolve("tree"));
        new Sqlite(target.resolve("shop.db")).assertHolds(snapshot.database());
    }

    /// Restores a snapshot that cannot come out whole: this must be said, and nothing wrong may have a name.
    ///
    /// @param why the damaged file, which must be named
    void assertSaysWhyNot(Holdfast holdfast, int number, String why) throws IOException {
        Path target = target();
        Result result = holdfast.attempt(9, "restore", taken(number).id(), "--target", target.toString());
        assertThat(result.err()).as(result.all()).contains(why, "hint: ");
        assertThat(result.out()).doesNotContain("completed");
        if (Files.exists(target)) {
            assertNothingWrong(taken(number), target);
        }
    }

    /// Files that have their names have their content, too.
    private void assertNothingWrong(Taken snapshot, Path target) throws IOException {
        // without its manifest a snapshot is restored below the whole path
        Path whole = target.resolve(place.folder().toString().substring(1));
        Path root = Files.exists(whole) ? whole : target;
        try (Stream<Path> restored = Files.walk(root)) {
            for (Path file : restored.filter(Files::isRegularFile).toList()) {
                if (file.equals(root.resolve("shop.db"))) {
                    new Sqlite(file).assertHolds(snapshot.database());
                } else {
                    Path original = snapshot.tree().resolve(root.resolve("tree").relativize(file));
                    assertThat(Files.mismatch(original, file))
                            .as(file.toString())
                            .isEqualTo(-1);
                }
            }
        }
    }

    /// Changes what is backed up and backs it up.
    ///
    /// @return how that ended
    Result backUpAgain(Holdfast holdfast) throws IOException {
        change("new for the next");
        return holdfast.attempt("backup", "shop.db", "tree");
    }

    /// A backup without anybody's help, whose snapshot must come out exactly.
    ///
    /// @param warning what must be said on the way
    void assertBacksUp(Holdfast holdfast, String warning) throws IOException {
        Result result = backUpAgain(holdfast);
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.err()).as(result.all()).contains(warning);
        assertLatestIsWhatIsThere(holdfast);
    }

    void assertLatestIsWhatIsThere(Holdfast holdfast) throws IOException {
        Path target = target();
        holdfast.run("restore", "latest", "--target", target.toString());
        assertSame(new Taken("latest", place.path("tree"), shop.dump(), List.of()), target);
    }

    private Path target() throws IOException {
        return Files.createTempDirectory(place.folder(), "restored").resolve("here");
    }

    /// `check`, which must fail with one clear message.
    ///
    /// @param damaged what must be named
    void assertCheckFinds(Holdfast holdfast, String... damaged) throws IOException {
        Result result = holdfast.attempt(9, "check", "--read-data");
        assertThat(result.all()).contains(damaged);
        assertThat(result.err().lines().filter(line -> line.startsWith("hint: ")))
                .as(result.all())
                .hasSize(1);
    }

    @Override
    public void close() throws IOException {
        place.close();
    }
}
