package holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ZerosTest {
    @Test
    void oneByteAnywhereIsSeenAndNothingOutsideTheRangeIs() {
        for (boolean direct : new boolean[] {false, true}) {
            ByteBuffer bytes = direct ? ByteBuffer.allocateDirect(200) : ByteBuffer.allocate(200);
            bytes.position(77);
            for (int from = 0; from < 20; from++) {
                for (int to = from; to < 120; to++) {
                    assertThat(Zeros.allZero(bytes, from, to)).isTrue();
                }
                for (int at = 0; at < 200; at++) {
                    bytes.put(at, (byte) 0x80);
                    assertThat(Zeros.allZero(bytes, from, 120)).isEqualTo(at < from || at >= 120);
                    bytes.put(at, (byte) 0);
                }
            }
            assertThat(bytes.position()).isEqualTo(77);
        }
    }

    @Test
    void longRunsAreSeenToTheirEnd() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20);
        assertThat(Zeros.allZero(bytes, 1, 1 << 20)).isTrue();
        for (int at : new int[] {1, 32_768, 32_769, 500_000, (1 << 20) - 1}) {
            bytes.put(at, (byte) 1);
            assertThat(Zeros.allZero(bytes, 1, 1 << 20)).isFalse();
            bytes.put(at, (byte) 0);
        }
    }
}
