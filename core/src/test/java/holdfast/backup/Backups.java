package holdfast.backup;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.InitOptions;
import holdfast.repository.Lock;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.source.MadeUpSource;
import holdfast.source.Source;
import holdfast.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Repositories, backups and their contents for tests.
public final class Backups {
    public static final Password PASSWORD = Password.of("correct horse");
    public static final InstantSource CLOCK = InstantSource.system();

    private Backups() {}

    /// A repository that opens in no time.
    public static Repository init(Storage storage) throws IOException {
        return Repository.init(storage, PASSWORD, new InitOptions(10), CLOCK);
    }

    public static Repository open(Storage storage) throws IOException {
        return Repository.open(storage, PASSWORD, CLOCK);
    }

    public static BackupResult backUp(Repository repository, Source... sources) throws IOException {
        return backUp(repository, CLOCK, List.of(), sources);
    }

    public static BackupResult backUp(Repository repository, InstantSource clock, List<String> tags, Source... sources)
            throws IOException {
        List<String> paths = List.of(sources).stream().map(Source::location).toList();
        BackupRequest request =
                new BackupRequest(List.of(sources), paths, List.of(), tags, "", "", new BackupRequest.Parent.Latest());
        Backup backup = new Backup(
                repository,
                3,
                new Origin("testhost", "tester", 0, 0, "", "holdfast test"),
                clock,
                new Progress(),
                path -> MadeUpSource.directory(path.substring(path.lastIndexOf('/') + 1)));
        try (Lock lock = repository.locks().shared()) {
            return backup.run(request, lock);
        }
    }

    /// Every file of a snapshot but `holdfast.json`, by absolute path.
    public static SortedMap<String, byte[]> contents(Repository repository, Snapshot snapshot) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        read(repository, snapshot.tree(), "", files);
        files.remove("/" + Manifest.NAME);
        return files;
    }

    private static void read(
            Repository repository, @Nullable ObjectId tree, String path, SortedMap<String, byte[]> files)
            throws IOException {
        if (tree == null) {
            throw new HoldfastException.Damaged("a directory without a tree: " + path, "");
        }
        for (Node node : repository.loadTree(tree).nodes()) {
            if (node.type() == NodeType.DIRECTORY) {
                read(repository, node.subtree(), path + "/" + node.name(), files);
            } else if (node.type() == NodeType.FILE) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                for (ObjectId blob : node.content()) {
                    ByteBuffer plain = repository.loadBlob(BlobType.DATA, blob);
                    byte[] bytes = new byte[plain.remaining()];
                    plain.get(bytes);
                    content.writeBytes(bytes);
                }
                files.put(path + "/" + node.name(), content.toByteArray());
            }
        }
    }

    public static InstantSource at(String instant) {
        return InstantSource.fixed(Instant.parse(instant));
    }
}
