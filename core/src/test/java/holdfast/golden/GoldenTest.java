package holdfast.golden;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.extract.PathFilter;
import holdfast.io.posix.HostFiles;
import holdfast.model.BlobType;
import holdfast.model.FileNames;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.restore.Restore;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreResult;
import holdfast.storage.MemoryStorage;
import holdfast.verify.CheckOptions;
import holdfast.verify.RepositoryCheck;
import holdfast.view.SnapshotListing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: what any released version, or any restic, has written is read for ever: listed, checked with all its data, and
/// restored exactly. Method: every repository kept beside `make`, which says how the next one is made, against the list
/// of what was backed up. None is ever changed or removed.
class GoldenTest {
    private static final Path KEPT = Path.of("src/test/resources/holdfast/golden");
    private static final String PLACE = "/tmp/holdfast-golden/";

    @TempDir
    Path folder;

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(KEPT)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".zip"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void noneIsMissingAndAllAreSmall() throws IOException {
        assertThat(names())
                .contains(
                        "holdfast-0.1-large",
                        "restic-0.14-auto-large",
                        "restic-0.14-off",
                        "restic-0.14-v1",
                        "restic-0.19-max-large",
                        "restic-0.19-v1");
        long bytes = 0;
        for (String name : names()) {
            bytes += Files.size(KEPT.resolve(name + ".zip"));
        }
        assertThat(bytes).isLessThan(1 << 20);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everySnapshotIsListedCheckedAndRestoredExactly(String name) throws IOException {
        SortedMap<String, SortedSet<String>> expected = expected(name);
        assertThat(expected).hasSizeGreaterThan(1);
        try (Repository repository =
                Repository.open(unpacked(name), Password.of("golden"), InstantSource.fixed(Instant.EPOCH))) {
            assertThat(new RepositoryCheck(repository, new Progress())
                            .run(CheckOptions.READ_DATA)
                            .findings())
                    .isEmpty();
            SortedMap<String, SortedSet<String>> found = new TreeMap<>();
            for (Snapshot snapshot : repository.snapshots()) {
                found.put(snapshot.host() + " " + String.join(",", snapshot.tags()), lines(repository, snapshot));
                restore(repository, snapshot);
            }
            if (name.startsWith("holdfast")) {
                assertThat(repository.bestProofs().values())
                        .hasSameSizeAs(repository.snapshots())
                        .allMatch(proof -> proof.passed() && proof.level() == ProofLevel.IDENTICAL);
            }
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            expected.forEach(
                    (title, lines) -> assertThat(found.get(title)).as(title).containsExactlyElementsOf(lines));
        }
    }

    /// The lines of each snapshot, by its host and tags.
    private static SortedMap<String, SortedSet<String>> expected(String name) throws IOException {
        SortedMap<String, SortedSet<String>> expected = new TreeMap<>();
        String text = Files.readString(KEPT.resolve(name + ".txt"), StandardCharsets.ISO_8859_1);
        for (String part : text.split("(?<=^|\0)snapshot ")) {
            if (!part.isEmpty()) {
                int end = part.indexOf('\n');
                expected.put(
                        part.substring(0, end),
                        new TreeSet<>(List.of(part.substring(end + 1).split("\0"))));
            }
        }
        return expected;
    }

    private static MemoryStorage unpacked(String name) throws IOException {
        MemoryStorage storage = new MemoryStorage();
        try (InputStream file = Files.newInputStream(KEPT.resolve(name + ".zip"));
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                storage.put(entry.getName().replaceFirst("^data/../", "data/"), ByteBuffer.wrap(zip.readAllBytes()));
            }
        }
        return storage;
    }

    private static SortedSet<String> lines(Repository repository, Snapshot snapshot) throws IOException {
        SortedSet<String> lines = new TreeSet<>();
        new SnapshotListing(repository).list(snapshot, "/", true, (path, node) -> {
            String below = path.startsWith(PLACE) ? path.substring(PLACE.length()) : path.substring(1);
            if (!PLACE.startsWith(path + "/") && !below.equals(Manifest.NAME)) {
                byte[] name = FileNames.encode(below);
                lines.add(line(repository, node) + new String(name, StandardCharsets.ISO_8859_1));
            }
        });
        return lines;
    }

    /// A node as `find` shows it.
    private static String line(Repository repository, Node node) throws IOException {
        Instant mtime = node.attributes().mtime();
        String owner = node.attributes().uid() + ":" + node.attributes().gid();
        String time = String.format("%d.%09d0", mtime.getEpochSecond(), mtime.getNano());
        String mode = Integer.toOctalString(node.attributes().mode());
        return switch (node.type()) {
            case FILE ->
                "f " + mode + " " + owner + " " + time + " " + node.size() + " " + node.links() + " "
                        + sha256(repository, node) + " ";
            case SYMLINK -> "l " + owner + " " + time + " " + node.linkTarget() + " ";
            case FIFO -> "p " + mode + " " + owner + " " + time + " ";
            case DIRECTORY -> "d " + mode + " " + owner + " " + time + " ";
            case SOCKET, DEVICE, CHARACTER_DEVICE, IRREGULAR -> throw new IOException("unexpected: " + node);
        };
    }

    private static String sha256(Repository repository, Node file) throws IOException {
        MessageDigest sha256 = ObjectId.sha256();
        for (ObjectId blob : file.content()) {
            sha256.update(repository.loadBlob(BlobType.DATA, blob));
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /// Onto the disk, where the restored tree is read again and compared with the snapshot.
    private void restore(Repository repository, Snapshot snapshot) throws IOException {
        Restore restore = new Restore(
                repository,
                HostFiles.system(),
                Map.of(),
                Map.of(),
                false,
                InstantSource.fixed(Instant.EPOCH),
                new Progress());
        Path target = folder.resolve(snapshot.id().brief());
        RestoreResult result = restore.run(restore.plan(
                snapshot,
                new RestoreRequest(
                        new RestoreRequest.Destination.Directory(target.toString()),
                        PathFilter.ALL,
                        false,
                        false,
                        true,
                        false)));
        assertThat(result.passed()).as(result.checks().toString()).isTrue();
        assertThat(target).isNotEmptyDirectory();
    }
}
