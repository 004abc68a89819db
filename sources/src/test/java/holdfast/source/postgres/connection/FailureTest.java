package holdfast.source.postgres.connection;

import static holdfast.source.postgres.PostgresServer.literal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.connection.FakeServer.Behaviour;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: whoever cannot get in is told in one sentence why, and what to do; never the password,
/// and in no other language than the rest of the program. Method: a real server for what it
/// refuses, made-up ones for the rest.
@Tag("slow")
class FailureTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String PASSWORD = "s3cret @:/?#%&='\"\\$` €";
    private static final Locale LOCALE = Locale.getDefault();

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer()
            .setting("max_connections", "6")
            .setting("superuser_reserved_connections", "3")
            .hba("host all rejected 127.0.0.1/32 reject")
            .hba("host all nopassword 127.0.0.1/32 scram-sha-256")
            .hba("host all plain 127.0.0.1/32 password")
            .hba("host all secret 127.0.0.1/32 scram-sha-256")
            .hba("host all missing 127.0.0.1/32 trust")
            .hba("host all identified 127.0.0.1/32 ident");

    @TempDir
    Path home;

    @BeforeAll
    static void build() throws SQLException {
        // the driver speaks German then
        Locale.setDefault(Locale.GERMANY);
        SERVER.run(
                "postgres",
                "CREATE ROLE secret LOGIN PASSWORD " + literal(PASSWORD),
                "CREATE ROLE plain LOGIN PASSWORD " + literal(PASSWORD),
                "CREATE ROLE nopassword LOGIN",
                "CREATE ROLE nologin",
                "CREATE ROLE rejected LOGIN",
                "CREATE ROLE identified LOGIN",
                "CREATE ROLE limited LOGIN CONNECTION LIMIT 0",
                "CREATE ROLE outsider LOGIN",
                "CREATE DATABASE closed ALLOW_CONNECTIONS false",
                "CREATE DATABASE private",
                "REVOKE CONNECT ON DATABASE private FROM PUBLIC");
    }

    @AfterAll
    static void restore() {
        Locale.setDefault(LOCALE);
    }

    private HoldfastException refused(String url, String... variables) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", home.toString());
        environment.put("PGPASSWORD", "not " + PASSWORD);
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return refused(ConnectionTarget.of(url, environment), PATIENCE);
    }

    private static HoldfastException refused(ConnectionTarget target, Duration patience) {
        HoldfastException failure =
                catchThrowableOfType(HoldfastException.class, () -> new Connections(target, patience).open());
        assertThat(failure).isInstanceOf(HoldfastException.PreCheckFailed.class);
        assertThat(failure).hasMessageStartingWith("cannot connect to " + target.display() + ": ");
        assertThat(String.valueOf(failure.getMessage())).hasLineCount(1);
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all));
        assertThat(all + failure.hint()).doesNotContain(PASSWORD, PercentEncoding.encode(PASSWORD));
        return failure;
    }

    private static String url(String user, String database) {
        return "postgresql://" + user + "@127.0.0.1:" + SERVER.port() + "/" + database;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            secret     | postgres | wrong password for the role secret, or no such role   | the variable PGPASSWORD
            plain      | postgres | wrong password for the role plain, or no such role    | the variable PGPASSWORD
            nopassword | postgres | wrong password for the role nopassword                | the variable PGPASSWORD
            missing    | postgres | the role missing does not exist or may not log in     | CREATE ROLE
            nologin    | postgres | the role nologin does not exist or may not log in     | LOGIN
            rejected   | postgres | the server does not accept this connection            | pg_hba.conf
            identified | postgres | Ident                                                 | pg_hba.conf
            limited    | postgres | too many connections                                  | limit
            nologin2   | nowhere  | the role nologin2 does not exist                      | CREATE ROLE
            postgres   | nowhere  | there is no database nowhere                          | create it
            postgres   | closed   | closed                                                | ALLOW_CONNECTIONS
            outsider   | private  | private                                               | GRANT CONNECT
            """)
    void whatTheServerRefuses(String user, String database, String message, String hint) {
        HoldfastException failure = refused(url(user, database));
        assertThat(failure).hasMessageContaining(message);
        assertThat(failure.hint()).contains(hint);
    }

    @ParameterizedTest
    @CsvSource({"secret", "plain"})
    void aPasswordThatIsWantedAndNotGiven(String user) {
        HoldfastException failure = refused(url(user, "postgres"), "PGPASSWORD", "");
        assertThat(failure).hasMessageContaining("wants a password for the role " + user + ", and none was given");
        assertThat(failure.hint()).contains("PGPASSWORD", ".pgpass");
    }

    @Test
    void theSourceOfAWrongPasswordIsNamed() throws IOException {
        Path file = Files.writeString(home.resolve("passwords"), "*:*:*:*:wrong\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(home.resolve(".pg_service.conf"), "[mine]\npassword=wrong\n");
        assertThat(refused(url("secret", "postgres"), "PGPASSWORD", "", "PGPASSFILE", file.toString())
                        .hint())
                .isEqualTo("the password was taken from the password file " + file);
        assertThat(refused(url("secret", "postgres"), "PGSERVICE", "mine").hint())
                .isEqualTo("the password was taken from the service 'mine'");
        assertThat(refused(url("secret:wrong", "postgres")).hint()).isEqualTo("the password was taken from the URL");
    }

    @Test
    void tooManyConnections() throws SQLException {
        List<Connection> open = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) {
                open.add(SERVER.connect("postgres"));
            }
            assertThat(refused(url("postgres", "postgres"))).hasMessageContaining("too many connections (");
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    @Test
    void nobodyListens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        HoldfastException failure = refused("postgresql://u@127.0.0.1:" + port + "/d");
        assertThat(failure).hasMessageEndingWith(": connection refused");
        assertThat(failure.hint()).contains("listen_addresses");
    }

    @Test
    void nobodyListensAtTheSocket() throws IOException {
        String folder = PercentEncoding.encode(home.toString());
        assertThat(refused("postgresql://u@" + folder + "/d")).hasMessageContaining("nobody listens at the socket");
        Files.writeString(home.resolve(".s.PGSQL.5432"), "");
        assertThat(refused("postgresql://u@" + folder + "/d")).hasMessageContaining("nobody listens at the socket");
        String deep = folder + "%2Fx".repeat(100);
        assertThat(refused("postgresql://u@" + deep + "/d")).hasMessageContaining("nobody listens at the socket");
    }

    @Test
    void theHostIsNotKnown() {
        HoldfastException failure = refused("postgresql://u@no-such-host.invalid/d");
        assertThat(failure).hasMessageEndingWith(": the host no-such-host.invalid is not known");
        assertThat(failure.hint()).contains("check the name");
    }

    @Test
    void encryptionIsAskedForAndNotThere() {
        HoldfastException failure = refused(url("postgres", "postgres") + "?sslmode=require");
        assertThat(failure).hasMessageEndingWith(": the server does not offer TLS, and sslmode is require");
        assertThat(failure.hint()).contains("weaker sslmode");
    }

    @Test
    void ofSeveralServersEachIsNamed() throws IOException {
        try (FakeServer starting = new FakeServer(FakeServer.failing("57P03", "starting"))) {
            HoldfastException failure =
                    refused("postgresql://u@no-such-host.invalid:1,127.0.0.1:" + starting.port() + "/d");
            assertThat(failure)
                    .hasMessageContaining("no server will do: no-such-host.invalid:1: the host no-such-host.invalid is"
                            + " not known; 127.0.0.1:" + starting.port()
                            + ": the server lets nobody in just now (starting)");
        }
    }

    @Test
    void aServerThatSaysNoEndsTheSearch() {
        HoldfastException failure =
                refused("postgresql://secret@127.0.0.1:" + SERVER.port() + ",no-such-host.invalid:1/postgres");
        assertThat(failure).hasMessageContaining(": wrong password").hasMessageNotContaining("no server will do");
    }

    private static HoldfastException refusedBy(Behaviour behaviour, String parameters) throws IOException {
        try (FakeServer server = new FakeServer(behaviour)) {
            ConnectionTarget target = ConnectionTarget.of(
                    "postgresql://u:p@127.0.0.1:" + server.port() + "/d" + parameters, Map.of("HOME", "/nonexistent"));
            return refused(target, Duration.ofMillis(1500));
        }
    }

    @ParameterizedTest
    @CsvSource({"?sslmode=disable", "?sslmode=prefer", "?sslmode=require"})
    void aServerThatIsSilent(String parameters) throws IOException {
        HoldfastException failure = refusedBy(FakeServer::silent, parameters);
        assertThat(failure).hasMessageEndingWith(": no answer within 1.5 s");
        assertThat(failure.hint()).contains("firewall");
    }

    @Test
    void theUrlsOwnTimeoutComesFirst() throws IOException {
        assertThat(refusedBy(FakeServer::silent, "?connect_timeout=1"))
                .hasMessageEndingWith(": no answer within 1.0 s");
    }

    @ParameterizedTest
    @CsvSource({"?sslmode=disable", "?sslmode=prefer", "?sslmode=require"})
    void aServerThatIsNoPostgres(String parameters) throws IOException {
        assertThat(refusedBy(FakeServer::web, parameters))
                .hasMessageEndingWith(": what answers there does not speak PostgreSQL's protocol");
        assertThat(refusedBy(FakeServer::hangsUp, parameters))
                .hasMessageEndingWith(": the connection broke (the server hung up)")
                .extracting(HoldfastException::hint)
                .asString()
                .contains("check that this is a PostgreSQL server");
    }

    @Test
    void aServerThatIsTooOld() throws IOException {
        HoldfastException failure = refusedBy(FakeServer::old, "");
        assertThat(failure)
                .hasMessageEndingWith(": the server is PostgreSQL 12, and 13 is the oldest that is supported");
        assertThat(failure.hint()).contains("upgrade");
    }

    @ParameterizedTest
    @CsvSource({
        "08P01, unsupported startup parameter: options, pooler",
        "XX000, Tenant or user not found, ''",
        "28000, something new, pg_hba.conf",
    })
    void otherErrorsAreToldInTheServersWords(String state, String message, String hint) throws IOException {
        HoldfastException failure = refusedBy(FakeServer.failing(state, message), "");
        assertThat(failure).hasMessageEndingWith(": " + message);
        assertThat(failure.hint()).contains(hint);
    }
}
