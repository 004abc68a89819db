package holdfast.source.postgres.bare;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a dump that stock `pg_dump` wrote is found whole in every format, and one that was cut
/// short or changed anywhere a check can see is not. Method: real dumps, cut at many places, and
/// damaged.
@Tag("slow")
final class DumpCheckTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    private static String url = "";

    @BeforeAll
    static void makeDatabase() throws Exception {
        String database = SERVER.database("bare");
        url = SERVER.url(database);
        SERVER.run(
                database,
                "CREATE TABLE big (id int, t text)",
                "INSERT INTO big SELECT g, md5(g::text) FROM generate_series(1, 20000) g",
                "CREATE TABLE empty (id int)",
                "CREATE TABLE odd (t text)",
                "INSERT INTO odd VALUES (E'\\\\.'), ('')",
                "SELECT lo_from_bytea(4711, decode(repeat('00ff0a', 30000), 'hex'))",
                "SELECT lo_create(4712)");
    }

    private static Path dump(String name, String... options) throws Exception {
        Path target = folder.resolve(name);
        if (!Files.exists(target)) {
            List<String> command =
                    new ArrayList<>(List.of(SERVER.programs().program("pg_dump").toString(), "--file=" + target));
            command.addAll(List.of(options));
            command.add("--dbname=" + url);
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
        return target;
    }

    private static Path dump(String format) throws Exception {
        return switch (format) {
            case "custom" -> dump("custom", "-Fc");
            case "custom-plain" -> dump("custom-plain", "-Fc", "-Z0");
            case "custom-inserts" -> dump("custom-inserts", "-Fc", "--inserts");
            case "custom-schema" -> dump("custom-schema", "-Fc", "--schema-only");
            case "tar" -> dump("tar", "-Ft");
            case "plain" -> dump("plain", "-Fp");
            case "plain.gz" -> compressed(dump("plain", "-Fp"));
            case "custom.gz" -> compressed(dump("custom", "-Fc"));
            case "directory" -> dump("directory", "-Fd");
            case "custom-zstd" -> dump("custom-zstd", "-Fc", "--compress=zstd");
            case "custom-lz4" -> dump("custom-lz4", "-Fc", "--compress=lz4");
            case "directory-zstd" -> dump("directory-zstd", "-Fd", "--compress=zstd");
            case "directory-lz4" -> dump("directory-lz4", "-Fd", "--compress=lz4");
            case "directory-plain" -> dump("directory-plain", "-Fd", "-Z0");
            default -> throw new IllegalArgumentException(format);
        };
    }

    private static Path compressed(Path file) throws IOException {
        Path target = file.resolveSibling(file.getFileName() + ".gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(target));
                InputStream in = Files.newInputStream(file)) {
            in.transferTo(out);
        }
        return target;
    }

    /// Those that the `pg_dump` at hand can write.
    static Stream<String> formats() throws Exception {
        Stream<String> all = Stream.of(
                "custom",
                "custom-plain",
                "custom-inserts",
                "custom-schema",
                "tar",
                "plain",
                "plain.gz",
                "custom.gz",
                "directory",
                "directory-plain");
        int version = Integer.parseInt(
                        SERVER.ask("postgres", "SHOW server_version_num").getFirst())
                / 10_000;
        return version < 16
                ? all
                : Stream.concat(all, Stream.of("custom-zstd", "custom-lz4", "directory-zstd", "directory-lz4"));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aDumpIsFoundWhole(String format) throws Exception {
        DumpCheck.Result result = DumpCheck.of(dump(format));
        assertThat(result.passed()).as("%s", result).isTrue();
        if (!format.matches("plain.*|.*inserts|.*schema|.*lz4")) {
            assertThat(result.checks().toString()).contains("3 tables, 20002 rows");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"custom", "custom-plain", "tar", "plain", "plain.gz", "custom.gz"})
    void aDumpThatEndsTooEarlyIsFoundOut(String format) throws Exception {
        byte[] whole = Files.readAllBytes(dump(format));
        Path cut = folder.resolve("cut-" + format);
        // the last bytes of a tar archive, and line ends behind the last line, are padding
        int last = format.equals("tar")
                ? whole.length - 1024
                : format.equals("plain") ? whole.length - 100 : whole.length - 1;
        for (int i = 0; i <= 20; i++) {
            Files.write(cut, Arrays.copyOf(whole, (int) ((long) last * i / 20)));
            DumpCheck.Result result = DumpCheck.of(cut);
            assertThat(result.passed()).as("cut at %d/20: %s", i, result).isFalse();
        }
    }

    /// Where there is a checksum, any change is seen.
    @ParameterizedTest
    @ValueSource(strings = {"plain.gz", "custom.gz"})
    void aChangedByteIsFoundOut(String format) throws Exception {
        byte[] whole = Files.readAllBytes(dump(format));
        Path changed = folder.resolve("changed-" + format);
        for (int i = 1; i < 30; i++) {
            byte[] bytes = whole.clone();
            bytes[(int) ((long) bytes.length * i / 30)] ^= 0x10;
            Files.write(changed, bytes);
            assertThat(DumpCheck.of(changed).passed()).as("changed at %d/30", i).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"directory", "directory-plain"})
    void aFolderThatLacksAFileOrAPieceOfOneIsFoundOut(String format) throws Exception {
        Path dump = dump(format);
        try (var files = Files.newDirectoryStream(dump)) {
            for (Path file : files) {
                byte[] content = Files.readAllBytes(file);
                Files.delete(file);
                assertThat(DumpCheck.of(dump).passed()).as("without " + file).isFalse();
                // large objects have no end of their own when they are not compressed
                boolean told = !file.getFileName().toString().matches("blob_.*\\.dat|.*\\.toc");
                if (told && content.length > 0) {
                    Files.write(file, Arrays.copyOf(content, content.length / 2));
                    assertThat(DumpCheck.of(dump).passed())
                            .as("half of " + file)
                            .isFalse();
                }
                Files.write(file, content);
            }
        }
        assertThat(DumpCheck.of(dump).passed()).isTrue();
    }

    @Test
    void whatIsNoDumpIsFoundOut() throws Exception {
        Path file = folder.resolve("file");
        for (String content : List.of("", "hello", "CREATE TABLE x ();\n", "PGDMP", "-- PostgreSQL database dump\n")) {
            Files.writeString(file, content);
            assertThat(DumpCheck.of(file).passed()).as(content).isFalse();
        }
        assertThat(DumpCheck.of(Files.createDirectory(folder.resolve("none"))).passed())
                .isFalse();
    }

    @Test
    void theChecksumBesideCountsWhenItIsThere() throws Exception {
        Path file = Files.writeString(folder.resolve("a file.sql"), "x");
        assertThat(Checksum.of(file)).isEmpty();
        Path sums = folder.resolve("a file.sql.sha256");
        String right = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
        Files.writeString(sums, right + "  a file.sql\n");
        assertThat(Checksum.of(file).orElseThrow().passed()).isTrue();
        Files.writeString(sums, right.replace('2', '3') + " *a file.sql\n");
        assertThat(Checksum.of(file).orElseThrow().passed()).isFalse();
        Files.writeString(sums, right + "  another file\n");
        assertThat(Checksum.of(file).orElseThrow().passed()).isFalse();
    }
}
