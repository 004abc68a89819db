package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.HoldfastProcess.Result;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: `holdfast` starts wherever it is put and however it is called.
final class LauncherTest {
    private static final String VERSION = "holdfast [0-9].*\\R";

    @TempDir
    Path folder;

    @Test
    void aSymbolicLinkToASymbolicLinkStartsIt() throws IOException {
        Path one = Files.createSymbolicLink(
                folder.resolve("one"), HoldfastProcess.root().resolve("holdfast"));
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path two = Files.createSymbolicLink(bin.resolve("two"), Path.of("../one"));
        assertThat(one).exists();
        Result result = run(Map.of(), two.toString(), "--version");
        assertThat(result.out()).as(result.all()).matches(VERSION);
    }

    /// The first thing that people try. It starts a program of its own, which must find all that this one finds.
    @Test
    void theDemoRunsToItsEnd() throws IOException {
        Result result =
                run(Map.of(), HoldfastProcess.root().resolve("holdfast").toString(), "demo", "--orders", "2000");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).as(result.all()).contains("Everything restored is identical to what was backed up.");
    }

    @Test
    void aBuiltTreeWithoutSourcesRunsFromAFolderWithSpaces() throws IOException {
        Path copy = copyOfTheBuild(folder.resolve("my backups \"and\" $HOME"));
        Result result = run(Map.of(), copy.resolve("holdfast").toString(), "--version");
        assertThat(result.out()).as(result.all()).matches(VERSION);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoHindrance() throws IOException {
        Path copy = copyOfTheBuild(folder.resolve("read-only"));
        for (Path path : walk(copy)) {
            assertThat(path.toFile().setWritable(false)).isTrue();
        }
        Result result = run(Map.of(), copy.resolve("holdfast").toString(), "--version");
        for (Path path : walk(copy)) {
            assertThat(path.toFile().setWritable(true)).isTrue();
        }
        assertThat(result.out()).as(result.all()).matches(VERSION);
    }

    /// Method: a server that asks for the password in clear looks at its client's arguments.
    @Test
    void aPasswordInAUrlReachesTheServerAndNotTheListOfProcesses() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HoldfastProcess process = HoldfastProcess.start(
                        folder,
                        Map.of("HOME", folder.toString()),
                        "stash",
                        "list",
                        "postgresql://u:hunter2%20$%22%27*@127.0.0.1:" + server.getLocalPort()
                                + "/d?sslmode=disable")) {
            server.setSoTimeout(60_000);
            try (Socket client = server.accept()) {
                client.setSoTimeout(60_000);
                DataInputStream in = new DataInputStream(client.getInputStream());
                in.readNBytes(in.readInt() - Integer.BYTES); // who wants to come in
                client.getOutputStream().write(new byte[] {'R', 0, 0, 0, 8, 0, 0, 0, 3});
                assertThat(in.read()).isEqualTo('p');
                String password = new String(in.readNBytes(in.readInt() - Integer.BYTES), StandardCharsets.UTF_8);
                assertThat(password).isEqualTo("hunter2 $\"'*\0");
                assertThat(Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline")))
                        .contains("\0stash\0list\0")
                        .doesNotContain("hunter2");
            }
            Result result = process.await(Duration.ofMinutes(1));
            assertThat(result.err())
                    .contains("a password stands in the command line")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void otherShellsRunItToo() throws IOException {
        String script = HoldfastProcess.root().resolve("holdfast").toString();
        for (String shell : List.of("/bin/sh", "/bin/dash", "/bin/bash", "/bin/busybox")) {
            if (Files.isExecutable(Path.of(shell))) {
                List<String> command = new ArrayList<>(List.of(shell));
                if (shell.endsWith("busybox")) {
                    command.add("sh");
                }
                command.addAll(List.of(script, "--version"));
                Result result = run(Map.of(), command.toArray(String[]::new));
                assertThat(result.out()).as(shell + ": " + result.all()).matches(VERSION);
            }
        }
    }

    @Test
    void withoutAJdkItSaysWhatToInstallInOneLine() throws IOException {
        Result result = run(
                Map.of("HOLDFAST_JAVA_HOME", folder.toString()),
                HoldfastProcess.root().resolve("holdfast").toString(),
                "--version");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).startsWith("holdfast: no Java 25 or newer").contains("\nhint: ");
        assertThat(result.err().lines()).hasSize(2);
    }

    @Test
    void aJdkThatIsTooOldIsPassedOver() throws IOException {
        Path old = folder.resolve("jdk-17");
        Files.createDirectories(old.resolve("bin"));
        Files.writeString(old.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.9\"\n");
        Files.copy(Path.of("/bin/true"), old.resolve("bin/java"), StandardCopyOption.COPY_ATTRIBUTES);
        Result result = run(
                Map.of("JAVA_HOME", old.toString()),
                HoldfastProcess.root().resolve("holdfast").toString(),
                "--version");
        assertThat(result.out()).as(result.all()).matches(VERSION);
    }

    @Test
    void withoutItsAotCacheItRunsAllTheSame() throws IOException {
        Path copy = copyOfTheBuild(folder.resolve("no-cache"));
        for (Path path : walk(copy)) {
            if (path.getFileName().toString().equals("aot")) {
                Files.writeString(path, "not a cache");
            }
        }
        Result result = run(Map.of(), copy.resolve("holdfast").toString(), "--version");
        assertThat(result.out()).as(result.all()).matches(VERSION);
        assertThat(result.err()).isEmpty();
    }

    private Result run(Map<String, String> environment, String... command) throws IOException {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("HOLDFAST_BUILD", "");
        try (HoldfastProcess process = HoldfastProcess.start(folder, all, List.of(command))) {
            return process.await(Duration.ofMinutes(1));
        }
    }

    /// The scripts and the build they would run, nothing else.
    private static Path copyOfTheBuild(Path target) throws IOException {
        Path root = HoldfastProcess.root();
        Path builds = Path.of("cli", "target", "launch", "builds");
        String current =
                Files.readString(root.resolve(builds).resolve("current")).strip();
        Files.createDirectories(target.resolve(builds));
        Files.createDirectories(target.resolve("launcher"));
        for (String script : List.of("holdfast", "launcher/run.sh")) {
            Files.copy(root.resolve(script), target.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.copy(
                root.resolve(builds).resolve("current"), target.resolve(builds).resolve("current"));
        for (Path path : walk(root.resolve(builds).resolve(current))) {
            Path copy = target.resolve(root.relativize(path));
            Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
        return target;
    }

    private static List<Path> walk(Path top) throws IOException {
        try (Stream<Path> paths = Files.walk(top)) {
            return paths.toList();
        }
    }
}
