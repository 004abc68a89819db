package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: whoever ends a running backup politely gets exit code 130, no lock, no temporary file and no half
/// snapshot. Method: real signals to the real process while it stores at a throttled rate.
final class SignalsTest {
    @TempDir
    Path folder;

    private Map<String, String> environment;

    @BeforeEach
    void makeRepository() throws IOException {
        environment = Map.of("HOLDFAST_PASSWORD", "x", "HOLDFAST_REPOSITORY", "backups", "TMPDIR", folder + "/tmp");
        Files.createDirectory(folder.resolve("tmp"));
        byte[] noise = new byte[40 << 20];
        new Random(1).nextBytes(noise);
        Files.write(folder.resolve("noise"), noise);
        Result made = HoldfastProcess.run(folder, environment, "init", "--key-cost", "10");
        assertThat(made.exitCode()).as(made.all()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void aBackupThatIsAskedToEndLeavesNothingBehind(String signal) throws Exception {
        try (HoldfastProcess backup = start()) {
            waitForLock(backup);
            backup.signal(signal);
            Result ended = backup.await(Duration.ofSeconds(40));
            assertThat(ended.exitCode()).as(ended.all()).isEqualTo(130);
            assertThat(ended.err()).contains("holdfast: interrupted");
        }
        assertThat(list("backups/locks")).isZero();
        assertThat(list("backups/snapshots")).isZero();
        assertThat(list("tmp")).isZero();
        Result next = HoldfastProcess.run(folder, environment, "backup", "noise", "--prove", "stored");
        assertThat(next.exitCode()).as(next.all()).isZero();
    }

    @Test
    void aBackupThatIsKilledIsNoHindranceToTheNext() throws Exception {
        try (HoldfastProcess backup = start()) {
            waitForLock(backup);
            backup.kill();
            assertThat(backup.await(Duration.ofSeconds(10)).exitCode()).isEqualTo(137);
        }
        assertThat(list("backups/locks")).isEqualTo(1);
        Result next = HoldfastProcess.run(folder, environment, "forget", "--keep-last", "1");
        assertThat(next.exitCode()).as(next.all()).isZero();
        assertThat(list("backups/locks")).isZero();
    }

    private HoldfastProcess start() throws IOException {
        return HoldfastProcess.start(folder, environment, "backup", "noise", "--limit-upload", "500");
    }

    private void waitForLock(HoldfastProcess backup) throws Exception {
        for (int i = 0; i < 1200 && list("backups/locks") == 0 && backup.running(); i++) {
            Thread.sleep(50);
        }
        // beyond the lock: into the storing
        Thread.sleep(1500);
        assertThat(backup.running()).as(backup.err()).isTrue();
    }

    private long list(String name) throws IOException {
        return name.equals("tmp") ? Await.files(folder.resolve(name)) : Await.stored(folder.resolve(name));
    }
}
