package holdfast.bench;

import holdfast.extract.ScratchFolder;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.BlobWriter;
import holdfast.repository.InitOptions;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import holdfast.storage.LocalStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The whole way of 512 MiB of new blobs into a repository on the local disk; the first iteration is
/// that of a process that has just started.
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 6)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-XX:+UseSerialGC"})
public class Writing {
    private static final int BLOBS = 512;

    private final byte[] content = Material.rows(Material.MEBIBYTE);
    private final ByteBuffer blob = ByteBuffer.wrap(content);
    private @Nullable ScratchFolder folder;

    @Setup(Level.Iteration)
    public void makeFolder() throws IOException {
        folder = ScratchFolder.in(Path.of(System.getProperty("java.io.tmpdir")), "holdfast-bench-");
    }

    @TearDown(Level.Iteration)
    public void removeFolder() throws IOException {
        Objects.requireNonNull(folder).close();
    }

    @Benchmark
    public long rows() throws IOException {
        Storage storage = new LocalStorage(Objects.requireNonNull(folder).path().resolve("repository"));
        try (Repository repository =
                        Repository.init(storage, Password.of("bench"), new InitOptions(10), InstantSource.system());
                BlobWriter writer = repository.writer(WriterOptions.standard(() -> {}, new Progress()))) {
            List<Future<ObjectId>> blobs = new ArrayList<>();
            for (int i = 0; i < BLOBS; i++) {
                blob.putInt(0, i);
                blobs.add(writer.write(BlobType.DATA, blob, 2));
            }
            writer.finish();
            return writer.storedBytes() + blobs.size();
        }
    }
}
