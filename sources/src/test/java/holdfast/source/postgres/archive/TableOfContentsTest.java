package holdfast.source.postgres.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.source.postgres.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what is made of the table of contents of an archive in custom format is byte for byte what `pg_dump` itself
/// writes in directory format. Method: both from one unchanging database with objects of many kinds.
final class TableOfContentsTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private static byte[] custom;
    private static byte[] directory;

    @BeforeAll
    static void dump() throws Exception {
        String database = SERVER.database("various");
        SERVER.run(
                database,
                "CREATE SCHEMA app",
                "CREATE TYPE app.mood AS ENUM ('so', 'so ''la''')",
                "CREATE TABLE app.a (id serial PRIMARY KEY, n text DEFAULT 'x', m app.mood)",
                "CREATE INDEX ON app.a (n)",
                "CREATE TABLE p (id int, k text) PARTITION BY RANGE (id)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE \"we\"\"ird\nname. ü\" ()",
                "CREATE VIEW v AS SELECT * FROM app.a",
                "CREATE MATERIALIZED VIEW mv AS SELECT count(*) FROM app.a",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE SEQUENCE sq",
                "SELECT lo_from_bytea(0, 'one')",
                "SELECT lo_from_bytea(4711, 'two')",
                "COMMENT ON LARGE OBJECT 4711 IS 'second'",
                "INSERT INTO app.a (n) SELECT g::text FROM generate_series(1, 100) g");
        custom = pgDump(database, "custom", folder.resolve("custom"));
        Path files = folder.resolve("directory");
        pgDump(database, "directory", files);
        directory = Files.readAllBytes(files.resolve(TableOfContents.NAME));
        for (TocEntry entry :
                TocReader.read(new ByteArrayInputStream(directory)).entries()) {
            TableOfContents toc = TocReader.read(new ByteArrayInputStream(directory));
            assertThat(!entry.data() || Files.exists(files.resolve(toc.file(entry))))
                    .as(entry.toString())
                    .isTrue();
        }
    }

    private static byte[] pgDump(String database, String format, Path target) throws Exception {
        List<String> command = List.of(
                SERVER.programs().program("pg_dump").toString(),
                "--format=" + format,
                "--compress=0",
                "--file=" + target,
                "--dbname=" + SERVER.url(database));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return Files.isDirectory(target) ? new byte[0] : Files.readAllBytes(target);
    }

    private static TableOfContents read(byte[] bytes) throws IOException {
        return TocReader.read(new ByteArrayInputStream(bytes));
    }

    @Test
    void aDirectorysTableOfContentsIsReadAndWrittenWithoutAChange() throws IOException {
        assertThat(TocWriter.write(read(directory))).isEqualTo(directory);
    }

    @Test
    void thatOfACustomArchiveBecomesThatOfADirectory() throws IOException {
        TableOfContents toc = read(custom);
        ArchiveHeader header = toc.header();
        ArchiveHeader sameTime = new ArchiveHeader(
                header.version(),
                header.compression(),
                read(directory).header().created(),
                header.daylightSaving(),
                header.database(),
                header.serverVersion(),
                header.dumpVersion());
        assertThat(TocWriter.write(new TableOfContents(sameTime, toc.entries())))
                .isEqualTo(directory);
    }

    @Test
    void itIsReadWithoutWhatFollows() throws IOException {
        byte[] longer = Arrays.copyOf(directory, directory.length + 100);
        ByteArrayInputStream in = new ByteArrayInputStream(longer);
        TocReader.read(in);
        assertThat(in.available()).isEqualTo(100);
    }

    @Test
    void everyShorterOneIsRefused() {
        for (int length = 0; length < directory.length; length++) {
            byte[] shorter = Arrays.copyOf(directory, length);
            assertThatThrownBy(() -> read(shorter)).isInstanceOfAny(EOFException.class, BrokenArchiveException.class);
        }
    }

    @Test
    void mutatedBytesAreReadOrRefusedWithoutAnyOtherFailure() {
        long seed = Long.getLong("seed", 1);
        Random random = new Random(seed);
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = directory.clone();
            for (int j = 0; j <= i % 3; j++) {
                mutated[random.nextInt(Math.min(mutated.length, i % 2 == 0 ? 200 : mutated.length))] =
                        (byte) random.nextInt();
            }
            try {
                read(mutated);
            } catch (EOFException | BrokenArchiveException _) {
                // refused
            } catch (Exception e) {
                failures.add(e);
            }
        }
        assertThat(failures).as("seed " + seed).isEmpty();
    }
}
