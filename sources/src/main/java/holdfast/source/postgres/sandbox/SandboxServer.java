package holdfast.source.postgres.sandbox;

import holdfast.extract.ScratchFolder;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.ClientPrograms.Installation;
import holdfast.source.postgres.connection.ConnectionTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A throw-away server. It does not wait for its disk, keeps nothing, and listens on no port. Used
/// by one thread.
public final class SandboxServer implements AutoCloseable {
    private static final String PREFIX = "holdfast-server-";
    private static final String BELOW = "server";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int MESSAGE_BYTES = 4000;
    private static final Path SHARED = Path.of("/tmp");

    /// Speed is all that counts: nothing in it must survive.
    private static final List<String> SETTINGS = List.of(
            "listen_addresses=",
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "max_wal_size=8GB",
            "shared_buffers=128MB",
            "autovacuum=off",
            "jit=off",
            "max_connections=40",
            "max_locks_per_transaction=1024",
            "unix_socket_permissions=0700",
            "logging_collector=off",
            "log_min_messages=fatal");

    private final ScratchFolder scratch;
    private final Installation installation;
    private final String superuser;
    private final ServerAccount account = ServerAccount.current();
    private final Thread endOfProcess = new Thread(this::closeQuietly);
    private @Nullable Process process;

    private SandboxServer(ScratchFolder scratch, Installation installation, String superuser) {
        this.scratch = scratch;
        this.installation = installation;
        this.superuser = superuser;
    }

    /// Whether an installation has what a server needs.
    public static boolean possible(Installation installation) {
        return Files.isExecutable(installation.program("initdb"))
                && Files.isExecutable(installation.program("postgres"));
    }

    /// @param superuser name of the role that owns what PostgreSQL itself brings
    /// @param within where its folder is made, if the account that it runs as may enter that; else
    ///     with the system's temporary files. Must have room for the whole database
    /// @throws HoldfastException.PreCheckFailed when it does not start; says what its programs said
    public static SandboxServer start(Installation installation, String superuser, Path within) throws IOException {
        removeAbandoned(within);
        SandboxServer server = new SandboxServer(ScratchFolder.in(place(within), PREFIX), installation, superuser);
        boolean done = false;
        try {
            server.start();
            done = true;
            return server;
        } finally {
            if (!done) {
                server.close();
            }
        }
    }

    private static Path place(Path within) throws IOException {
        return ServerAccount.current().mayEnter(within) ? within : SHARED;
    }

    /// Ends servers whose program was killed, and removes what is left of them.
    ///
    /// @param within as given to [#start]
    public static void removeAbandoned(Path within) throws IOException {
        ScratchFolder.removeAbandoned(
                place(within), PREFIX, folder -> ServerProcesses.end(data(folder.resolve(BELOW))));
    }

    /// The server's own: what lies above it stays ours, and so it cannot change what we do with that.
    private Path folder() {
        return scratch.path().resolve(BELOW);
    }

    private static Path data(Path folder) {
        return folder.resolve("data");
    }

    private Path data() {
        return data(folder());
    }

    private Path log() {
        return folder().resolve("log");
    }

    private void start() throws IOException {
        Files.createDirectory(
                folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createFile(log());
        account.handOver(log());
        account.handOver(folder());
        account.letThrough(scratch.path());
        Runtime.getRuntime().addShutdownHook(endOfProcess);
        Process initdb = run(
                "initdb",
                List.of(
                        "--pgdata=" + data(),
                        "--username=" + superuser,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync",
                        "--no-instructions"));
        if (!ended(initdb) || initdb.exitValue() != 0) {
            initdb.destroyForcibly();
            throw failed("initdb");
        }
        List<String> arguments = new ArrayList<>(List.of("-D", data().toString(), "-k", folder().toString()));
        SETTINGS.forEach(setting -> arguments.addAll(List.of("-c", setting)));
        Process started = run("postgres", arguments);
        process = started;
        awaitReady(started);
    }

    private Process run(String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(account.prefix());
        command.add(installation.program(program).toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        // the dump's own functions run in there, and shall learn nothing of ours: no password, no URL
        builder.environment().keySet().retainAll(Set.of("PATH", "LD_LIBRARY_PATH"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("HOME", folder().toString());
        return builder.start();
    }

    private static boolean ended(Process process) throws IOException {
        try {
            return process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HoldfastException.Interrupted("interrupted while a server was made", "nothing was kept of it");
        }
    }

    /// Ready is what the last line of `postmaster.pid` says; see `src/include/utils/pidfile.h`.
    private void awaitReady(Process started) throws IOException {
        Path status = data().resolve("postmaster.pid");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end && started.isAlive()) {
            if (Files.exists(status)
                    && Files.readString(status, StandardCharsets.ISO_8859_1).contains("\nready")) {
                return;
            }
            try {
                if (started.waitFor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HoldfastException.Interrupted(
                        "interrupted while a server was started", "nothing was kept of it");
            }
        }
        throw failed("postgres");
    }

    private HoldfastException failed(String program) throws IOException {
        byte[] said = Files.readAllBytes(log());
        String text = new String(
                said,
                Math.max(0, said.length - MESSAGE_BYTES),
                Math.min(said.length, MESSAGE_BYTES),
                StandardCharsets.UTF_8);
        return new HoldfastException.PreCheckFailed(
                "cannot start a server to restore into: " + installation.program(program) + " failed: "
                        + text.strip().replace("\n", "; "),
                (account.lent()
                                ? "the account nobody runs it, and must be let into "
                                        + scratch.path().getParent() + "; "
                                : "")
                        + "'holdfast verify --level sound' needs no server");
    }

    /// A database of the server, for its superuser.
    public ConnectionTarget target(String database) {
        return ConnectionTarget.of(
                "postgresql:///?host="
                        + folder().toString()
                                .replace("%", "%25")
                                .replace("&", "%26")
                                .replace("+", "%2B"),
                Map.of("PGUSER", superuser, "PGDATABASE", database, "PGSSLMODE", "disable", "PGPASSFILE", "/dev/null"));
    }

    private void closeQuietly() {
        try {
            stop();
            scratch.close();
        } catch (IOException _) {
            // the next run removes it
        }
    }

    private void stop() throws IOException {
        Process running = process;
        process = null;
        if (running != null) {
            // there is nothing in it worth a checkpoint
            ServerProcesses.end(running.toHandle());
        }
    }

    /// Ends the server and removes all of it.
    @Override
    public void close() throws IOException {
        stop();
        scratch.close();
        try {
            Runtime.getRuntime().removeShutdownHook(endOfProcess);
        } catch (IllegalStateException _) {
            // the process is ending, and the hook has nothing left to do
        }
    }
}
