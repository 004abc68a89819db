package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: commands go to the server itself and say so, and refuse what would be dangerous, before
/// anything is stored. Method: managed servers by their names, at a loopback address where nobody
/// listens.
final class DatabaseAddressesTest {
    private static final String POOLER =
            "postgresql://u@s1.postgres.database.azure.com:6432/d?hostaddr=127.77.77.77&connect_timeout=5";
    private static final String REACHED = "cannot connect to postgresql://u@s1.postgres.database.azure.com:5432/d: ";
    private static final String AROUND = "note: goes to s1.postgres.database.azure.com:5432, not through the pooler"
            + " s1.postgres.database.azure.com:6432";

    @TempDir
    Path folder;

    private FakeWorld world;

    @BeforeEach
    void makeRepository() {
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("HOME", folder.toString())
                .with("BACKUP_DIR", folder.resolve("backups").toString());
        assertThat(world.run("init", "--key-cost", "10").code()).isZero();
    }

    private Result fails(int code, String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        return result;
    }

    @Test
    void aBackupGoesRoundThePoolerAndSaysWhatIsMissingThere() {
        Result result = fails(ExitCode.PRE_CHECK_FAILED, "backup", POOLER);
        assertThat(result.err())
                .contains(REACHED)
                .containsOnlyOnce(AROUND)
                .containsOnlyOnce("note: Azure Database for PostgreSQL gives no superuser; azure_pg_admin is the most");
        assertThat(fails(ExitCode.PRE_CHECK_FAILED, "backup", POOLER, "--quiet").err())
                .contains(REACHED)
                .doesNotContain("note:");
        assertThat(fails(ExitCode.PRE_CHECK_FAILED, "backup", "--all-databases", POOLER)
                        .err())
                .contains(REACHED)
                .containsOnlyOnce(AROUND);
    }

    @Test
    void otherCommandsGoThereToo() {
        assertThat(fails(ExitCode.PRE_CHECK_FAILED, "stash", "list", POOLER).err())
                .contains(REACHED)
                .containsOnlyOnce(AROUND);
        assertThat(fails(ExitCode.PRE_CHECK_FAILED, "selftest", POOLER).err()).contains(REACHED);
    }

    @Test
    void aPoolerWhoseServerIsNotKnownIsWarnedOf() {
        Result result = fails(
                ExitCode.PRE_CHECK_FAILED,
                "backup",
                "postgresql://u@p.proxy-abc.eu-west-1.rds.amazonaws.com/d?hostaddr=127.77.77.77");
        assertThat(result.err())
                .containsOnlyOnce("warning: p.proxy-abc.eu-west-1.rds.amazonaws.com:5432 is a pooler of Amazon RDS")
                .contains("note: Amazon RDS gives no superuser");
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable", "allow", "prefer"})
    void nothingGoesToAManagedServerInClear(String mode) {
        String url = "postgresql://u@db.abc.eu-west-1.rds.amazonaws.com/d?hostaddr=127.77.77.77";
        String refused = "sslmode=" + mode + " lets a password and rows go to Amazon RDS in clear";
        assertThat(fails(ExitCode.BAD_USAGE, "backup", url + "&sslmode=" + mode).err())
                .contains(refused, "hint: ");
        world.with("PGSSLMODE", mode);
        assertThat(fails(ExitCode.BAD_USAGE, "backup", url).err()).contains(refused);
        fails(ExitCode.PRE_CHECK_FAILED, "backup", url + "&sslmode=require");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql://u@db/x?hostaddr=127.0.0.2", "postgresql://v@DB:5432/x?hostaddr=127.0.0.1"})
    void twoDatabasesAtOnePlaceAreRefusedByName(String second) {
        Result result = fails(ExitCode.BAD_USAGE, "backup", "postgresql://u@db/x?hostaddr=127.0.0.1", second);
        assertThat(result.err())
                .contains("postgresql://u@db:5432/x and postgresql://")
                .contains("would lie at the same place in the snapshot, /postgresql/db:5432/x")
                .contains("hint: ");
    }

    @Test
    void aPasswordInTheCommandLineIsWarnedOfAndNotRepeated() {
        Result result =
                fails(ExitCode.PRE_CHECK_FAILED, "backup", "postgresql://u:hunter2@127.77.77.77:1/d?connect_timeout=5");
        assertThat(result.err())
                .containsOnlyOnce("warning: a password stands in the command line")
                .contains("hint: leave it out of the URL: PGPASSWORD", "DATABASE_URL")
                .doesNotContain("hunter2");
        world.with("DATABASE_URL", "postgresql://u:hunter2@127.77.77.77:1/d?connect_timeout=5");
        assertThat(fails(ExitCode.PRE_CHECK_FAILED, "backup").err())
                .contains("cannot connect to postgresql://u@127.77.77.77:1/d: ")
                .doesNotContain("a password stands", "hunter2");
    }
}
