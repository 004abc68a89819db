package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.source.NastyTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Goal: a database in a place where nothing may be written is backed up with all that its log or journal says, and
/// nothing there is changed.
/// Method: run by an ordinary user, since nothing is denied to root.
final class ReadOnlyDatabaseTest {
    private static final List<String> NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    private final long seed = Seed.choose();

    @AutoClose
    private final Workplace place = new Workplace();

    private final Path sealed = place.path("sealed");

    @Test
    void whateverItsWriterLeftIsInTheSnapshot() throws Exception {
        Files.createDirectory(sealed);
        create("still.db", "DELETE").bookUntil(30);
        create("closed.db", "WAL").bookUntil(30);
        killed(create("log.db", "WAL"));
        killed(create("log without index.db", "WAL"));
        Files.delete(sealed.resolve("log without index.db-shm"));
        killed(create("journal.db", "DELETE").bookUntil(30));
        Path left = place.copy("sealed", "left");
        place.copy("sealed", "open");
        mode(sealed, "r-xr-xr-x", "r--r--r--");
        mode(left, "r-xr-xr-x", "r--r--r--");

        Holdfast holdfast = place.holdfast("repository");
        Holdfast unprivileged = NastyTree.isRoot() ? holdfast.by(nobody()) : holdfast;
        unprivileged.run("init");
        Map<String, Ledger> databases = databases();
        String id = unprivileged.backup(
                databases.keySet().stream().map(name -> "sealed/" + name).toArray(String[]::new));

        Trees.assertSame(left, sealed);
        unprivileged.run("restore", id, "--target", "restored/all");
        Path restored = place.path("restored/all");
        mode(restored, "rwxrwxrwx", "rw-rw-rw-");
        for (Map.Entry<String, Ledger> each : databases.entrySet()) {
            Ledger ledger = new Ledger(restored.resolve(each.getKey()));
            assertThat(ledger.bookings()).as(each.getKey()).isGreaterThanOrEqualTo(30);
            ledger.assertHolds(each.getValue().dump());
        }
    }

    private Ledger create(String name, String journalMode) {
        return Ledger.create(sealed.resolve(name), seed, "PRAGMA journal_mode = " + journalMode);
    }

    /// A transaction larger than the cache begins to change file or log before it commits.
    private static void killed(Ledger ledger) throws Exception {
        try (SqliteProcess writer = new SqliteProcess(ledger.file())) {
            writer.send("PRAGMA cache_size = 10;");
            for (int i = 0; i < 10; i++) {
                writer.send(Ledger.TRANSACTION);
            }
            writer.send("BEGIN; UPDATE accounts SET balance = 0, pad = 'half' || id;");
            assertThat(writer.ask("SELECT changes();")).endsWith("3000");
            writer.kill();
        }
    }

    /// As SQLite itself recovers them where it may write.
    private Map<String, Ledger> databases() throws IOException {
        Map<String, Ledger> databases = new TreeMap<>();
        try (Stream<Path> files = Files.list(place.path("open"))) {
            files.filter(file -> file.toString().endsWith(".db"))
                    .forEach(file -> databases.put(file.getFileName().toString(), new Ledger(file)));
        }
        return databases;
    }

    /// The user nobody, who is given a place for a repository and for what is restored.
    private List<String> nobody() throws Exception {
        for (String name : List.of("", "scratch", "repository", "restored")) {
            Path folder = Files.createDirectories(place.path(name));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        List<String> test = Stream.concat(
                        NOBODY.stream(),
                        Stream.of(
                                "test",
                                "-x",
                                HoldfastProcess.root().resolve("holdfast").toString()))
                .toList();
        assumeTrue(new ProcessBuilder(test).start().waitFor() == 0, "NEEDS a working copy that every user may read");
        return NOBODY;
    }

    private static void mode(Path folder, String ofFolder, String ofFiles) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(ofFiles));
            }
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(ofFolder));
    }
}
