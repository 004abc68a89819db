package holdfast.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.source.CollectingTreeSink;
import holdfast.source.NastyTree;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: whoever may not read everything is told what is missing, and gets the rest. Method: a process of the user
/// nobody, since nothing is denied to root.
class UnprivilegedTest {
    private static final Instant PAST = Instant.parse("2001-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void build() throws Exception {
        assumeTrue(NastyTree.isRoot(), "NEEDS ROOT: to become another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "NEEDS setpriv");
        assumeTrue(readableByAll(classes()), "NEEDS a working copy that every user may read");
        root = Files.createDirectory(folder.toRealPath().resolve("root"));
        for (Path path : List.of(folder, root)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.createDirectory(root.resolve("secret directory"));
        Files.writeString(root.resolve("secret directory/inside"), "x");
        Files.createDirectory(root.resolve("listed only"));
        Files.writeString(root.resolve("listed only/inside"), "x");
        Files.writeString(root.resolve("secret"), "x");
        Files.writeString(root.resolve("open to all"), "x");
        try (OpenDirectory in = HostFiles.system().open(root.toString())) {
            in.setMode("secret directory", 0700);
            in.setMode("listed only", 0744);
            in.setMode("secret", 0600);
            in.setMode("open to all", 0644);
            in.setTimes("open to all", PAST, PAST);
        }
    }

    private static List<Path> classes() throws URISyntaxException {
        List<Path> paths = new ArrayList<>();
        for (Class<?> one :
                List.of(HostFiles.class, FilesSource.class, CollectingTreeSink.class, UnprivilegedWalk.class)) {
            paths.add(Path.of(
                    one.getProtectionDomain().getCodeSource().getLocation().toURI()));
        }
        return paths;
    }

    private static boolean readableByAll(List<Path> paths) throws IOException {
        for (Path path : paths) {
            for (Path at = path; at != null; at = at.getParent()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(at));
                if (mode.charAt(8) != 'x' && Files.isDirectory(at)) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<String> walk(Path what) throws Exception {
        String path = classes().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        List<String> command = List.of(
                "/usr/bin/setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx128m",
                "-cp",
                path,
                UnprivilegedWalk.class.getName(),
                what.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
            return lines.toList();
        } finally {
            process.waitFor();
        }
    }

    @Test
    void whatIsForbiddenIsNamedAndTheRestIsStored() throws Exception {
        assertThat(walk(root))
                .containsExactly(
                        "stored " + root,
                        "stored " + root + "/open to all",
                        "failed " + root + "/listed only: permission denied false",
                        "failed " + root + "/secret: permission denied false",
                        "failed " + root + "/secret directory: permission denied false",
                        "open 0");
    }

    @Test
    void aRootThatIsForbiddenIsAnErrorOfTheWholeSource() throws Exception {
        assertThat(walk(root.resolve("secret directory")))
                .anyMatch(line -> line.contains("AccessDeniedException"))
                .noneMatch(line -> line.startsWith("stored"));
    }
}
