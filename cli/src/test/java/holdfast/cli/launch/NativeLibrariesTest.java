package holdfast.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: exactly the libraries of one machine come out, and nothing but libraries goes. Method: a jar with the names
/// that zstd-jni and sqlite-jdbc have in theirs.
final class NativeLibrariesTest {
    private static final List<String> KEPT = List.of("META-INF/MANIFEST.MF", "a/B.class", "linux/amd64/notes.txt");
    private static final List<String> LIBRARIES = List.of(
            "META-INF/versions/22/com/github/luben/zstd/Zstd.class",
            "linux/amd64/libzstd.so",
            "linux/aarch64/libzstd.so",
            "linux/i386/libzstd.so",
            "darwin/aarch64/libzstd.dylib",
            "win/amd64/libzstd.dll",
            "org/sqlite/native/Linux/x86_64/libsqlitejdbc.so",
            "org/sqlite/native/Linux/aarch64/libsqlitejdbc.so",
            "org/sqlite/native/Linux-Musl/x86_64/libsqlitejdbc.so",
            "org/sqlite/native/Mac/aarch64/libsqlitejdbc.dylib");

    @TempDir
    Path folder;

    @Test
    void eachMachineGetsItsOwn() throws IOException {
        check("Linux", "amd64", "linux/amd64/libzstd.so", "org/sqlite/native/Linux/x86_64/libsqlitejdbc.so");
        check("Linux", "aarch64", "linux/aarch64/libzstd.so", "org/sqlite/native/Linux/aarch64/libsqlitejdbc.so");
        check(
                "Mac OS X",
                "aarch64",
                "darwin/aarch64/libzstd.dylib",
                "org/sqlite/native/Mac/aarch64/libsqlitejdbc.dylib");
    }

    private void check(String system, String machine, String zstd, String sqlite) throws IOException {
        Path jar = jar();
        Path out = Files.createTempDirectory(folder, "native");
        NativeLibraries.of(system, machine).moveOut(jar, out);
        assertThat(names(jar)).isEqualTo(KEPT);
        for (String name : List.of(zstd, sqlite)) {
            assertThat(out.resolve(name.substring(name.lastIndexOf('/') + 1))).hasContent(name);
        }
        try (var files = Files.list(out)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aMachineWithoutLibrariesLeavesTheJarAsItIs() throws IOException {
        Path jar = jar();
        byte[] before = Files.readAllBytes(jar);
        NativeLibraries.of("Linux", "vax").moveOut(jar, folder.resolve("native"));
        assertThat(Files.readAllBytes(jar)).isEqualTo(before);
        assertThat(folder.resolve("native")).doesNotExist();
    }

    private Path jar() throws IOException {
        Path jar = Files.createTempFile(folder, "some", ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (List<String> names : List.of(KEPT, LIBRARIES)) {
                for (String name : names) {
                    out.putNextEntry(new ZipEntry(name));
                    out.write(name.getBytes(StandardCharsets.UTF_8));
                    out.closeEntry();
                }
            }
        }
        return jar;
    }

    private static List<String> names(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return Collections.list(zip.entries()).stream()
                    .map(ZipEntry::getName)
                    .toList();
        }
    }
}
