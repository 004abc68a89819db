package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.CheckResult;
import holdfast.model.Progress;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.restore.RestoreOptions.Check;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: whatever is wrong in a restored database keeps it from its place, by the check that is for
/// it and by no other. Method: somebody changes the database that is restored while it is analysed.
@Tag("slow")
final class VerificationFailsTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String OF_CATALOGS = "SET allow_system_table_mods = on";

    private static StoredDatabase stored;
    private static int lives;

    @BeforeAll
    static void backUp() throws Exception {
        SERVER.database("source");
        SERVER.run(
                "source",
                "CREATE TABLE parent (id int PRIMARY KEY, body text CHECK (body <> ''))",
                "INSERT INTO parent SELECT g, md5(g::text) FROM generate_series(1, 100) g",
                "CREATE INDEX parent_body ON parent (body)",
                "CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent)",
                "INSERT INTO child SELECT g, g FROM generate_series(1, 100) g");
        stored = new StoredDatabase(SERVER, "source");
    }

    @AfterAll
    static void close() throws IOException {
        stored.close();
    }

    private static DatabaseResult restored(String live, Set<Check> checks, String... changes)
            throws IOException, SQLException {
        RestoreOptions usual = StoredDatabase.options(RestoreOptions.Content.ALL, StoredDatabase.REPLACE);
        DatabaseRestore restore = new DatabaseRestore(
                new StoredDump(stored.folder()),
                stored.record(),
                ConnectionTarget.of(SERVER.url(live), Map.of()),
                new RestoreOptions(
                        usual.jobs(),
                        usual.batchBytes(),
                        usual.timeout(),
                        usual.connectTimeout(),
                        usual.maintenanceMemory(),
                        usual.content(),
                        new RestoreOptions.Placement(false, true, true),
                        true,
                        true,
                        true,
                        checks),
                new DatabaseRestore.Surroundings(
                        stored.structure(),
                        new Progress(),
                        line -> {
                            if (line.equals("analysing")) {
                                change(live, changes);
                            }
                        },
                        _ -> {},
                        InstantSource.system()));
        return restore.run(restore.plan());
    }

    private static void change(String live, String... changes) {
        try {
            String scratch = SERVER.ask(
                            "postgres",
                            "SELECT datname FROM pg_database WHERE datname LIKE '" + live + "\\_restoring%'")
                    .getFirst();
            SERVER.run(scratch, changes);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> databases(String live) throws SQLException {
        return SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + live + "%' ORDER BY 1");
    }

    /// @param others that do not see it
    private static void assertFound(Check check, Set<Check> others, String subject, String detail, String... changes)
            throws Exception {
        String live = SERVER.database("live" + lives++ + "x");
        SERVER.run(live, "CREATE TABLE precious AS SELECT 42 AS a");
        DatabaseResult refused = restored(live, Set.of(check), changes);
        assertThat(refused.inPlace()).isFalse();
        assertThat(refused.passed()).isFalse();
        assertThat(refused.checks()).filteredOn(one -> !one.passed()).anySatisfy(one -> {
            assertThat(one.subject()).isEqualTo(subject);
            assertThat(one.detail()).contains(detail);
        });
        assertThat(databases(live)).containsExactly(live);
        assertThat(SERVER.ask(live, "SELECT a FROM precious")).containsExactly("42");

        DatabaseResult unseen = restored(live, others, changes);
        assertThat(unseen.checks()).filteredOn(one -> !one.passed()).isEmpty();
        assertThat(unseen.checks()).extracting(CheckResult::subject).doesNotContain(subject);
        assertThat(unseen.inPlace()).isTrue();
        assertThat(databases(live)).hasSize(2);
    }

    private static Set<Check> without(Check... left) {
        Set<Check> checks = EnumSet.allOf(Check.class);
        checks.removeAll(Set.of(left));
        return checks;
    }

    @Test
    void aRowThatDiffers() throws Exception {
        assertFound(
                Check.FINGERPRINTS,
                without(Check.FINGERPRINTS),
                "table public.parent",
                "its rows are not those of the backup",
                "UPDATE parent SET body = 'other' WHERE id = 7");
    }

    @Test
    void anIndexThatIsMissing() throws Exception {
        assertFound(
                Check.STRUCTURE,
                without(Check.STRUCTURE),
                "structure: INDEX public.parent_body",
                "is not in the target",
                "DROP INDEX parent_body");
    }

    @Test
    void aTableThatIsNotOfTheBackup() throws Exception {
        assertFound(
                Check.STRUCTURE,
                without(Check.STRUCTURE),
                "structure: TABLE public.more",
                "is not in the backup",
                "CREATE TABLE more (a int)");
    }

    @Test
    void aForeignKeyThatDoesNotHold() throws Exception {
        assertFound(
                Check.RELATIONSHIPS,
                without(Check.RELATIONSHIPS, Check.STRUCTURE),
                "relationships",
                "not valid: child_parent_fkey of public.child",
                "ALTER TABLE child DROP CONSTRAINT child_parent_fkey",
                "ALTER TABLE child ADD CONSTRAINT child_parent_fkey FOREIGN KEY (parent) REFERENCES parent NOT VALID");
    }

    /// A constraint of the same name on another table, which was not valid in the backup, is no excuse.
    @Test
    void aConstraintThatDoesNotHold() throws Exception {
        assertFound(
                Check.CONSTRAINTS,
                without(Check.CONSTRAINTS, Check.STRUCTURE),
                "constraints",
                "not valid: parent_body_check of public.parent",
                OF_CATALOGS + "; UPDATE pg_constraint SET convalidated = false WHERE conname = 'parent_body_check'");
    }

    @Test
    void anIndexThatIsNotValid() throws Exception {
        assertFound(
                Check.CONSTRAINTS,
                without(Check.CONSTRAINTS, Check.STRUCTURE),
                "indexes",
                "not valid: public.parent_body",
                OF_CATALOGS + "; UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'parent_body'::regclass");
    }

    @Test
    void theChecksumTellsHowManyBlobsAndIsLeftOutAsWished() throws Exception {
        String live = SERVER.database("sums");
        SERVER.run(live, "CREATE TABLE precious (a int)");
        assertThat(restored(live, Set.of(Check.CHECKSUM)).checks())
                .filteredOn(one -> one.subject().equals("checksum"))
                .extracting(CheckResult::detail)
                .containsExactly("2 blobs of rows, each as its hash says");
        assertThat(restored(live, without(Check.CHECKSUM)).checks())
                .extracting(CheckResult::subject)
                .doesNotContain("checksum")
                .contains("structure", "relationships", "constraints", "indexes", "table public.child");
    }
}
