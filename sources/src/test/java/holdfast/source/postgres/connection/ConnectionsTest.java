package holdfast.source.postgres.connection;

import static holdfast.source.postgres.PostgresServer.identifier;
import static holdfast.source.postgres.PostgresServer.literal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: whatever way in the user names leads into the real server, and every session is fixed
/// for dumping. Method: a server that wants a password (SCRAM) of everybody but its superuser, a
/// role with settings of its own, names and a password of characters that mean something
/// somewhere.
class ConnectionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String ROLE = "röle @:/?#%&'\"\\ x";
    private static final String PASSWORD = "pässwörd @:/?#%&='\"\\$`\t* €";
    private static final String DATABASE = "dätabase @:/?#%&='\"\\ x";

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer()
            .setting("password_encryption", "scram-sha-256")
            .hba("host all postgres 127.0.0.1/32 trust")
            .hba("local all postgres trust")
            .hba("host all all 127.0.0.1/32 scram-sha-256")
            .hba("local all all scram-sha-256");

    @TempDir
    Path home;

    @BeforeAll
    static void build() throws SQLException {
        SERVER.run(
                "postgres",
                "CREATE ROLE " + identifier(ROLE) + " LOGIN PASSWORD " + literal(PASSWORD),
                "ALTER ROLE " + identifier(ROLE) + " SET DateStyle = 'SQL, DMY'",
                "ALTER ROLE " + identifier(ROLE) + " SET IntervalStyle = 'iso_8601'",
                "ALTER ROLE " + identifier(ROLE) + " SET extra_float_digits = 0",
                "ALTER ROLE " + identifier(ROLE) + " SET TimeZone = 'Asia/Tokyo'",
                "ALTER ROLE " + identifier(ROLE) + " SET bytea_output = 'escape'",
                "ALTER ROLE " + identifier(ROLE) + " SET statement_timeout = '1h'",
                "ALTER ROLE " + identifier(ROLE) + " SET lock_timeout = '1h'",
                "ALTER ROLE " + identifier(ROLE) + " SET idle_in_transaction_session_timeout = '1h'",
                "ALTER ROLE " + identifier(ROLE) + " SET search_path = 'public, pg_catalog'",
                "ALTER ROLE " + identifier(ROLE) + " SET client_encoding = 'LATIN1'",
                "ALTER ROLE " + identifier(ROLE) + " SET quote_all_identifiers = on");
        SERVER.database(DATABASE);
    }

    private static String url(String host) {
        return "postgresql://" + PercentEncoding.encode(ROLE) + "@" + host + "/" + PercentEncoding.encode(DATABASE);
    }

    private static String tcp() {
        return "127.0.0.1:" + SERVER.port();
    }

    private static String socket() {
        return PercentEncoding.encode(SERVER.socketDirectory().toString()) + ":" + SERVER.port();
    }

    private ConnectionTarget target(String url, String... variables) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", home.toString());
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return ConnectionTarget.of(url, environment);
    }

    private static List<String> ask(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (answer.next()) {
                rows.add(answer.getString(1));
            }
            return rows;
        }
    }

    private static void assertIn(ConnectionTarget target) throws SQLException {
        try (Connection connection = new Connections(target, PATIENCE).open()) {
            assertThat(ask(connection, "SELECT session_user || '|' || current_database()"))
                    .containsExactly(ROLE + "|" + DATABASE);
        }
    }

    private void file(String name, String... lines) throws IOException {
        Path file = Files.write(home.resolve(name), List.of(lines));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void byPasswordInTheUrl() throws Exception {
        assertIn(target(url(tcp()).replace("@127", ":" + PercentEncoding.encode(PASSWORD) + "@127")));
        assertIn(target(url(tcp()) + "?password=" + PercentEncoding.encode(PASSWORD)));
    }

    @Test
    void byPasswordInTheEnvironment() throws Exception {
        assertIn(target(url(tcp()), "PGPASSWORD", PASSWORD));
    }

    @Test
    void byTheSocketInTheFileSystem() throws Exception {
        assertIn(target(url(socket()), "PGPASSWORD", PASSWORD));
        assertIn(target(
                url("") + "?port=" + SERVER.port() + "&host="
                        + PercentEncoding.encode(SERVER.socketDirectory().toString()),
                "PGPASSWORD",
                PASSWORD));
        // it is what counts, and there is nothing to encrypt
        assertIn(target(url(socket()) + "?sslmode=require", "PGPASSWORD", PASSWORD));
    }

    @Test
    void byThePasswordFile() throws Exception {
        String escaped = Stream.of(DATABASE, ROLE, PASSWORD)
                .map(one -> one.replace("\\", "\\\\").replace(":", "\\:"))
                .reduce("", (all, one) -> all + ":" + one);
        file(".pgpass", "127.0.0.1:1:*:*:wrong", "127.0.0.1:" + SERVER.port() + escaped);
        assertIn(target(url(tcp())));
        file(".pgpass", SERVER.socketDirectory() + ":*" + escaped);
        assertIn(target(url(socket())));
    }

    @Test
    void byTheServiceFile() throws Exception {
        file(
                ".pg_service.conf",
                "[mine]",
                "host=127.0.0.1",
                "port=" + SERVER.port(),
                "user=" + ROLE,
                "dbname=" + DATABASE,
                "password=" + PASSWORD);
        assertIn(target("postgresql://?service=mine"));
        assertIn(ConnectionTarget.fromEnvironment(Map.of("HOME", home.toString(), "PGSERVICE", "mine")));
    }

    @Test
    void byAddressWhateverTheName() throws Exception {
        assertIn(target(url("no-such-host.invalid:" + SERVER.port()) + "?hostaddr=127.0.0.1", "PGPASSWORD", PASSWORD));
    }

    @Test
    void programsGetInByVariablesAlone() throws Exception {
        for (String host : List.of(tcp(), socket())) {
            ConnectionTarget target = target(url(host), "PGPASSWORD", PASSWORD);
            assertThat(ClientProgram.run(
                            SERVER, target, "psql", "-XAtw", "-c", "SELECT session_user || '|' || current_database()"))
                    .isEqualTo(ROLE + "|" + DATABASE + "\n");
            assertThat(ClientProgram.run(SERVER, target, "pg_dump", "-w", "--schema-only"))
                    .contains("PostgreSQL database dump complete");
        }
        ConnectionTarget superuser = target(SERVER.url(DATABASE));
        Path archive = home.resolve("archive");
        ClientProgram.run(SERVER, superuser, "pg_dump", "-w", "-Fc", "-f", archive.toString());
        String empty = SERVER.database("empty = 'x'");
        assertThat(ClientProgram.run(
                        SERVER, superuser.withDatabase(empty), "pg_restore", "-w", "-d", "", archive.toString()))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "socket"})
    void everySessionIsFixedForDumping(String way) throws Exception {
        String host = way.equals("tcp") ? tcp() : socket();
        Connections connections = new Connections(target(url(host), "PGPASSWORD", PASSWORD), PATIENCE);
        try (Connection connection = connections.open()) {
            assertThat(ask(
                            connection,
                            "SELECT name || '=' || setting FROM pg_settings WHERE name IN ("
                                    + "'DateStyle', 'IntervalStyle', 'TimeZone', 'bytea_output', 'extra_float_digits',"
                                    + " 'synchronize_seqscans', 'statement_timeout', 'lock_timeout',"
                                    + " 'idle_in_transaction_session_timeout', 'transaction_timeout',"
                                    + " 'idle_session_timeout', 'tcp_keepalives_idle', 'row_security',"
                                    + " 'search_path', 'client_encoding', 'application_name', 'quote_all_identifiers')"
                                    + " ORDER BY lower(name)"))
                    .filteredOn(setting -> !setting.equals("transaction_timeout=0"))
                    .filteredOn(setting -> !setting.equals("idle_session_timeout=0"))
                    .containsExactly(
                            "application_name=holdfast",
                            "bytea_output=hex",
                            "client_encoding=UTF8",
                            "DateStyle=ISO, MDY",
                            "extra_float_digits=3",
                            "idle_in_transaction_session_timeout=0",
                            "IntervalStyle=postgres",
                            "lock_timeout=0",
                            "quote_all_identifiers=on",
                            "row_security=off",
                            "search_path=",
                            "statement_timeout=0",
                            "synchronize_seqscans=off",
                            "tcp_keepalives_idle=" + (way.equals("tcp") ? 60 : 0),
                            "TimeZone=UTC");
            assertThat(ask(
                            connection,
                            "SELECT coalesce(current_setting('restrict_nonsystem_relation_kind', true),"
                                    + " 'view, foreign-table')"))
                    .containsExactly("view, foreign-table");
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.getNetworkTimeout())
                    .isEqualTo((int) Duration.ofHours(1).toMillis());
        }
    }

    @Test
    void whatTheUrlSaysReachesTheServer() throws Exception {
        String url = url(tcp()) + "?application_name=mine&options=-c%20work_mem%3D77kB&keepalives_idle=33";
        try (Connection connection = new Connections(target(url, "PGPASSWORD", PASSWORD), PATIENCE).open()) {
            assertThat(ask(connection, "SELECT current_setting('application_name') || current_setting('work_mem')"))
                    .containsExactly("mine77kB");
        }
    }

    @Test
    void aStatementThatTakesTooLongInSilenceBreaksTheConnection() throws Exception {
        for (String host : List.of(tcp(), socket())) {
            Connections connections =
                    new Connections(target(url(host), "PGPASSWORD", PASSWORD), PATIENCE, Duration.ofMillis(300));
            try (Connection connection = connections.open()) {
                assertThatThrownBy(() -> ask(connection, "SELECT pg_catalog.pg_sleep(60)::text"))
                        .isInstanceOf(SQLException.class);
                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    @Test
    void aStatementCanBeCancelledOverTheSocket() throws Exception {
        Connections connections = new Connections(target(url(socket()), "PGPASSWORD", PASSWORD), PATIENCE);
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.executeQuery("SELECT pg_catalog.pg_sleep(60)"))
                    .isInstanceOf(SQLException.class)
                    .extracting(failure -> ((SQLException) failure).getSQLState())
                    .isEqualTo("57014");
            assertThat(ask(connection, "SELECT 'still there'")).containsExactly("still there");
        }
    }

    @Test
    void ofSeveralServersTheFirstThatAnswersIsTakenAndKept() throws Exception {
        String nobody = home.resolve("nowhere").toString();
        String hosts = PercentEncoding.encode(nobody) + ",no-such-host.invalid:1," + tcp() + "," + socket();
        ConnectionTarget target = target(url(hosts), "PGPASSWORD", PASSWORD);
        Connections connections = new Connections(target, PATIENCE);
        assertThat(connections.reached()).isEqualTo(target);
        try (Connection first = connections.open();
                Connection second = connections.open()) {
            assertThat(first.isValid(1) && second.isValid(1)).isTrue();
        }
        assertThat(connections.reached().servers()).extracting(Server::toString).containsExactly(tcp());
        assertThat(connections.reached().libpqEnvironment())
                .containsEntry("PGHOST", "127.0.0.1")
                .containsEntry("PGPASSWORD", PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"any", "read-write", "primary", "prefer-standby"})
    void aPrimaryWillDo(String wish) throws Exception {
        assertIn(target(url(tcp()) + "?target_session_attrs=" + wish, "PGPASSWORD", PASSWORD));
    }

    @ParameterizedTest
    @CsvSource({"read-only, its sessions are not read-only", "standby, it is not a standby"})
    void aPrimaryWillNotDo(String wish, String objection) {
        ConnectionTarget target = target(url(tcp()) + "?target_session_attrs=" + wish, "PGPASSWORD", PASSWORD);
        assertThatThrownBy(() -> new Connections(target, PATIENCE).open())
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageEndingWith(": " + objection);
    }

    @Test
    void aReadOnlySessionWillDoWhenAskedFor() throws Exception {
        String url = url(tcp()) + "?target_session_attrs=read-only&options=-c%20default_transaction_read_only%3Don";
        assertIn(target(url, "PGPASSWORD", PASSWORD));
    }
}
