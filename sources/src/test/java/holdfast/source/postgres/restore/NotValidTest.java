package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.model.Progress;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: what was not valid in the backup may be so afterwards, and nothing else; a restore inside
/// a database says so when its transaction was ended under it.
@Tag("slow")
final class NotValidTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @Test
    void onlyWhatWasNotValidMayBeSo() throws Exception {
        SERVER.database("loose");
        SERVER.run(
                "loose",
                "CREATE TABLE one (a int CONSTRAINT positive CHECK (a > 0))",
                "CREATE TABLE other (a int)",
                "INSERT INTO other VALUES (-1)",
                "ALTER TABLE other ADD CONSTRAINT positive CHECK (a > 0) NOT VALID",
                "CREATE TABLE heir () INHERITS (other)");
        try (StoredDatabase stored = new StoredDatabase(SERVER, "loose")) {
            DatabaseResult right = stored.run("loose copy", RestoreOptions.Content.ALL, StoredDatabase.CREATE);
            assertThat(right.failures()).isEmpty();
            assertThat(right.checks()).allMatch(CheckResult::passed);

            SERVER.run(
                    "loose copy",
                    "SET allow_system_table_mods = on; UPDATE pg_constraint SET convalidated = false"
                            + " WHERE conrelid = 'one'::regclass");
            DatabasePlan plan = stored.restore(
                            SERVER.url("elsewhere"),
                            StoredDatabase.options(RestoreOptions.Content.ALL, StoredDatabase.CREATE))
                    .plan();
            Verification looking = new Verification(
                    new Connections(
                            ConnectionTarget.of(SERVER.url("loose copy"), Map.of()),
                            RestoreOptions.DEFAULTS.connectTimeout()),
                    stored.record(),
                    plan.toc(),
                    plan.entries(),
                    plan.inside(),
                    new Progress());
            assertThat(looking.constraints(Set.of(RestoreOptions.Check.CONSTRAINTS)))
                    .filteredOn(check -> !check.passed())
                    .extracting(CheckResult::detail)
                    .containsExactly("not valid: positive of public.one");
        }
    }

    @Test
    void aTransactionThatWasEndedIsNotTakenForOneThatHolds() throws Exception {
        SERVER.database("inside");
        SERVER.run("inside", "CREATE TABLE precious AS SELECT 42 AS a");
        InsidePlan plan = new InsidePlan(Map.of("public", "public_before_restore_1"), Map.of(), Set.of());
        try (Connection connection = SERVER.connect("inside");
                Statement statement = connection.createStatement()) {
            InsideSwap swap = new InsideSwap(connection, "inside", plan);
            String transaction = swap.begin();
            statement.execute("CREATE TABLE public.half (a int)");
            statement.execute("COMMIT");
            assertThatThrownBy(() -> swap.commit(transaction))
                    .hasMessageContaining("has ended the transaction")
                    .hasMessageContaining("public_before_restore_1");
            assertThatThrownBy(swap::requireUndone).hasMessageContaining("public_before_restore_1");
            swap.takeBack(Set.of("public"), _ -> {});
            swap.requireUndone();
        }
        assertThat(SERVER.ask("inside", "SELECT a FROM public.precious")).isEqualTo(List.of("42"));
    }
}
