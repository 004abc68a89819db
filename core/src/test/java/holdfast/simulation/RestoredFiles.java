package holdfast.simulation;

import holdfast.extract.PathFilter;
import holdfast.io.posix.HostFiles;
import holdfast.model.NodeType;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.Repository;
import holdfast.restore.Restore;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreResult;
import holdfast.source.TreeRemoval;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A real restore of a snapshot into a real folder, which is removed again.
final class RestoredFiles {
    private RestoredFiles() {}

    /// What stands in the folder afterwards, as [SimulatedFiles#describe] has it, by path in the snapshot.
    static Map<String, String> of(Repository repository, Snapshot snapshot) throws IOException {
        Path target = Files.createTempDirectory("holdfast-simulation-");
        try {
            String root = snapshot.paths().getFirst();
            RestoreRequest request = new RestoreRequest(
                    new RestoreRequest.Destination.Part(root, target.toString()),
                    PathFilter.ALL,
                    false,
                    true,
                    true,
                    false);
            Restore restore = new Restore(
                    repository,
                    HostFiles.system(),
                    Map.of(),
                    Map.of(),
                    false,
                    InstantSource.fixed(snapshot.time()),
                    new Progress());
            RestoreResult result = restore.run(restore.plan(snapshot, request));
            if (!result.passed()) {
                throw new Model.Violation("a restore of " + Model.tag(snapshot) + " did not pass: " + result.checks());
            }
            return described(root, target);
        } finally {
            TreeRemoval.empty(target);
            Files.delete(target);
        }
    }

    private static Map<String, String> described(String root, Path target) throws IOException {
        Map<String, String> described = new TreeMap<>();
        try (Stream<Path> all = Files.walk(target)) {
            for (Path file : all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                described.put(
                        root + "/" + target.relativize(file),
                        SimulatedFiles.describe(
                                NodeType.FILE,
                                mode(file),
                                Files.getLastModifiedTime(file).toInstant(),
                                Files.size(file),
                                ByteBuffer.wrap(Files.readAllBytes(file))));
            }
        }
        return described;
    }

    private static int mode(Path file) throws IOException {
        int mode = 0;
        for (char permission : PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                .toCharArray()) {
            mode = 2 * mode + (permission == '-' ? 0 : 1);
        }
        return mode;
    }
}
