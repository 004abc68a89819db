package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.repository.Repository;
import holdfast.source.Capture;
import holdfast.source.DirectorySink;
import holdfast.source.FileContent;
import holdfast.source.Source;
import holdfast.source.TreeSink;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.storage.MemoryStorage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: when the session that holds the snapshot is lost, the database is read again in another
/// one; nothing of what was read before is seen, and not much is stored twice. Method: the loss is
/// made between the capture and the reading, and the database changed with it.
@Tag("slow")
final class LostSnapshotTest {
    private static final String END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'holdfast' AND pid <> pg_backend_pid()";

    /// After the table of contents and the roles.
    private static final int FIRST_TABLE = 3;

    /// The list of large objects; before it two tables and an object.
    private static final int LAST_FILE = 6;

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private final List<String> notices = new ArrayList<>();
    private String database = "";

    @BeforeAll
    static void makeTemplate() throws SQLException {
        SERVER.run(
                SERVER.database("pattern"),
                "CREATE TABLE kept (id int PRIMARY KEY, body text)",
                "INSERT INTO kept SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 20000) g",
                "CREATE TABLE early (id int)",
                "INSERT INTO early VALUES (1)",
                "SELECT lo_from_bytea(7, 'early')");
    }

    @BeforeEach
    void makeDatabase() throws SQLException {
        database = "shop" + System.nanoTime();
        SERVER.run(PostgresServer.SUPERUSER, "CREATE DATABASE " + database + " TEMPLATE pattern");
    }

    private PostgresSource source(Consumer<String> told) throws IOException {
        return new PostgresSource(
                ConnectionTarget.of(SERVER.url(database), Map.of()),
                ClientPrograms.find(SERVER.programs().path() + ":" + System.getenv("PATH")),
                PostgresOptions.DEFAULTS.withSilence(Duration.ofSeconds(15)),
                folder,
                InstantSource.system(),
                told);
    }

    private void end() {
        run(END_ALL);
    }

    private void run(String... statements) {
        try {
            SERVER.run(database, statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Another source, with something that happens each time when so many of its files are stored.
    private record Disturbed(Source source, int files, Runnable fault) implements Source {
        @Override
        public SourceKind kind() {
            return source.kind();
        }

        @Override
        public String location() {
            return source.location();
        }

        @Override
        public Capture capture() throws IOException {
            Capture capture = source.capture();
            return new Capture() {
                @Override
                public long expectedBytes() {
                    return capture.expectedBytes();
                }

                @Override
                public long expectedFiles() {
                    return capture.expectedFiles();
                }

                @Override
                public SourceRecord writeTo(TreeSink tree) throws IOException {
                    return capture.writeTo(
                            path -> new DisturbedFolder(tree.at(path), files, fault, new AtomicInteger()));
                }

                @Override
                public void close() throws IOException {
                    capture.close();
                }
            };
        }
    }

    private record DisturbedFolder(DirectorySink sink, int files, Runnable fault, AtomicInteger count)
            implements DirectorySink.ChildDirectory {
        @Override
        public ChildDirectory directory(Node directory) throws IOException {
            return new DisturbedFolder(sink.directory(directory), files, fault, new AtomicInteger());
        }

        @Override
        public boolean file(Node file, FileContent content) throws IOException {
            boolean known = sink.file(file, content);
            if (count.incrementAndGet() == files) {
                fault.run();
            }
            return known;
        }

        @Override
        public void node(Node node) throws IOException {
            sink.node(node);
        }

        @Override
        public void close() throws IOException {
            ((ChildDirectory) sink).close();
        }

        @Override
        public void discard() {
            ((ChildDirectory) sink).discard();
        }
    }

    /// Happens the first time only.
    private static Runnable once(Runnable fault) {
        AtomicBoolean happened = new AtomicBoolean();
        return () -> {
            if (!happened.getAndSet(true)) {
                fault.run();
            }
        };
    }

    @Test
    void isTakenAgainAndOfTheFirstNothingIsSeen() throws IOException, SQLException {
        Instant before = Instant.now();
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult result =
                    Backups.backUp(repository, new Disturbed(source(notices::add), FIRST_TABLE, once(() -> {
                        end();
                        run(
                                "DROP TABLE early",
                                "SELECT lo_unlink(7)",
                                "CREATE TABLE late (id int)",
                                "INSERT INTO late VALUES (2)");
                    })));
            BackupResult straight = Backups.backUp(repository, source(notices::add));

            SourceRecord record = result.manifest().sources().getFirst();
            assertThat(record.tables()).extracting(TableRecord::name).containsExactly("public.kept", "public.late");
            assertThat(record.tables())
                    .isEqualTo(straight.manifest().sources().getFirst().tables());
            assertThat(record.failures()).isEmpty();
            assertThat(record.details()).containsEntry(PostgresSource.REPEATS, "1");
            assertThat(Instant.parse(record.details().getOrDefault("postgres.taken-at", "")))
                    .isAfter(before);
            assertThat(notices)
                    .singleElement()
                    .asString()
                    .contains(database)
                    .contains("begins again, with a new snapshot");

            // file for file the same, and nearly all of it was there already
            assertThat(text(repository, result)).isEqualTo(text(repository, straight));
            assertThat(straight.unchanged()).isTrue();
            assertThat(result.summary().totalBytesProcessed())
                    .isEqualTo(straight.summary().totalBytesProcessed());
        }
        assertNothingIsLeft();
    }

    private static Map<String, String> text(Repository repository, BackupResult result) throws IOException {
        Map<String, String> files = new TreeMap<>();
        Backups.contents(repository, result.snapshot())
                .forEach((path, content) -> files.put(path, new String(content, StandardCharsets.ISO_8859_1)));
        return files;
    }

    @Test
    void whatWasReadBeforeIsNotStoredTwice() throws IOException, SQLException {
        MemoryStorage storage = new MemoryStorage();
        MemoryStorage plain = new MemoryStorage();
        run("INSERT INTO kept SELECT g, md5(g::text) || md5((g + 1)::text) FROM generate_series(100000, 200000) g");
        try (Repository repository = Backups.init(storage);
                Repository other = Backups.init(plain)) {
            Backups.backUp(repository, new Disturbed(source(notices::add), LAST_FILE, once(this::end)));
            Backups.backUp(other, source(notices::add));
        }
        assertThat(notices).hasSize(1);
        assertThat(bytes(storage)).isLessThan(bytes(plain) * 105 / 100 + 100_000);
        assertNothingIsLeft();
    }

    private static long bytes(MemoryStorage storage) {
        try (Stream<StoredFile> files = storage.list("data/")) {
            return files.mapToLong(StoredFile::bytes).sum();
        }
    }

    @Test
    void whatIsLostAgainAndAgainIsTold() throws IOException, SQLException {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            Disturbed source = new Disturbed(source(notices::add), FIRST_TABLE, this::end);
            assertThatThrownBy(() -> Backups.backUp(repository, source))
                    .isInstanceOf(HoldfastException.Failed.class)
                    .hasMessageContaining("lost the server")
                    .hasMessageContaining("begun again 2 times");
            assertThat(repository.readableSnapshots()).isEmpty();
        }
        assertThat(notices).hasSize(2);
        assertNothingIsLeft();
    }

    @Test
    void aServerThatStaysAwayIsToldInTime() throws IOException, SQLException {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            Disturbed source = new Disturbed(source(notices::add), FIRST_TABLE, () -> {
                try {
                    SERVER.stop();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            long begin = System.nanoTime();
            assertThatThrownBy(() -> Backups.backUp(repository, source))
                    .isInstanceOf(HoldfastException.Failed.class)
                    .hasMessageContaining("lost the server")
                    .hasMessageContaining("did not come back within 15 s: cannot connect to");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(40));
            assertThat(repository.readableSnapshots()).isEmpty();
        } finally {
            SERVER.start();
        }
        assertNothingIsLeft();
    }

    /// A server ends a session soon after its client has gone, not at once.
    private void assertNothingIsLeft() throws SQLException {
        String sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + database + "'";
        SERVER.run(
                PostgresServer.SUPERUSER,
                "DO $$ BEGIN FOR i IN 1..300 LOOP PERFORM pg_stat_clear_snapshot();" + " EXIT WHEN (" + sessions
                        + ") = 0; PERFORM pg_sleep(0.1); END LOOP; END $$");
        assertThat(SERVER.ask(PostgresServer.SUPERUSER, sessions)).containsExactly("0");
        assertThat(SERVER.data().resolve("pg_snapshots")).isEmptyDirectory();
    }
}
