package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RepositoryLocationTest {
    private static final Path HERE = Path.of("/here");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "/srv/b, /srv/b",
        "b, /here/b",
        "./b/../c, /here/c",
        "local:/srv/b, /srv/b",
        "local:b, /here/b",
        "file:///srv/b, /srv/b",
        "/srv/s3:b, /srv/s3:b",
        "12:00, /here/12:00"
    })
    void aFolderIsFoundHoweverItIsWritten(String text, Path path) {
        assertThat(RepositoryLocation.parse(text, HERE)).isEqualTo(new RepositoryLocation.Folder(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s3:s3.amazonaws.com/b", "sftp:u@h:/b", "rest:http://h/", "azure:c:/", "gs:b:/", "rclone:x"})
    void aPlaceThatIsNotSupportedIsRefusedByName(String text) {
        assertThatThrownBy(() -> RepositoryLocation.parse(text, HERE))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("cannot store on " + text.substring(0, text.indexOf(':')));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "local:", "a\0b"})
    void whatIsNoPlaceIsRefused(String text) {
        assertThatThrownBy(() -> RepositoryLocation.parse(text, HERE)).isInstanceOf(HoldfastException.BadUsage.class);
    }

    @Test
    void aFileIsNoPlaceForARepository() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> new RepositoryLocation.Folder(file).open(0, 0))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining(file + " is a file, not a folder");
    }

    @Test
    void optionsGoBeforeVariablesAndThoseBeforeTheUsualPlace() throws IOException {
        Files.writeString(folder.resolve("place"), "/from/file\n");
        GlobalOptions options = new GlobalOptions();
        assertThat(of(options, Map.of())).isEqualTo(folder.resolve("backups"));
        assertThat(of(options, Map.of("BACKUP_DIR", "/x"))).hasToString("/x");
        assertThat(of(options, Map.of("BACKUP_DIR", "/x", "RESTIC_REPOSITORY_FILE", "place")))
                .hasToString("/from/file");
        assertThat(of(options, Map.of("RESTIC_REPOSITORY", "/y", "RESTIC_REPOSITORY_FILE", "place")))
                .hasToString("/y");
        options.repository = "/z";
        assertThat(of(options, Map.of("HOLDFAST_REPOSITORY", "/y"))).hasToString("/z");
        options.repositoryFile = Path.of("place");
        assertThatThrownBy(() -> of(options, Map.of())).isInstanceOf(HoldfastException.BadUsage.class);
    }

    private Path of(GlobalOptions options, Map<String, String> variables) throws IOException {
        return switch (RepositoryLocation.of(options, new Environment(variables), folder)) {
            case RepositoryLocation.Folder(Path path) -> path;
        };
    }
}
