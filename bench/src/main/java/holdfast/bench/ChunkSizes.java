package holdfast.bench;

import holdfast.chunk.Chunker;
import holdfast.chunk.FixedChunker;
import holdfast.model.Attributes;
import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.NodeType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Tree;
import holdfast.repository.BlobWriter;
import holdfast.repository.InitOptions;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import holdfast.repository.json.TreeJson;
import holdfast.storage.LocalStorage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// What chunks of several sizes cost for the states of one file of pages, such as a database before
/// and after some changes: each state is stored after the one before, then all its blobs are read.
/// Prints one line for each size and state. The figures of ADR 13.
@SuppressWarnings("SystemOut")
public final class ChunkSizes {
    private static final int LEAST = 8 << 10;
    private static final int MOST = 4 << 20;
    private static final int BUFFER = 2 * MOST;
    private static final int PERMISSIONS = 0600;
    private static final Attributes PLAIN =
            new Attributes(PERMISSIONS, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 0, 0, "", "", 0, 0, List.of());

    private final Path folder;
    private final PrintStream out;

    private ChunkSizes(Path folder, PrintStream out) {
        this.folder = folder;
        this.out = out;
    }

    /// @param args a new folder for the repositories, which stay; then files that are states of one
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Path folder = Files.createDirectory(Path.of(args[0]));
        PrintStream out = System.out;
        out.println("chunk KiB | state | MiB | store s | stored MiB | JSON of the tree MiB | read s");
        ChunkSizes sizes = new ChunkSizes(folder, out);
        List<Path> states = Arrays.stream(args).skip(1).map(Path::of).toList();
        sizes.measure(MOST, states); // warms up
        for (int bytes = LEAST; bytes <= MOST; bytes *= 2) {
            sizes.measure(bytes, states);
        }
    }

    private void measure(int bytes, List<Path> states) throws IOException, InterruptedException, ExecutionException {
        LocalStorage storage = new LocalStorage(Files.createTempDirectory(folder, bytes / 1024 + "-"));
        try (Repository repository =
                Repository.init(storage, Password.of("bench"), new InitOptions(10), InstantSource.system())) {
            for (Path state : states) {
                one(repository, bytes, state);
            }
        }
    }

    private void one(Repository repository, int bytes, Path file)
            throws IOException, InterruptedException, ExecutionException {
        long before = stored(repository);
        long start = System.nanoTime();
        List<ObjectId> content = store(repository, bytes, file);
        double storing = (System.nanoTime() - start) / 1e9;
        long all = stored(repository) - before;
        repository.reloadIndex();
        start = System.nanoTime();
        for (ObjectId id : content) {
            repository.loadBlob(BlobType.DATA, id);
        }
        double reading = (System.nanoTime() - start) / 1e9;
        int tree = TreeJson.write(tree(file, content)).remaining();
        out.printf(
                "%d | %s | %d | %.1f | %.1f | %.2f | %.1f%n",
                bytes >> 10,
                file.getFileName(),
                Files.size(file) >> 20,
                storing,
                mebibytes(all),
                mebibytes(tree),
                reading);
    }

    private static List<ObjectId> store(Repository repository, int bytes, Path file)
            throws IOException, InterruptedException, ExecutionException {
        Chunker chunker = new FixedChunker(bytes);
        List<Future<ObjectId>> promised = new ArrayList<>();
        List<ObjectId> content = new ArrayList<>();
        try (BlobWriter writer = repository.writer(WriterOptions.standard(() -> {}, new Progress()));
                FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            boolean more = true;
            while (more) {
                more = fill(channel, buffer.clear());
                int end = buffer.flip().limit();
                for (int at = 0; at < end; ) {
                    int length = chunker.next(buffer, at, end);
                    promised.add(writer.write(BlobType.DATA, buffer.slice(at, length)));
                    at += length;
                }
            }
            for (Future<ObjectId> one : promised) {
                content.add(one.get());
            }
            writer.writeTree(tree(file, content));
            writer.finish();
        }
        return content;
    }

    private static boolean fill(FileChannel channel, ByteBuffer buffer) throws IOException {
        int read = 0;
        while (read >= 0 && buffer.hasRemaining()) {
            read = channel.read(buffer);
        }
        return read >= 0;
    }

    private static Tree tree(Path file, List<ObjectId> content) throws IOException {
        return new Tree(List.of(new Node("file", NodeType.FILE, PLAIN, Files.size(file), 1, "", 0, content, null)));
    }

    private static long stored(Repository repository) throws IOException {
        long sum = 0;
        for (String kind : List.of("data", "index")) {
            try (var files = repository.storage().list(kind + "/")) {
                sum += files.mapToLong(StoredFile::bytes).sum();
            }
        }
        return sum;
    }

    private static double mebibytes(long bytes) {
        return bytes / 1048576.0;
    }
}
