package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: neither the size of a value nor the number of tables is too much, nor does it take more
/// memory than any other database; what no COPY can write is told clearly.
final class PostgresSizesTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer().setting("max_locks_per_transaction", "32");

    /// What is said of any database, whatever its size.
    private static final long MEMORY = 400L << 20;

    /// With values of 200 MB it is 406 MiB.
    private static final long MEMORY_OF_A_RESTORE = 450L << 20;

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").optimised().with(SERVER.programs());

    /// By Holdfast alone, and by stock `pg_restore` out of what it has restored.
    private void assertComesBack(PostgresServer server, String database) throws IOException, SQLException {
        holdfast.run("init");
        within(MEMORY, "backup", "--prove", "sound", server.url(database));
        holdfast.run("restore", "--target", "restored", "--no-verify");
        DatabaseComparison.Content source = DatabaseComparison.read(server, database);
        String copy = PostgresFolder.below(place.path("restored")).into(server, "copy of " + database, "--jobs=2");
        DatabaseComparison.assertSame(source, DatabaseComparison.read(server, copy));
        within(MEMORY_OF_A_RESTORE, "restore", "--target", server.url("by holdfast"), "--create");
        DatabaseComparison.assertSame(source, DatabaseComparison.read(server, "by holdfast"));
    }

    private void within(long memory, String... arguments) throws IOException {
        try (HoldfastProcess process = holdfast.start(arguments)) {
            long most = process.mostMemory();
            Result result = Holdfast.finish(process);
            assertThat(result.exitCode()).as(result.all()).isZero();
            assertThat(most).as("memory of " + String.join(" ", arguments)).isBetween(16L << 20, memory);
        }
    }

    @Test
    void aValueOf200MegabytesComesBack() throws IOException, SQLException {
        String database = SERVER.database("values");
        SERVER.run(
                database,
                "CREATE TABLE texts (id int, t text)",
                "INSERT INTO texts SELECT g, repeat('0123456789abcde' || chr(10), 200 * 65536) FROM generate_series(1, 2) g",
                "CREATE TABLE bytes (b bytea)",
                "INSERT INTO bytes SELECT decode(repeat('00112233445566778899aabbccddeeff', 100 * 65536), 'hex')");
        assertComesBack(SERVER, database);
    }

    /// Most of them as small as can be: what counts is how many there are.
    @Test
    void tenThousandTablesComeBack() throws IOException, SQLException {
        try (PostgresServer roomy = new PostgresServer().setting("max_locks_per_transaction", "512")) {
            String database = roomy.start().database("many");
            for (int thousand = 0; thousand < 10; thousand++) {
                roomy.run(
                        database,
                        "DO $$ BEGIN FOR i IN " + (thousand * 1000 + 1) + ".." + (thousand + 1) * 1000 + " LOOP"
                                + " EXECUTE format('CREATE TABLE t_%s (id int, n int)', i);"
                                + " EXECUTE format('INSERT INTO t_%s VALUES (%s, 1)', i, i);"
                                + " IF i % 10 = 0 THEN EXECUTE format('ALTER TABLE t_%s ADD PRIMARY KEY (id)', i); END IF;"
                                + " END LOOP; END $$");
            }
            assertComesBack(roomy, database);
        }
    }

    @Test
    void aValueThatIsTooLargeForCopyIsToldWithHowToFindIt() throws Exception {
        String database = SERVER.database("too large");
        SERVER.run(
                database,
                "CREATE SCHEMA shop",
                "CREATE TABLE shop.scans (id int, image bytea)",
                "INSERT INTO shop.scans SELECT 1, b || b"
                        + " FROM (SELECT decode(repeat('00ff', 135 << 20), 'hex') AS b) s");
        holdfast.run("init");
        Result refused = holdfast.refused(1, "backup", SERVER.url(database));
        assertThat(refused.err())
                .contains(
                        "a row of shop.scans is too large for the server to write it out: ERROR: invalid memory alloc")
                .contains("octet_length(COLUMN) FROM shop.scans");
        assertThat(holdfast.ids()).isEmpty();
        ServerIsClean.assertAfter(SERVER);
    }

    @Test
    void moreTablesThanTheServerCanLockAreToldWithWhatToSet() throws IOException, SQLException {
        String database = SERVER.database("too many");
        for (int thousand = 0; thousand < 7; thousand++) {
            SERVER.run(
                    database,
                    "DO $$ BEGIN FOR i IN 1..1000 LOOP EXECUTE format('CREATE TABLE t_" + thousand
                            + "_%s (id int)', i); END LOOP; END $$");
        }
        holdfast.run("init");
        Result refused = holdfast.refused(4, "backup", SERVER.url(database));
        assertThat(refused.err()).contains("max_locks_per_transaction");
        assertThat(holdfast.ids()).isEmpty();
    }
}
