package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The log as SQLite writes it, and as nobody should accept it.
final class WalOverlayTest {
    private final long seed = Long.getLong("seed", new Random().nextLong(1 << 30));

    @TempDir
    private Path folder;

    private Path file;
    private Path log;
    private Path expected;
    private WalIndex index;

    @BeforeEach
    void writeALog() throws Exception {
        Path live = folder.resolve("live.db");
        Ledger.create(live, "PRAGMA page_size = 1024", "PRAGMA journal_mode = WAL");
        file = folder.resolve("file.db");
        log = folder.resolve("file.db-wal");
        expected = folder.resolve("expected.db");
        try (Connection connection = Databases.open(live)) {
            Databases.run(connection, "PRAGMA wal_autocheckpoint = 0");
            Ledger ledger = new Ledger(connection, seed);
            for (int i = 0; i < 40; i++) {
                ledger.transact();
            }
            // Other processes would look on; in this one no lock is held that a plain copy could drop.
            Files.copy(live, file);
            Files.copy(SqliteFiles.companion(live, "-wal"), log);
            try (FileChannel shm = FileChannel.open(SqliteFiles.companion(live, "-shm"), StandardOpenOption.READ)) {
                index = WalIndex.read(shm).orElseThrow();
            }
        }
        Files.copy(live, expected);
    }

    private void apply(WalIndex of) throws Exception {
        apply(of, 1);
    }

    private void apply(WalIndex of, long first) throws Exception {
        Path copy = folder.resolve("copy.db");
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel frames = FileChannel.open(log, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(copy, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            WalOverlay.apply(frames, of, first, to);
        }
        assertThat(copy).hasSameBinaryContentAs(expected);
    }

    @Test
    void theFramesOfALogMakeTheDatabaseThatACheckpointMakes() throws Exception {
        assertThat(index.pageSize()).isEqualTo(1024);
        assertThat(index.frames()).isPositive();
        assertThat(index.pages() * 1024).isEqualTo(Files.size(expected));
        apply(index);
    }

    /// Frames that the file has already may be left out, and the chain still holds from there on.
    @Test
    void theChainCanBeTakenUpAnywhere() throws Exception {
        for (long first : new long[] {2, index.frames() / 2, index.frames(), index.frames() + 1}) {
            Files.copy(expected, file, StandardCopyOption.REPLACE_EXISTING);
            apply(index, first);
        }
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(8), WalOverlay.HEADER + 10L * (WalOverlay.FRAME_HEADER + 1024) + 16);
        }
        apply(index, 20);
        assertThatThrownBy(() -> apply(index, 12)).isInstanceOf(MovedException.class);
    }

    /// A log written on a machine of the other byte order. That SQLite takes it in proves that it was turned
    /// right.
    @Test
    void checksumsOfBothByteOrdersHold() throws Exception {
        WalIndex turned = turnByteOrder();
        apply(turned);
        assertThat(Databases.ask(file, "PRAGMA wal_checkpoint(TRUNCATE)")).isEqualTo("0");
        assertThat(file).hasSameBinaryContentAs(expected);
    }

    private WalIndex turnByteOrder() throws Exception {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(log));
        ByteOrder order =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        bytes.putInt(0, bytes.getInt(0) ^ 1);
        WalChecksum sum = new WalChecksum(order);
        sum.add(bytes, 0, 24);
        bytes.putInt(24, sum.first()).putInt(28, sum.second());
        for (long frame = 0; frame < index.frames(); frame++) {
            int at = Math.toIntExact(WalOverlay.HEADER + frame * (WalOverlay.FRAME_HEADER + 1024));
            sum.add(bytes, at, 8);
            sum.add(bytes, at + WalOverlay.FRAME_HEADER, 1024);
            bytes.putInt(at + 16, sum.first()).putInt(at + 20, sum.second());
        }
        Files.write(log, bytes.array());
        return new WalIndex(1024, index.frames(), index.pages(), sum.first(), sum.second(), index.salt(), 0);
    }

    @Test
    void whatLiesBehindTheLastCommittedFrameIsIgnored() throws Exception {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            channel.write(ByteBuffer.wrap(new byte[5000]));
        }
        apply(index);
    }

    /// Every byte of header and frames is covered by a salt or a checksum; the last frame's by the index.
    @Test
    void noFlippedBitGetsThrough() throws Exception {
        Random random = new Random(seed);
        byte[] good = Files.readAllBytes(log);
        int end = Math.toIntExact(WalOverlay.HEADER + index.frames() * (WalOverlay.FRAME_HEADER + 1024));
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            // All bytes of the two headers, then anywhere.
            int at = i < WalOverlay.HEADER + WalOverlay.FRAME_HEADER ? i : random.nextInt(end);
            if (at >= 12 && at < 16) {
                // The checkpoint's number is covered as well, but let us not say so twice.
                continue;
            }
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(log, bad);
            assertThatThrownBy(() -> apply(index))
                    .as("-Dseed=%d byte %d", seed, at)
                    .isInstanceOf(MovedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 32, 500})
    void aLogCutShortIsNoticed(int bytes) throws Exception {
        Files.write(log, java.util.Arrays.copyOf(Files.readAllBytes(log), bytes));
        assertThatThrownBy(() -> apply(index)).isInstanceOf(MovedException.class);
    }

    @Test
    void anIndexOfAnotherStateIsNoticed() {
        assertThatThrownBy(() -> apply(new WalIndex(
                        1024,
                        index.frames() - 1,
                        index.pages(),
                        index.checksum1(),
                        index.checksum2(),
                        index.salt(),
                        0)))
                .isInstanceOf(MovedException.class);
        assertThatThrownBy(() -> apply(new WalIndex(
                        1024,
                        index.frames(),
                        index.pages() + 1,
                        index.checksum1(),
                        index.checksum2(),
                        index.salt(),
                        0)))
                .isInstanceOf(MovedException.class);
        assertThatThrownBy(() -> apply(new WalIndex(
                        1024,
                        index.frames(),
                        index.pages(),
                        index.checksum1(),
                        index.checksum2(),
                        index.salt() + 1,
                        0)))
                .isInstanceOf(MovedException.class);
    }

    @Test
    void anUnreadableIndexIsNoIndex() throws Exception {
        Path shm = folder.resolve("shm");
        for (byte[] bytes : new byte[][] {new byte[0], new byte[40], new byte[32768]}) {
            Files.write(shm, bytes);
            try (FileChannel channel = FileChannel.open(shm, StandardOpenOption.READ)) {
                assertThat(WalIndex.read(channel)).isEmpty();
            }
        }
    }
}
