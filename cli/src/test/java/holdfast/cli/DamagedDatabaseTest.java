package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.IndexEntry;
import holdfast.repository.Manifests;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.source.postgres.PostgresServer;
import holdfast.storage.LocalStorage;
import holdfast.view.SnapshotPath;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: a backup whose rows are damaged is told as such before a live row is touched, and what is
/// whole in it can be had. Method: the blob of one table of two is broken in the repository.
@Tag("slow")
final class DamagedDatabaseTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static int databases;

    @TempDir
    Path folder;

    private FakeWorld world;
    private String database;

    @BeforeEach
    void takeSnapshot() throws SQLException, IOException {
        database = SERVER.database("hurt" + databases++);
        SERVER.run(
                database,
                "CREATE TABLE orders (id int PRIMARY KEY, total text)",
                "INSERT INTO orders SELECT g, md5(g::text) FROM generate_series(1, 1000) g",
                "CREATE TABLE other (id int PRIMARY KEY, total text)",
                "INSERT INTO other SELECT g, 'other' FROM generate_series(1, 10) g");
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("TMPDIR", folder.toString())
                .with("PATH", SERVER.programs().path());
        assertThat(world.run("init", "--key-cost", "10").code()).isZero();
        assertThat(world.run("backup", SERVER.url(database)).code()).isZero();
        SERVER.run(database, "UPDATE orders SET total = 'live'");
    }

    /// Where a blob of the largest file of the dump lies.
    ///
    /// @param alone whether nothing else may lie in its pack
    private IndexEntry stored(boolean alone) throws IOException {
        try (Repository repository = Repository.open(
                new LocalStorage(folder.resolve("backups")), Password.of("x"), InstantSource.system())) {
            Snapshot snapshot = repository.snapshots().getLast();
            String path = Manifests.read(repository, snapshot)
                    .orElseThrow()
                    .sources()
                    .getFirst()
                    .path();
            ObjectId tree = Objects.requireNonNull(
                    SnapshotPath.resolve(repository, snapshot, path).node().subtree());
            List<ObjectId> blobs = repository.loadTree(tree).nodes().stream()
                    .max((one, two) -> Long.compare(one.size(), two.size()))
                    .orElseThrow()
                    .content();
            Set<ObjectId> shared = new HashSet<>();
            repository.index().forEach(entry -> {
                if (alone && !blobs.contains(entry.id())) {
                    shared.add(entry.pack());
                }
            });
            for (ObjectId blob : blobs) {
                IndexEntry entry = Objects.requireNonNull(repository.index().find(BlobType.DATA, blob));
                if (!shared.contains(entry.pack())) {
                    return entry;
                }
            }
            throw new AssertionError("no pack holds rows alone");
        }
    }

    private Path pack(IndexEntry blob) {
        String name = blob.pack().hex();
        return folder.resolve("backups/data").resolve(name.substring(0, 2)).resolve(name);
    }

    /// The length stays, so that only who reads it finds out.
    private void flipOneByte() throws IOException {
        IndexEntry blob = stored(false);
        Path pack = pack(blob);
        assertThat(pack.toFile().setWritable(true)).isTrue();
        try (RandomAccessFile file = new RandomAccessFile(pack.toFile(), "rw")) {
            file.seek(blob.offset() + blob.length() / 2);
            int was = file.read();
            file.seek(blob.offset() + blob.length() / 2);
            file.write(was ^ 1);
        }
    }

    private void assertUntouched() throws SQLException {
        assertThat(SERVER.ask(database, "SELECT count(*), min(total), max(total) FROM orders"))
                .containsExactly("1000|live|live");
        assertThat(SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + database + "%'"))
                .containsExactly(database);
    }

    private void damage(String message, String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.out() + result.err()).isEqualTo(ExitCode.DAMAGED);
        assertThat(result.err()).contains(message, "hint: ", "--table", "--accept-damage");
    }

    /// More than fits into one pack, so that one can go and leave the rest readable.
    @Test
    void aLostPackIsToldBeforeAnythingIsAskedOrDone() throws Exception {
        SERVER.run(
                database,
                "CREATE TABLE big AS SELECT encode(sha512(g::text::bytea), 'base64') AS v FROM generate_series(1, 700000) g");
        assertThat(world.run("--compression", "off", "backup", SERVER.url(database))
                        .code())
                .isZero();
        Files.delete(pack(stored(true)));
        damage("data of table public.big", "restore", "--dry-run");
        damage("data of table public.big", "restore", "--yes");
        damage(
                "data of table public.big",
                "restore",
                "--target",
                SERVER.url(database),
                "--data-only",
                "--truncate",
                "--yes");
        assertUntouched();
        assertThat(SERVER.ask(database, "SELECT count(*) FROM big")).containsExactly("700000");
        assertThat(world.run("snapshots", "--json").out().split("\"short_id\"", -1))
                .hasSize(3);

        String into = SERVER.database(database + "_rest");
        Result rest = world.run("restore", "--target", SERVER.url(into), "--accept-damage");
        assertThat(rest.code()).as(rest.err()).isEqualTo(ExitCode.DAMAGED);
        assertThat(rest.err()).contains("table public.big is damaged in the backup, and left out");
        assertThat(SERVER.ask(into, "SELECT count(*), max(total) FROM orders")).containsExactly("1000|live");
        assertThat(SERVER.ask(into, "SELECT count(*) FROM big")).containsExactly("0");
    }

    @Test
    void rowsThatCannotBeReadEmptyNoTable() throws Exception {
        flipOneByte();
        damage(
                "it lacks data of table public.orders",
                "restore",
                "--target",
                SERVER.url(database),
                "--data-only",
                "--truncate",
                "--no-verify",
                "--yes");
        assertUntouched();
    }

    @Test
    void damageFoundOnTheWayReplacesNothing() throws Exception {
        flipOneByte();
        damage("table public.orders: ", "restore", "--yes");
        assertUntouched();
    }

    @Test
    void whatIsWholeCanBeHad() throws Exception {
        flipOneByte();
        Result part = world.run("restore", "--target", SERVER.url(database + "_part"), "--create", "--table", "other");
        assertThat(part.code()).as(part.err()).isZero();
        assertThat(SERVER.ask(database + "_part", "SELECT count(*) FROM other")).containsExactly("10");
        Result rest = world.run("restore", "--yes", "--accept-damage");
        assertThat(rest.code()).as(rest.err()).isEqualTo(ExitCode.DAMAGED);
        assertThat(rest.err()).contains("table public.orders", "what is named above failed; all else is there");
        assertThat(SERVER.ask(database, "SELECT count(*) FROM other")).containsExactly("10");
        assertThat(SERVER.ask(database, "SELECT count(*) FROM orders")).containsExactly("0");
        assertThat(world.run("undo", "--yes").code()).isZero();
        assertThat(SERVER.ask(database, "SELECT count(*), min(total) FROM orders"))
                .containsExactly("1000|live");
    }
}
