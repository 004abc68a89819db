package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: rows go into tables that are there when those can take them, whatever refers to what, and
/// else nothing is emptied. Method: foreign keys of all kinds, and tables that were changed.
@Tag("slow")
final class RowsAloneTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final Content REPLACED = new Content(List.of(), List.of(), Part.DATA_REPLACED);

    private static final List<String> TABLES = List.of("part", "line", "split", "loose", "word", "says");

    private static StoredDatabase stored;

    @BeforeAll
    static void backUp() throws Exception {
        SERVER.database("source");
        make("source");
        stored = new StoredDatabase(SERVER, "source");
    }

    @AfterAll
    static void close() throws IOException {
        stored.close();
    }

    private static void make(String database) throws SQLException {
        SERVER.run(
                database,
                "CREATE EXTENSION citext",
                "CREATE TABLE part (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
                "CREATE TABLE part_low PARTITION OF part FOR VALUES FROM (0) TO (50)",
                "CREATE TABLE part_high PARTITION OF part FOR VALUES FROM (50) TO (1000) PARTITION BY RANGE (id)",
                "CREATE TABLE part_high_one PARTITION OF part_high FOR VALUES FROM (50) TO (80)",
                "CREATE TABLE part_high_two PARTITION OF part_high FOR VALUES FROM (80) TO (1000)",
                "INSERT INTO part SELECT g, md5(g::text) FROM generate_series(1, 100) g",
                "CREATE TABLE line (id int PRIMARY KEY, part int REFERENCES part)",
                "INSERT INTO line SELECT g, g FROM generate_series(1, 100) g",
                "CREATE TABLE split (id int, part int REFERENCES part) PARTITION BY LIST (id)",
                "CREATE TABLE split_one PARTITION OF split FOR VALUES IN (1)",
                "CREATE TABLE split_two PARTITION OF split DEFAULT",
                "INSERT INTO split SELECT g % 2, g FROM generate_series(1, 100) g",
                "CREATE TABLE loose (id int PRIMARY KEY, n bigint NOT NULL, m text DEFAULT 'x')",
                "INSERT INTO loose VALUES (1, 2, 'three')",
                "CREATE TABLE word (w public.citext PRIMARY KEY)",
                "INSERT INTO word VALUES ('One'), ('Two')",
                "CREATE TABLE says (w public.citext REFERENCES word)",
                "INSERT INTO says VALUES ('ONE'), ('two')");
    }

    private static String changed(String name, String... changes) throws SQLException {
        String database = SERVER.database(name);
        make(database);
        SERVER.run(database, "UPDATE loose SET m = 'changed'", "DELETE FROM line WHERE id > 3", "DELETE FROM says");
        SERVER.run(database, changes);
        return database;
    }

    private static List<String> content(String database) throws SQLException {
        StringBuilder all = new StringBuilder();
        for (String table : TABLES) {
            all.append(all.isEmpty() ? "" : " UNION ALL ")
                    .append("SELECT '" + table + " ' || t::text FROM " + table + " t");
        }
        return SERVER.ask(database, "SELECT * FROM (" + all + ") a ORDER BY 1");
    }

    private static void assertReplaced(DatabaseResult result, String database) throws SQLException {
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        assertThat(content(database)).isEqualTo(content("source"));
    }

    @Test
    void keysToPartitionedTablesAndOfTypesOfExtensionsAreVerified() throws Exception {
        String to = changed("replaced");
        DatabaseResult result = stored.run(to, REPLACED, StoredDatabase.INTO);
        assertReplaced(result, to);
        assertThat(result.checks())
                .extracting(CheckResult::subject)
                .contains(
                        "foreign key line_part_fkey of public.line",
                        "foreign key split_part_fkey of public.split_one",
                        "foreign key says_w_fkey of public.says",
                        "checksum");
    }

    /// Who is no replica loads what is referred to first, whatever partition it lies in.
    @Test
    void aRoleWithoutRightsToTheReplicasWayLoadsParentsFirst() throws Exception {
        String to = changed("owned");
        SERVER.run("postgres", "CREATE ROLE owner_of_rows LOGIN");
        SERVER.run(
                to,
                "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND"
                        + " relnamespace = 'public'::regnamespace LOOP EXECUTE format('ALTER TABLE %s OWNER TO"
                        + " owner_of_rows', t); END LOOP; END $$",
                "GRANT ALL ON SCHEMA public TO owner_of_rows");
        DatabaseRestore restore = stored.restore(
                SERVER.url(to).replace(PostgresServer.SUPERUSER + "@", "owner_of_rows@"),
                StoredDatabase.options(REPLACED, StoredDatabase.INTO));
        assertReplaced(restore.run(restore.plan()), to);
    }

    @Test
    void rowsThatReferToNoPartitionAreFound() throws Exception {
        String to = changed("broken", "DELETE FROM line", "DELETE FROM split", "DELETE FROM part WHERE id = 70");
        DatabaseResult result =
                stored.run(to, new Content(List.of(), List.of("line"), Part.DATA_APPENDED), StoredDatabase.INTO);
        assertThat(result.checks())
                .filteredOn(check -> !check.passed())
                .extracting(CheckResult::detail)
                .containsExactly("1 row without the row in public.part that it refers to");
    }

    @Test
    void aPartitionIsNotEmptiedUnderRowsThatReferToIt() throws Exception {
        String to = changed("under");
        List<String> before = content(to);
        assertThatThrownBy(() -> stored.run(
                        to, new Content(List.of(), List.of("part_low"), Part.DATA_REPLACED), StoredDatabase.INTO))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("public.line refers to it");
        assertThat(content(to)).isEqualTo(before);
    }

    @Test
    void columnsThatCannotTakeTheRowsAreToldBeforeAnythingIsEmptied() throws Exception {
        assertRefused("without", "ALTER TABLE loose DROP COLUMN m", "the column public.loose.m is not there");
        assertRefused(
                "more",
                "ALTER TABLE loose ADD COLUMN k int; UPDATE loose SET k = 1; ALTER TABLE loose ALTER k SET NOT NULL",
                "the column public.loose.k is not in the backup, may not be NULL and has no default");
        assertRefused(
                "generated",
                "ALTER TABLE loose DROP COLUMN m, ADD COLUMN m text GENERATED ALWAYS AS ('y') STORED",
                "the column public.loose.m is generated there");
        assertRefused(
                "typed",
                "ALTER TABLE loose DROP COLUMN n, ADD COLUMN n date",
                "the column public.loose.n is date there, which does not take bigint");
    }

    private static void assertRefused(String name, String change, String message) throws SQLException {
        String to = changed("column_" + name, change);
        List<String> before = content(to);
        assertThatThrownBy(() -> stored.run(to, REPLACED, StoredDatabase.INTO))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining(message);
        assertThat(content(to)).isEqualTo(before);
    }

    @Test
    void whatAColumnTakesIsNoMisfit() throws Exception {
        String to = changed(
                "wider",
                "ALTER TABLE loose ALTER n TYPE numeric, ALTER m TYPE varchar(20), ADD COLUMN added int DEFAULT 5");
        DatabaseResult result =
                stored.run(to, new Content(List.of(), List.of("loose"), Part.DATA_REPLACED), StoredDatabase.INTO);
        assertThat(result.failures()).isEmpty();
        assertThat(SERVER.ask(to, "SELECT loose::text FROM loose")).containsExactly("(1,2,three,5)");
    }
}
