package holdfast.bench;

import com.github.luben.zstd.Zstd;
import holdfast.chunk.ContentChunker;
import holdfast.chunk.Zeros;
import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.model.ObjectId;
import holdfast.pack.BlobCompression;
import holdfast.pack.BrokenPackException;
import holdfast.source.postgres.rows.RowDigest;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Every step that a blob of 1 MiB takes, alone: operations per second are MiB per second.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class Blobs {
    private final byte[] rows = Material.rows(Material.MEBIBYTE);
    private final ByteBuffer plain = Material.direct(rows);
    private final ByteBuffer noise = Material.direct(Material.noise(Material.MEBIBYTE));
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(Material.MEBIBYTE);
    private final ByteBuffer sealed = ByteBuffer.allocateDirect(Material.MEBIBYTE + Seal.OVERHEAD);
    private final ByteBuffer opened = ByteBuffer.allocateDirect(Material.MEBIBYTE);
    private final ByteBuffer frame = ByteBuffer.allocateDirect((int) Zstd.compressBound(Material.MEBIBYTE));
    private final Seal seal = new Seal(Key.generate(new SecureRandom()));
    private final ContentChunker chunker = new ContentChunker(42);
    private final BlobCompression compression = new BlobCompression();

    public Blobs() {
        seal.seal(plain.duplicate(), sealed);
        Zstd.compress(frame, plain.duplicate(), 3);
        frame.flip();
    }

    @TearDown
    public void close() {
        compression.close();
    }

    @Benchmark
    public ObjectId hash() {
        return ObjectId.hash(plain);
    }

    @Benchmark
    public int chunk() {
        int at = 0;
        while (at < plain.limit()) {
            at += chunker.next(plain, at, plain.limit());
        }
        return at;
    }

    @Benchmark
    public boolean zeros() {
        return Zeros.allZero(zeros, 0, zeros.limit());
    }

    @Benchmark
    public @Nullable ByteBuffer compress2() {
        return compression.compress(plain, 2);
    }

    @Benchmark
    public @Nullable ByteBuffer compress3() {
        return compression.compress(plain, 3);
    }

    @Benchmark
    public @Nullable ByteBuffer compressNoise() {
        return compression.compress(noise, 3);
    }

    @Benchmark
    public ByteBuffer decompress() throws BrokenPackException {
        compression.decompress(frame.duplicate(), opened.clear());
        return opened;
    }

    @Benchmark
    public ByteBuffer seal() {
        seal.seal(plain.duplicate(), sealed.clear());
        return sealed;
    }

    @Benchmark
    public ByteBuffer open() throws BrokenSealException {
        seal.open(sealed.duplicate().clear(), opened.clear());
        return opened;
    }

    @Benchmark
    public Object fingerprintRows() {
        RowDigest digest = new RowDigest();
        digest.add(rows, 0, rows.length);
        return digest.sum();
    }
}
