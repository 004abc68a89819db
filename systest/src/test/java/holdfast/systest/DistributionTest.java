package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.NastyTree;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Goal: what `./check package` makes runs on a host that has no Java and hardly anything else. Method: it is
/// unpacked into a root of its own, with a shell and the C library of this host and no other program but two, where
/// nothing in `/tmp` may be executed; there it backs up and restores, and the result is compared from outside.
@Tag("slow")
final class DistributionTest {
    private static final Workplace PLACE = new Workplace();
    private static final Path ROOT = PLACE.path("root");
    private static final List<String> PROGRAMS = List.of("sh", "uname", "readlink");
    private static final String STRICT = "-XX:AOTMode=on";

    @BeforeAll
    static void make() throws IOException {
        assertThat(NastyTree.isRoot())
                .as("this test makes a root of its own, so it must be run as root: sudo ./check")
                .isTrue();
        Path made = PLACE.path("made");
        List<String> command =
                List.of(HoldfastProcess.root().resolve("launcher/package").toString(), made.toString());
        Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"), "COMPRESSION", "1");
        try (HoldfastProcess packaging = HoldfastProcess.start(PLACE.folder(), environment, command)) {
            Result result = packaging.await(Duration.ofMinutes(4));
            assertThat(result.exitCode()).as(result.all()).isZero();
        }
        for (String folder : List.of("usr/bin", "dev", "proc", "tmp", "home")) {
            Files.createDirectories(ROOT.resolve(folder));
        }
        Files.createSymbolicLink(ROOT.resolve("bin"), Path.of("usr/bin"));
        PLACE.run(Programs.need("dpkg-deb"), "-x", made("*.deb").toString(), ROOT.toString());
        for (String name : PROGRAMS) {
            Path program = Path.of(Programs.need(name)).toRealPath();
            Files.copy(program, ROOT.resolve("usr/bin").resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        copyTheCLibrary();
    }

    /// All that the package says it depends on.
    private static void copyTheCLibrary() throws IOException {
        String libraries = PLACE.path("libraries").toString();
        PLACE.run("sh", "-c", "ldd /bin/sh > \"$1\"", "sh", libraries);
        for (String line : Files.readAllLines(Path.of(libraries))) {
            for (String word : line.strip().split(" ")) {
                if (word.startsWith("/")) {
                    copyLibrary(Path.of(word));
                    for (String beside : List.of("libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1")) {
                        copyLibrary(Path.of(word).resolveSibling(beside));
                    }
                }
            }
        }
    }

    private static void copyLibrary(Path library) throws IOException {
        Path copy = ROOT.resolve(library.toString().substring(1));
        if (Files.exists(library) && !Files.exists(copy)) {
            Files.createDirectories(copy.getParent());
            Files.copy(library, copy);
        }
    }

    @AfterAll
    static void remove() throws IOException {
        PLACE.close();
    }

    private static Path made(String pattern) throws IOException {
        try (Stream<Path> files = Files.list(PLACE.path("made"))) {
            return files.filter(file -> file.getFileSystem()
                            .getPathMatcher("glob:" + pattern)
                            .matches(file.getFileName()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whatItBacksUpItRestoresWhereThereIsNoJava() throws IOException {
        Path home = ROOT.resolve("home");
        Sqlite shop = Sqlite.shop(home.resolve("shop.db"));
        String content = shop.dump();
        Trees.ordinary(home.resolve("files"), new Random(5));
        run("init");
        run("backup", "shop.db", "files", "--prove", "identical");
        assertThat(run("snapshots", "--json").out()).contains("identical");
        run("verify", "latest", "--level", "identical");
        run("restore", "latest", "--target", "restored", "--yes");
        new Sqlite(home.resolve("restored/shop.db")).assertHolds(content);
        Trees.assertSame(home.resolve("files"), home.resolve("restored/files"));
    }

    @Test
    void itsCacheFitsItsRuntimeAndItsJars() throws IOException {
        Result result = run(STRICT, "--version");
        assertThat(result.out()).matches("holdfast [0-9].*\\R");
    }

    /// For PostgreSQL's encodings, and for time zones.
    @Test
    void itsRuntimeHasWhatIsFoundByNameOnly() throws IOException {
        String java = "/usr/lib/holdfast/runtime/bin/java";
        assertThat(inside(java, "--list-modules").out())
                .contains("jdk.charsets@", "java.naming@", "java.security.jgss@")
                .doesNotContain("java.desktop", "jdk.compiler");
        assertThat(ROOT.resolve("usr/lib/holdfast/runtime/lib/tzdb.dat")).isRegularFile();
    }

    @Test
    void aFolderOfAnyNameRunsWhereItIsUnpacked() throws IOException {
        Path folder = Files.createDirectory(ROOT.resolve("home/any \"folder\""));
        PLACE.run("tar", "-xzf", made("*.tar.gz").toString(), "-C", folder.toString());
        String name = made("*.tar.gz").getFileName().toString().replace(".tar.gz", "");
        Files.createSymbolicLink(
                ROOT.resolve("usr/bin/other"), Path.of("/home/any \"folder\"/" + name + "/bin/holdfast"));
        Result result = inside("/usr/bin/other", "version");
        assertThat(result.out()).as(result.all()).startsWith("holdfast ");
    }

    @Test
    void theDebianPackageHasItsFilesWhereDebianLooks() throws IOException {
        PLACE.run(
                "dpkg-deb",
                "-e",
                made("*.deb").toString(),
                PLACE.path("control").toString());
        Workplace.run(
                ROOT,
                "md5sum",
                "--quiet",
                "-c",
                PLACE.path("control").resolve("md5sums").toString());
        assertThat(List.of(
                        "bash-completion/completions/holdfast",
                        "zsh/vendor-completions/_holdfast",
                        "fish/vendor_completions.d/holdfast.fish",
                        "man/man1/holdfast.1.gz",
                        "man/man1/holdfast-key-list.1.gz",
                        "doc/holdfast/copyright",
                        "doc/holdfast/changelog.gz",
                        "doc/holdfast/COMMANDS.md"))
                .allSatisfy(name ->
                        assertThat(ROOT.resolve("usr/share").resolve(name)).isNotEmptyFile());
        Path root = Files.createDirectories(PLACE.path("dpkg/var/lib/dpkg"));
        Files.createDirectory(root.resolve("info"));
        Files.createDirectory(root.resolve("updates"));
        Files.createFile(root.resolve("status"));
        // the C library is not there
        PLACE.run(
                "dpkg",
                "--root=" + PLACE.path("dpkg"),
                "--force-depends",
                "-i",
                made("*.deb").toString());
        assertThat(root.resolve("info/holdfast.list")).isRegularFile();
        PLACE.run("dpkg", "--root=" + PLACE.path("dpkg"), "--purge", "holdfast");
        assertThat(PLACE.path("dpkg/usr/lib/holdfast")).doesNotExist();
    }

    @Test
    void noLibraryOfAnotherPlatformIsInIt() throws IOException {
        Path lib = ROOT.resolve("usr/lib/holdfast/lib");
        for (String name : List.of("zstd-jni", "sqlite-jdbc")) {
            try (Stream<Path> jars = Files.list(lib)) {
                assertThat(jars.filter(file -> file.getFileName().toString().startsWith(name)))
                        .singleElement()
                        .satisfies(jar -> assertThat(Files.size(jar)).isLessThan(1 << 20));
            }
        }
        try (Stream<Path> libraries = Files.list(lib.resolve("native"))) {
            assertThat(libraries).hasSize(2);
        }
    }

    @Test
    void theManualHasNoMistakes() throws IOException {
        Programs.need("groff");
        try (Stream<Path> pages = Files.list(ROOT.resolve("usr/share/man/man1"))) {
            String all = PLACE.path("page").toString();
            for (Path page : pages.toList()) {
                PLACE.run("sh", "-c", "gzip -dc \"$1\" > \"$2\"", "sh", page.toString(), all);
                PLACE.run("sh", "-c", "groff -man -ww -Kutf8 -Tutf8 -z \"$1\" 2>&1 | (! grep .)", "sh", all);
            }
        }
    }

    private static Result run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/holdfast"));
        command.addAll(List.of(arguments));
        if (command.remove(STRICT)) {
            return inside(Map.of("HOLDFAST_JAVA_OPTS", STRICT), command);
        }
        return inside(Map.of(), command);
    }

    private static Result inside(String... command) throws IOException {
        return inside(Map.of(), List.of(command));
    }

    /// Runs a command in that root. Nothing of this host's environment gets in.
    private static Result inside(Map<String, String> variables, List<String> command) throws IOException {
        String enter = "mount --bind /dev \"$0/dev\" && mount --bind /proc \"$0/proc\""
                + " && mount -t tmpfs -o noexec,mode=1777 none \"$0/tmp\" && cd \"$0/home\""
                + " && exec chroot \"$0\" /usr/bin/sh -c 'cd /home && exec \"$@\"' sh \"$@\"";
        List<String> all = new ArrayList<>(List.of(
                Programs.need("env"), "-i", "PATH=/usr/bin:/usr/sbin:/bin:/sbin", "HOME=/home", "HOLDFAST_PASSWORD=x"));
        all.add("HOLDFAST_REPOSITORY=/home/backups");
        variables.forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(List.of(Programs.need("unshare"), "--mount", "sh", "-c", enter, ROOT.toString()));
        all.addAll(command);
        try (HoldfastProcess process = HoldfastProcess.start(PLACE.folder(), Map.of(), all)) {
            Result result = process.await(Duration.ofMinutes(2));
            assertThat(result.exitCode()).as(command + ": " + result.all()).isZero();
            return result;
        }
    }
}
