package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.ClientPrograms.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void withoutAnyItIsSaidWhatToInstall() {
        HoldfastException none =
                catchThrowableOfType(HoldfastException.class, () -> programs().dumping(16));
        assertThat(none)
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessage("no pg_dump here fits a server of version 16: there is none on the PATH nor in the usual"
                        + " folders");
        assertThat(none.hint()).contains("postgresql-client-16");
    }

    /// Debian's `pg_wrapper` runs another version for `--version` than for a server it is told by
    /// `PGHOST`; the programs it stands for are found in their own folders.
    @Test
    void aWrapperThatChoosesAVersionByItselfIsNoInstallation(@TempDir Path folder) throws IOException {
        Path wrapper = program(Files.createDirectories(folder.resolve("share/postgresql-common")), "pg_wrapper", 15);
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("pg_dump"), wrapper);
        Path own = Files.createDirectories(folder.resolve("lib/15/bin"));
        program(own, "pg_dump", 15);
        ClientPrograms found = ClientPrograms.find(bin + ":" + own);
        assertThat(found.ofMajor(15)).map(Installation::folder).contains(own);
    }

    private static Path program(Path folder, String name, int major) throws IOException {
        Path program =
                Files.writeString(folder.resolve(name), "#!/bin/sh\necho 'pg_dump (PostgreSQL) " + major + ".99'\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static ClientPrograms programs(int... majors) {
        return new ClientPrograms(IntStream.of(majors)
                .mapToObj(major -> new Installation(Path.of("/pg/" + major), major, major + ".1"))
                .toList());
    }
}
