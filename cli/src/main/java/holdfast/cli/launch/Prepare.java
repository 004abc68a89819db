package holdfast.cli.launch;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/// Makes the jars of a fresh build ready: for an AOT cache, and to run on this machine without unpacking anything.
public final class Prepare {
    /// There the drivers choose between two libraries for the same machine when they run.
    private static final boolean MUSL = Files.exists(Path.of("/etc/alpine-release"));

    private Prepare() {}

    /// @param folder the folder of the jars; the libraries in machine code are put into its folder `native`
    public static void main(String[] folder) throws IOException {
        Path build = Path.of(folder[0]);
        NativeLibraries libraries = NativeLibraries.of(System.getProperty("os.name"), System.getProperty("os.arch"));
        for (Path jar : jars(build)) {
            if (!MUSL) {
                libraries.moveOut(jar, build.resolve("native"));
            }
            if (jar.getFileName().toString().startsWith("picocli-")) {
                ModernClasses.modernize(jar);
            }
        }
    }

    private static List<Path> jars(Path build) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(build, "*.jar")) {
            return StreamSupport.stream(jars.spliterator(), false).sorted().toList();
        }
    }
}
