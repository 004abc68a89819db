package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RawArgumentsTest {
    @Test
    void bytesThatAreNoTextAreKept() {
        byte[] line = "java\0-x\0\0b\u00e4\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(RawArguments.split(line)).containsExactly("java", "-x", "", "b\udce4");
    }

    @Test
    void ordinaryArgumentsAreLeftAlone() {
        String[] arguments = {"snapshots", "ä"};
        assertThat(RawArguments.of(arguments)).isSameAs(arguments);
    }
}
