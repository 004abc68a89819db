package holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CountTest {
    @ParameterizedTest
    @CsvSource({"0, file, 0 files", "1, file, 1 file", "2, file, 2 files", "1, entry, 1 entry", "3, entry, 3 entries"})
    void oneIsSingular(long number, String noun, String text) {
        assertThat(Count.of(number, noun)).isEqualTo(text);
    }
}
