package holdfast.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.Fingerprint;
import holdfast.model.ObjectId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;

final class JsonTextTest {
    private record Inner(boolean isBig, Instant at) {}

    private record Outer(String messageType, long bytesDone, double rate, List<Inner> items, Optional<String> none) {}

    @Test
    void recordsBecomeObjectsWithSnakeCaseNames() {
        Outer outer = new Outer("x", 3, 0.5, List.of(new Inner(true, Instant.EPOCH)), Optional.empty());
        assertThat(JsonText.of(outer))
                .isEqualTo("{\"message_type\":\"x\",\"bytes_done\":3,\"rate\":0.5,"
                        + "\"items\":[{\"is_big\":true,\"at\":\"1970-01-01T00:00:00Z\"}],\"none\":null}");
    }

    @Test
    void idsAndFingerprintsAreTheirDigits() {
        assertThat(JsonText.of(List.of(new ObjectId(1, 0, 0, 2), new Fingerprint(3, 4))))
                .isEqualTo("[\"" + "0".repeat(15) + "1" + "0".repeat(47) + "2\",\"" + "0".repeat(15) + "3"
                        + "0".repeat(15) + "4\"]");
    }

    @Test
    void whatIsNoNumberInJsonIsRefused() {
        assertThatThrownBy(() -> JsonText.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStrayByteInAFileNameIsEscaped() {
        assertThat(JsonText.of("a\udcff")).isEqualTo("\"a\\udcff\"");
        assertThat(JsonText.of("\ud83d\ude00")).isEqualTo("\"\ud83d\ude00\"");
        assertThat(JsonText.of("\ud83d")).isEqualTo("\"\\ud83d\"");
    }

    /// Method: whatever string, another reader gets it back.
    @Test
    void everyStringIsReadBack() {
        ObjectMapper reader = new ObjectMapper();
        Random random = new Random(42);
        for (int round = 0; round < 500; round++) {
            int[] points = random.ints(10, 0, round % 2 == 0 ? 0x100 : 0xD000).toArray();
            String text = new String(points, 0, points.length);
            assertThat(reader.readTree(JsonText.of(Map.of("k", Arrays.asList(text, null))))
                            .get("k")
                            .get(0)
                            .asString())
                    .isEqualTo(text);
        }
    }
}
