package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.ServerPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: a database with every kind of object that PostgreSQL knows comes back exactly from a snapshot, by stock
/// programs alone, from every version of PostgreSQL that is here (`-Dpostgres.bin=FOLDER:FOLDER` for others).
/// Method: one backup of each version, restored in all the ways there are, and compared with the source.
@ParameterizedClass
@MethodSource("versions")
@SuppressWarnings("NullAway.Init") // what is made before the tests of one version
final class PostgresKindsTest {
    private static final String DATABASE = "every kind";

    private static Workplace place;
    private static PostgresServer server;
    private static DatabaseComparison.Content source;
    private static PostgresFolder folder;

    @Parameter
    private ServerPrograms programs;

    static List<ServerPrograms> versions() {
        return OldServer.andNewer();
    }

    @BeforeParameterizedClassInvocation
    static void backUp(ServerPrograms programs) throws IOException, SQLException {
        place = new Workplace();
        server = new PostgresServer(programs).setting("allow_in_place_tablespaces", "on");
        server.start();
        EveryKind.make(server, server.database(DATABASE));
        Holdfast holdfast = place.holdfast("repository").with(programs);
        holdfast.run("init");
        String id = holdfast.backup("--prove", "sound", server.url(DATABASE));
        assertThat(holdfast.snapshots().getLast().proof()).isEqualTo("sound");
        holdfast.run("restore", id, "--target", "by holdfast", "--no-verify");
        folder = PostgresFolder.below(place.path("by holdfast"));
        source = DatabaseComparison.read(server, DATABASE);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        server.close();
        place.close();
    }

    @AfterEach
    void nothingIsLeftOnTheServer() throws IOException, InterruptedException, SQLException {
        ServerIsClean.assertAfter(server);
    }

    private static void assertSame(String restored) throws IOException, SQLException {
        DatabaseComparison.assertSame(source, DatabaseComparison.read(server, restored));
    }

    /// What is granted comes last, one after the other: several jobs of `pg_restore` grant rights on
    /// tables before those on the schemas without which whoever grants them may not.
    @Test
    void stockPgRestoreMakesItAgain() throws IOException, SQLException {
        String again = folder.into(server, "again", "--jobs=2", "--no-privileges");
        Path grants = place.path("grants");
        Files.write(
                grants,
                folder.restore(programs, List.of("--list"))
                        .lines()
                        .filter(entry -> entry.matches("\\d+; \\d+ \\d+ (DEFAULT )?ACL .*"))
                        .toList());
        folder.restore(programs, List.of("--exit-on-error", "--dbname=" + server.url(again), "--use-list=" + grants));
        assertSame(again);
    }

    /// On a server where nothing is, by restic, the roles of `globals.sql`, and `pg_restore --create`.
    @Test
    void withoutHoldfastAnotherServerBecomesTheSame() throws IOException, SQLException {
        place.restic("repository")
                .run("restore", "latest", "--target", place.path("by restic").toString());
        PostgresFolder stock = PostgresFolder.below(place.path("by restic"));
        try (PostgresServer other = new PostgresServer(programs).setting("allow_in_place_tablespaces", "on")) {
            other.start();
            other.psql(PostgresServer.SUPERUSER, forAnotherServer(stock.path().resolve("globals.sql")));
            if (olderThanItsPrograms()) { // whose CREATE DATABASE it does not understand
                stock.restore(programs, List.of("--exit-on-error", "--dbname=" + other.url(other.database(DATABASE))));
                DatabaseComparison.assertSame(source, DatabaseComparison.read(other, DATABASE));
                return;
            }
            stock.restore(
                    programs,
                    List.of("--create", "--exit-on-error", "--dbname=" + other.url(PostgresServer.SUPERUSER)));
            DatabaseComparison.assertSame(source, DatabaseComparison.read(other, DATABASE));
            assertThat(DatabaseComparison.properties(other, DATABASE))
                    .isEqualTo(DatabaseComparison.properties(server, DATABASE))
                    .hasSizeGreaterThan(10);
            assertThat(places(DatabaseComparison.globals(other))).isEqualTo(places(DatabaseComparison.globals(server)));
        }
        assertThat(Files.readString(stock.path().resolve("globals.sql"))).doesNotContain("PASSWORD");
    }

    private boolean olderThanItsPrograms() {
        return programs.version("postgres") < programs.version("pg_restore");
    }

    /// The superuser is there already, and folders of tablespaces are the server's own.
    private static Path forAnotherServer(Path globals) throws IOException {
        Path changed = place.path("globals for another server.sql");
        return Files.writeString(changed, places(Files.readString(globals)).replace("CREATE ROLE postgres;\n", ""));
    }

    private static String places(String globals) {
        return globals.replaceAll("LOCATION '[^']*'", "LOCATION ''").replaceAll("(?m)^\\\\(un)?restrict .*\n", "");
    }

    @Test
    void partByPartItBecomesTheSame() throws IOException, SQLException {
        String parts = folder.into(server, "parts", "--section=pre-data");
        for (String section : List.of("data", "post-data")) {
            folder.restore(
                    programs,
                    List.of("--exit-on-error", "--section=" + section, "--jobs=2", "--dbname=" + server.url(parts)));
        }
        assertSame(parts);
    }

    @Test
    void aTableIsTakenOut() throws IOException, SQLException {
        server.database("table");
        server.run("table", "CREATE SCHEMA tables");
        take("table", "--table=staff", "--table=large", "--no-owner");
        assertTaken("table", "tables\\.(staff|large)");
    }

    @Test
    void aSchemaIsTakenOut() throws IOException, SQLException {
        server.database("schema");
        server.run("schema", "CREATE SCHEMA \"odd \"\"schema.name\"");
        take("schema", "--schema=odd \"schema.name");
        assertTaken("schema", "\"odd \"\"schema.name\"\\..*");
    }

    @Test
    void whatAListNamesIsTakenOut() throws IOException, SQLException {
        Path list = place.path("list");
        Files.write(
                list,
                folder.restore(programs, List.of("--list"))
                        .lines()
                        .filter(line -> line.matches(".*( SCHEMA - tables | tables (countries|staff|toasted) ).*"))
                        .filter(line -> !line.contains("FK CONSTRAINT"))
                        .toList());
        take(server.database("list"), "--use-list=" + list, "--jobs=2");
        assertTaken("list", "tables\\.(countries|staff|toasted)");
    }

    private void take(String database, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--exit-on-error", "--dbname=" + server.url(database)));
        arguments.addAll(List.of(options));
        folder.restore(programs, arguments);
    }

    /// @param tables pattern of the names of all tables that there must be
    private static void assertTaken(String database, String tables) throws IOException, SQLException {
        SortedMap<String, String> expected = new TreeMap<>(source.rows());
        expected.keySet().removeIf(table -> !table.matches(tables));
        assertThat(expected).isNotEmpty();
        assertThat(DatabaseComparison.read(server, database).rows()).isEqualTo(expected);
    }
}
