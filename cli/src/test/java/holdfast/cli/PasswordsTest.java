package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.cli.console.FakeTerminal;
import holdfast.model.HoldfastException;
import holdfast.repository.Password;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PasswordsTest {
    @TempDir
    Path folder;

    private GlobalOptions options;

    @BeforeEach
    void noOptions() {
        options = new GlobalOptions();
    }

    private Passwords passwords(Map<String, String> variables, FakeTerminal terminal) {
        return new Passwords(new Environment(variables), options, terminal, folder);
    }

    private Password existing(Map<String, String> variables) throws IOException {
        return passwords(variables, FakeTerminal.none()).existing();
    }

    @Test
    void aFileIsReadWithoutMarkAndSpaceAroundIt() throws IOException {
        Files.write(
                folder.resolve("p"),
                new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, ' ', 's', ' ', 'x', '\r', '\n'});
        options.passwordFile = Path.of("p");
        assertThat(existing(Map.of("HOLDFAST_PASSWORD", "other"))).isEqualTo(Password.of("s x"));
    }

    @Test
    void aCommandsOutputIsThePassword() throws IOException {
        options.passwordCommand = "echo \"se\"cret";
        assertThat(existing(Map.of())).isEqualTo(Password.of("secret"));
        options.passwordCommand = "echo secret; exit 3";
        assertThatThrownBy(() -> existing(Map.of()))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("exit code 3")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aVariableIsTakenAsItIs() throws IOException {
        assertThat(existing(Map.of("RESTIC_PASSWORD", " x "))).isEqualTo(Password.of(" x "));
    }

    @Test
    void noPasswordIsRefusedUnlessThatIsWanted() throws IOException {
        assertThatThrownBy(() -> existing(Map.of()))
                .isInstanceOfSatisfying(
                        HoldfastException.BadUsage.class,
                        refusal -> assertThat(refusal.hint()).contains("--password-file", "--insecure-no-password"));
        options.insecureNoPassword = true;
        assertThat(existing(Map.of())).isEqualTo(Password.empty());
    }

    @Test
    void anEmptyFileIsNoPassword() throws IOException {
        Files.writeString(folder.resolve("p"), " \n");
        options.passwordFile = Path.of("p");
        assertThatThrownBy(() -> existing(Map.of())).hasMessageContaining("gives no password");
        options.passwordFile = Path.of("missing");
        assertThatThrownBy(() -> existing(Map.of())).hasMessageContaining("no such file or folder");
    }

    @Test
    void twoWaysAtOnceAreRefused() {
        options.passwordFile = Path.of("p");
        options.insecureNoPassword = true;
        assertThatThrownBy(() -> existing(Map.of())).isInstanceOf(HoldfastException.BadUsage.class);
        options = new GlobalOptions();
        Map<String, String> two = Map.of("HOLDFAST_PASSWORD_FILE", "f", "HOLDFAST_PASSWORD_COMMAND", "c");
        assertThatThrownBy(() -> existing(two)).hasMessageContaining("HOLDFAST_PASSWORD_COMMAND");
    }

    @Test
    void anExistingRepositorysPasswordIsAskedForOnceANewOnesTwice() throws IOException {
        FakeTerminal once = FakeTerminal.answering("a");
        Passwords passwords = passwords(Map.of(), once);
        assertThat(passwords.existing()).isEqualTo(Password.of("a"));
        assertThat(passwords.asked()).isTrue();
        assertThat(once.questions()).hasSize(1);
        FakeTerminal twice = FakeTerminal.answering("a", "a");
        assertThat(passwords(Map.of(), twice).forNew()).isEqualTo(Password.of("a"));
        assertThat(twice.questions()).hasSize(2);
        assertThatThrownBy(() ->
                        passwords(Map.of(), FakeTerminal.answering("a", "b")).forNew())
                .hasMessageContaining("differ")
                .hasMessageNotContaining("'a'");
        assertThatThrownBy(() -> passwords(Map.of(), FakeTerminal.answering("")).existing())
                .isInstanceOf(HoldfastException.BadUsage.class);
    }
}
