package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.ClientPrograms.Installation;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Goal: of several versions of the programs the one is taken whose words server and tools of the
/// server's own version understand.
class ClientProgramsTest {
    @Test
    void theServersOwnVersionOrTheNearestNewerOneDumps() {
        assertThat(programs(18, 15, 17).dumping(15).major()).isEqualTo(15);
        assertThat(programs(14, 18, 17).dumping(15).major()).isEqualTo(17);
        assertThat(programs(18, 17).dumping(15, 18).major()).isEqualTo(18);
        assertThat(programs(18, 17).dumping(18, 17).major()).isEqualTo(18);
    }

    @Test
    void whenNoneFitsItIsSaidWhichThereAre() {
        assertThatThrownBy(() -> programs(15, 17).dumping(18))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("version 18")
                .hasMessageContaining("15")
                .hasMessageContaining("17");
    }

    private static ClientPrograms programs(int... majors) {
        return new ClientPrograms(IntStream.of(majors)
                .mapToObj(major -> new Installation(Path.of("/pg/" + major), major, major + ".1"))
                .toList());
    }
}
