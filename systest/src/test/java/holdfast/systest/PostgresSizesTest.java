package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: neither the size of a value nor the number of tables is too much, within the memory that the program always
/// has (`-Xmx512m`).
final class PostgresSizesTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer().setting("max_locks_per_transaction", "32");

    @AutoClose
    private final Workplace place = new Workplace();

    private final Holdfast holdfast = place.holdfast("repository").with(SERVER.programs());

    private void assertComesBack(String database) throws IOException, SQLException {
        holdfast.run("init");
        String id = holdfast.backup("--prove", "sound", SERVER.url(database));
        holdfast.run("restore", id, "--target", "restored", "--no-verify");
        String copy = PostgresFolder.below(place.path("restored")).into(SERVER, "copy of " + database);
        DatabaseComparison.assertSame(DatabaseComparison.read(SERVER, database), DatabaseComparison.read(SERVER, copy));
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
        assertComesBack(database);
    }

    @Test
    void aThousandTablesComeBack() throws IOException, SQLException {
        String database = SERVER.database("many");
        SERVER.run(
                database,
                "DO $$ BEGIN FOR i IN 1..1000 LOOP"
                        + " EXECUTE format('CREATE TABLE t_%s (id int PRIMARY KEY, b text)', i);"
                        + " EXECUTE format('INSERT INTO t_%s VALUES (%s, ''x'')', i, i); END LOOP; END $$");
        assertComesBack(database);
    }

    @Test
    void moreTablesThanTheServerCanLockAreToldWithWhatToSet() throws IOException, SQLException {
        String database = SERVER.database("too many");
        for (int thousand = 0; thousand < 10; thousand++) {
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
