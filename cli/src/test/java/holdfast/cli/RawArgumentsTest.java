package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({
        "postgresql://u:pw@h/d, true",
        "postgres://:pw@h, true",
        "--target=postgresql://u:pw@h/d, true",
        "postgresql://u@h/d?sslmode=require&password=pw, true",
        "postgresql://u@h/d?sslpassword=pw, true",
        "postgresql://u@h:5432/d, false",
        "postgresql://u:@h:5432/d, false",
        "postgresql://h:5432/d@e, false",
        "postgresql://u@h/d?passfile=/f, false",
        "postgresql://u@h/d?password=, false",
        "u:pw@h, false",
        "/srv/a:b@c, false",
    })
    void aPasswordInAUrlIsSeen(String word, boolean seen) {
        assertThat(RawArguments.holdPassword(new String[] {"backup", word})).isEqualTo(seen);
    }

    @Test
    void whatTheLauncherHidTakesItsPlaceAgain() {
        Map<String, String> variables = Map.of("HOLDFAST_ARGUMENT_1", "postgresql://u:pw@h/d", "HOME", "/h");
        String[] shown = RawArguments.shown(
                new String[] {"backup", "$HOLDFAST_ARGUMENT_1", "$HOLDFAST_ARGUMENT_2", "$HOME"}, variables);
        assertThat(shown).containsExactly("backup", "postgresql://u:pw@h/d", "$HOLDFAST_ARGUMENT_2", "$HOME");
    }
}
