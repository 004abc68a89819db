package holdfast.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what a killed process left is removed by the next, and nothing else ever is.
final class ScratchFolderTest {
    private static final String PREFIX = "holdfast-sandbox-";

    @TempDir
    private Path place;

    /// As a kill leaves it.
    private Path abandoned(String name) throws IOException {
        Path folder = Files.createDirectory(place.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.createFile(folder.resolve("lock"));
        Path below = Files.createDirectories(folder.resolve("0/deep"));
        Files.writeString(below.resolve("file"), "content");
        Files.setPosixFilePermissions(below, PosixFilePermissions.fromString("---------"));
        return folder;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(place)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private void tidy() {
        ScratchFolder.removeAbandoned(place, "holdfast-", _ -> {});
    }

    @Test
    void itIsPrivateAndGoneWithAllThatIsInIt() throws IOException {
        Path path;
        try (ScratchFolder folder = ScratchFolder.in(place, PREFIX)) {
            path = folder.path();
            assertThat(path).hasParent(place).isDirectory();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
            Files.writeString(Files.createDirectory(path.resolve("0")).resolve("file"), "content");
        }
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void closingWhatSomebodyElseRemovedIsNoFailure() throws IOException {
        ScratchFolder folder = ScratchFolder.in(place, PREFIX);
        Removal.remove(
                holdfast.io.posix.HostFiles.system(),
                place.toString(),
                String.valueOf(folder.path().getFileName()));
        folder.close();
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void whatDeadProcessesLeftIsRemovedAfterWhoWorksThereWasEnded() throws IOException {
        Path left = abandoned("holdfast-server-0123abcd");
        abandoned("holdfast-sandbox-00000000");
        List<Path> ended = new ArrayList<>();
        ScratchFolder.removeAbandoned(place, "holdfast-server-", folder -> {
            assertThat(folder.resolve("0")).isDirectory();
            ended.add(folder);
        });
        assertThat(ended).containsExactly(left);
        assertThat(names()).containsExactly("holdfast-sandbox-00000000");
        tidy();
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void makingOneRemovesThoseOfItsKind() throws IOException {
        abandoned("holdfast-sandbox-00000000");
        Path other = abandoned("holdfast-server-00000000");
        try (ScratchFolder folder = ScratchFolder.in(place, PREFIX)) {
            assertThat(names())
                    .containsExactlyInAnyOrder(
                            other.getFileName().toString(),
                            folder.path().getFileName().toString());
        }
    }

    @Test
    void whatCouldNotBeEndedIsLeft() throws IOException {
        Path left = abandoned("holdfast-server-0123abcd");
        ScratchFolder.removeAbandoned(place, "holdfast-server-", folder -> {
            throw new IOException("it does not end");
        });
        assertThat(left.resolve("0")).isDirectory();
    }

    @Test
    void aKillBetweenTwoStepsOfMakingOrRemovingLeavesNothingForEver() throws IOException {
        Path early = Files.createDirectory(place.resolve("holdfast-sandbox-00000001"));
        Files.setPosixFilePermissions(early, PosixFilePermissions.fromString("rwx------"));
        Files.createFile(Files.createDirectory(place.resolve("holdfast-sandbox-00000002"))
                .resolve("lock"));
        tidy();
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void foldersInUseByThisProcessStay() throws IOException {
        Path link = Files.createSymbolicLink(place.resolve("link"), place);
        try (ScratchFolder folder = ScratchFolder.in(place, PREFIX);
                ScratchFolder other = ScratchFolder.in(link, "holdfast-demo-")) {
            tidy();
            ScratchFolder.removeAbandoned(link, "holdfast-", _ -> {});
            assertThat(folder.path().resolve("lock")).exists();
            assertThat(other.path().resolve("lock")).exists();
        }
        assertThat(names()).containsExactly("link");
    }

    @Test
    void foldersInUseByAnotherProcessStayUntilItIsKilled() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holding.class.getName(),
                        place.toString())
                .redirectErrorStream(true)
                .start();
        try (var output = other.inputReader()) {
            String path = output.readLine();
            assertThat(path).startsWith(place.toString());
            tidy();
            assertThat(Path.of(path, "lock")).exists();
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(place).isNotEmptyDirectory();
        tidy();
        assertThat(place).isEmptyDirectory();
    }

    /// A process of its own.
    static final class Holding {
        private Holding() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] args) throws Exception {
            try (ScratchFolder folder = ScratchFolder.in(Path.of(args[0]), PREFIX)) {
                System.out.println(folder.path());
                Thread.sleep(60_000);
            }
        }
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Path precious = Files.createDirectory(place.resolve("precious"));
        Files.createFile(precious.resolve("lock"));
        Files.createSymbolicLink(place.resolve("holdfast-sandbox-00000001"), precious);
        Path left = abandoned("holdfast-sandbox-00000002");
        Files.createSymbolicLink(left.resolve("link"), precious);
        Path locked = abandoned("holdfast-sandbox-00000003");
        Files.delete(locked.resolve("lock"));
        Files.createSymbolicLink(locked.resolve("lock"), precious.resolve("lock"));
        tidy();
        assertThat(precious.resolve("lock")).exists();
        assertThat(names()).containsExactly("holdfast-sandbox-00000001", "holdfast-sandbox-00000003", "precious");
    }

    @Test
    void whatIsNotOfThisKindStays() throws IOException {
        List<String> stay = List.of("holdfast-sandbox-1", "holdfast-sandbox-0000000z", "holdfast", "sandbox-00000000");
        for (String name : stay) {
            abandoned(name);
        }
        Path unlocked = abandoned("holdfast-sandbox-00000001");
        Files.delete(unlocked.resolve("lock"));
        Path open = abandoned("holdfast-sandbox-00000002");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createFile(place.resolve("holdfast-sandbox-00000003"));
        tidy();
        assertThat(names())
                .containsAll(stay)
                .contains("holdfast-sandbox-00000001", "holdfast-sandbox-00000002", "holdfast-sandbox-00000003");
    }

    @Test
    void foldersOfAnotherUserStay() throws IOException {
        Path left = abandoned("holdfast-sandbox-00000001");
        assumeThat(System.getProperty("user.name"))
                .as("who may give files away")
                .isEqualTo("root");
        Files.setAttribute(left, "unix:uid", 65534);
        tidy();
        assertThat(left.resolve("lock")).exists();
    }

    @Test
    void aPlaceThatIsNotThereIsToldToWhoWantsToUseIt() {
        Path missing = place.resolve("missing");
        ScratchFolder.removeAbandoned(missing, "holdfast-", _ -> {});
        assertThatThrownBy(() -> ScratchFolder.in(missing, PREFIX)).isInstanceOf(NoSuchFileException.class);
    }
}
