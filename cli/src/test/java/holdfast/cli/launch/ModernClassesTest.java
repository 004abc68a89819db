package holdfast.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Goal: the rewritten jar holds the same classes, all of which the JVM verifies and the AOT cache takes.
final class ModernClassesTest {
    @TempDir
    Path folder;

    @Test
    void picocliIsRewrittenWholeAndStillVerifies() throws Exception {
        Path original = Path.of(CommandLine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path jar = Files.copy(original, folder.resolve("picocli.jar"), StandardCopyOption.REPLACE_EXISTING);
        ModernClasses.modernize(jar);
        try (ZipFile before = new ZipFile(original.toFile());
                ZipFile after = new ZipFile(jar.toFile());
                Loader loader = new Loader(jar)) {
            assertThat(Collections.list(after.entries()).stream().map(ZipEntry::getName))
                    .containsExactlyElementsOf(Collections.list(before.entries()).stream()
                            .map(ZipEntry::getName)
                            .toList());
            for (ZipEntry entry : Collections.list(after.entries())) {
                if (entry.getName().endsWith(".class")
                        && !entry.getName().startsWith("META-INF")
                        && !entry.getName().equals("module-info.class")) {
                    assertThat(version(after, entry)).isGreaterThanOrEqualTo(50);
                    // initialising is what verifies; groovy is not here
                    if (!entry.getName().contains("/groovy/")) {
                        loader.verify(entry.getName());
                    }
                }
            }
        }
    }

    @Test
    void aModernJarIsLeftAsItIs() throws Exception {
        Path original = Path.of(Assertions.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path jar = Files.copy(original, folder.resolve("modern.jar"));
        byte[] before = Files.readAllBytes(jar);
        ModernClasses.modernize(jar);
        assertThat(Files.readAllBytes(jar)).isEqualTo(before);
        assertThat(folder.resolve("modern.jar.modern")).doesNotExist();
    }

    private static int version(ZipFile jar, ZipEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return ClassFile.of().parse(in.readAllBytes()).majorVersion();
        }
    }

    /// Loads from the rewritten jar alone.
    private static final class Loader extends URLClassLoader {
        Loader(Path jar) throws IOException {
            super(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        }

        void verify(String entry) throws ClassNotFoundException {
            Class.forName(entry.replace('/', '.').substring(0, entry.length() - ".class".length()), true, this);
        }
    }
}
