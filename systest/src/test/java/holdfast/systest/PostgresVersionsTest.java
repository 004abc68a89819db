package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Goal: what is tested of PostgreSQL reaches from an old version to one that is newer than most
/// distributions'; none is left out but where `.ci/run`
/// has said so, since the packages of a newer Debian could not be reached.
final class PostgresVersionsTest {
    private static final int OLD = 14;
    private static final int NEW = 17;

    @Test
    void anOldAndANewVersionAreTested() {
        assumeFalse(
                String.valueOf(NEW).equals(System.getenv("HOLDFAST_TEST_WITHOUT_POSTGRES")),
                "PostgreSQL 17 was not tested; .ci/run printed why at its beginning");
        List<Integer> versions = OldServer.andNewer().stream()
                .map(programs -> programs.version("postgres"))
                .toList();
        assertThat(versions)
                .as(
                        "PostgreSQL %d or newer is needed: run .ci/postgres-%d once, which loads it into a cache where"
                                + " ./check finds it, or name the folder of its programs: HOLDFAST_TEST_POSTGRES=FOLDER"
                                + " ./check (or -Dpostgres.bin=FOLDER)",
                        NEW, NEW)
                .contains(OLD)
                .anyMatch(version -> version >= NEW);
    }
}
