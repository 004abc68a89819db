package holdfast.bench;

import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import holdfast.repository.BlobIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/// How long it takes to know whether the repository has a blob.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "-XX:+UseSerialGC"})
public class IndexLookup {
    private static final int PACK = 16;
    private static final int ASKED = 1 << 16;

    @Param({"100000", "5000000"})
    public int blobs;

    private final BlobIndex index = new BlobIndex();
    private final ObjectId[] known = new ObjectId[ASKED];
    private final ObjectId[] unknown = new ObjectId[ASKED];
    private int at;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < blobs; i += PACK) {
            List<PackedBlob> content = new ArrayList<>(PACK);
            for (int j = 0; j < PACK; j++) {
                ObjectId id = id(random);
                content.add(new PackedBlob(BlobType.DATA, id, j << 20, 1 << 20, 0));
                known[(i + j) % ASKED] = id;
            }
            index.add(id(random), content);
        }
        Arrays.setAll(unknown, _ -> id(random));
    }

    private static ObjectId id(SplittableRandom random) {
        return new ObjectId(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    @Benchmark
    public boolean known() {
        return index.contains(BlobType.DATA, known[at++ & ASKED - 1]);
    }

    @Benchmark
    public boolean unknown() {
        return index.contains(BlobType.DATA, unknown[at++ & ASKED - 1]);
    }
}
