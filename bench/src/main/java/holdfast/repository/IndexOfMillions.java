package holdfast.repository;

import holdfast.extract.ScratchFolder;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import holdfast.storage.LocalStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// An index of many blobs, 1 MiB each in packs of 16 MiB: how long it takes to be read from its
/// sealed files, and what it needs of the heap. 10 million blobs of
/// 1 MiB are 10 TiB of data. The heap is bounded to what is claimed: 700 MiB for the index of 10
/// million, and the rest of what a command has.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx768m", "-XX:+UseSerialGC"})
public class IndexOfMillions {
    private static final int PACK = 16;
    private static final int BATCH = 3125;
    private static final Password PASSWORD = Password.of("bench");

    @Param({"1000000", "10000000"})
    public int blobs;

    private @Nullable ScratchFolder folder;

    /// What JMH prints beside the time.
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Heap {
        /// In bytes, after a collection.
        public long perBlob;
    }

    @Setup
    public void write() throws IOException {
        folder = ScratchFolder.in(Path.of(System.getProperty("java.io.tmpdir")), "holdfast-bench-");
        Storage storage = new LocalStorage(Objects.requireNonNull(folder).path().resolve("repository"));
        Opening opening = Opening.init(
                storage,
                PASSWORD,
                new InitOptions(10),
                Client.current(),
                InstantSource.system().instant());
        IndexFiles files = new IndexFiles(
                new SealedFiles(storage, opening.master(), opening.config().version()));
        SplittableRandom random = new SplittableRandom(1);
        List<IndexFiles.PackContent> packs = new ArrayList<>();
        for (int written = 0; written < blobs; written += PACK) {
            packs.add(pack(random));
            if (packs.size() == BATCH) {
                files.save(packs);
                packs.clear();
            }
        }
        files.save(packs);
    }

    private IndexFiles.PackContent pack(SplittableRandom random) {
        List<PackedBlob> content = new ArrayList<>(PACK);
        int offset = 0;
        for (int i = 0; i < PACK; i++) {
            int length = 400_000 + random.nextInt(200_000);
            content.add(new PackedBlob(BlobType.DATA, id(random), offset, length, 1 << 20));
            offset += length;
        }
        return new IndexFiles.PackContent(id(random), content);
    }

    private static ObjectId id(SplittableRandom random) {
        return new ObjectId(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    @TearDown
    public void remove() throws IOException {
        Objects.requireNonNull(folder).close();
    }

    @Benchmark
    public BlobIndex open(Heap heap) throws IOException {
        long before = used();
        Storage storage = new LocalStorage(Objects.requireNonNull(folder).path().resolve("repository"));
        try (Repository repository = Repository.open(storage, PASSWORD, InstantSource.system())) {
            BlobIndex index = repository.index();
            heap.perBlob = (used() - before) / index.size();
            return index;
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        runtime.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
