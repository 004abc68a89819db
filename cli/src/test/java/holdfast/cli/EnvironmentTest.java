package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvironmentTest {
    @Test
    void holdfastsVariablesGoBeforeRestics() {
        Environment both = new Environment(Map.of("HOLDFAST_REPOSITORY", "a", "RESTIC_REPOSITORY", "b"));
        assertThat(both.repository()).contains("a");
        assertThat(new Environment(Map.of("RESTIC_REPOSITORY", "b")).repository())
                .contains("b");
        assertThat(new Environment(Map.of("HOLDFAST_REPOSITORY", "", "RESTIC_REPOSITORY", "b")).repository())
                .contains("b");
        Environment file = new Environment(Map.of("HOLDFAST_PASSWORD_FILE", "f", "RESTIC_PASSWORD", "p"));
        assertThat(file.password().file()).contains("f");
        assertThat(file.password().value()).isEmpty();
    }

    @Test
    void whatIsNotSetHasItsUsualValue() {
        Environment empty = new Environment(Map.of());
        assertThat(empty.backupFolder()).isEqualTo("./backups");
        assertThat(empty.retentionDays()).isEqualTo(30);
        assertThat(empty.password().any()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "1.5", "100000", "30d"})
    void aRetentionThatIsNoNumberOfDaysIsRefused(String days) {
        Environment environment = new Environment(Map.of("BACKUP_RETENTION_DAYS", days));
        assertThatThrownBy(environment::retentionDays).isInstanceOf(HoldfastException.BadUsage.class);
    }

    @Test
    void aCopyOnS3IsRefusedRatherThanLeftOut() {
        Environment environment = new Environment(Map.of("BACKUP_S3_BUCKET", "b"));
        assertThatThrownBy(environment::refuseWhatIsNotSupported).hasMessageContaining("BACKUP_S3_BUCKET");
    }

    @Test
    void itsTextHoldsNoSecret() {
        assertThat(new Environment(Map.of("HOLDFAST_PASSWORD", "hunter2")).toString())
                .doesNotContain("hunter2");
    }
}
