package holdfast.source.postgres.connection;

import static holdfast.source.postgres.PostgresServer.literal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.PostgresSource;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: a connection is encrypted, and the server verified, exactly when libpq would. Method: a
/// server with a certificate of our own authority for `localhost` and `db.example.test`, and
/// roles that must or must not encrypt; `psql` is asked the same.
@Tag("slow")
class EncryptionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    static Path folder;

    private static PostgresServer server;
    private static Certificates certificates;
    private static Path authority;
    private static Path stranger;

    @TempDir
    Path home;

    @BeforeAll
    static void build() throws Exception {
        certificates = new Certificates(folder, "authority")
                .add("authority", "server", "EC", "-ext", "san=dns:localhost,dns:db.example.test")
                .add("authority", "certified", "RSA");
        authority = certificates.file("authority.pem", certificates.certificate("authority"));
        stranger = certificates.file("stranger.pem", new Certificates(folder, "stranger").certificate("stranger"));
        server = new PostgresServer()
                .file("server.crt", certificates.certificate("server"))
                .file("server.key", certificates.key("server"))
                .file("root.crt", certificates.certificate("authority"))
                .setting("ssl", "on")
                .setting("ssl_ca_file", "root.crt")
                .setting("password_encryption", "scram-sha-256")
                .hba("hostssl all certified 127.0.0.1/32 cert")
                .hba("hostssl all encrypted 127.0.0.1/32 scram-sha-256")
                .hba("host all encrypted 127.0.0.1/32 reject")
                .hba("hostnossl all clear 127.0.0.1/32 trust")
                .hba("host all clear 127.0.0.1/32 reject")
                .hba("host all bound 127.0.0.1/32 scram-sha-256")
                .start();
        server.run(
                "postgres",
                "CREATE ROLE certified LOGIN",
                "CREATE ROLE clear LOGIN",
                "CREATE ROLE encrypted LOGIN PASSWORD " + literal("p"),
                "CREATE ROLE bound LOGIN PASSWORD " + literal("p"));
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private ConnectionTarget target(String user, String host, String parameters, String... variables) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", home.toString());
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        String filled = parameters.replace("AUTHORITY", authority.toString()).replace("STRANGER", stranger.toString());
        return ConnectionTarget.of(
                "postgresql://" + user + ":p@" + host + ":" + server.port() + "/postgres?" + filled, environment);
    }

    private static boolean encrypted(ConnectionTarget target) throws SQLException {
        try (Connection connection = new Connections(target, PATIENCE).open();
                Statement statement = connection.createStatement();
                ResultSet answer =
                        statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()")) {
            answer.next();
            return answer.getBoolean(1);
        }
    }

    private static HoldfastException refused(ConnectionTarget target) {
        return catchThrowableOfType(HoldfastException.class, () -> new Connections(target, PATIENCE).open());
    }

    @ParameterizedTest
    @CsvSource({
        "postgres, localhost, sslmode=disable, false",
        "postgres, localhost, sslmode=allow, false",
        "postgres, localhost, '', true",
        "postgres, localhost, sslmode=prefer, true",
        "postgres, localhost, sslmode=prefer&sslrootcert=STRANGER, true",
        "postgres, localhost, sslmode=require, true",
        "postgres, 127.0.0.1, sslmode=require&sslrootcert=AUTHORITY, true",
        "postgres, localhost, sslmode=require&sslrootcert=/nonexistent, true",
        "postgres, 127.0.0.1, sslmode=verify-ca&sslrootcert=AUTHORITY, true",
        "postgres, localhost, sslmode=verify-full&sslrootcert=AUTHORITY, true",
        "postgres, db.example.test, sslmode=verify-full&sslrootcert=AUTHORITY&hostaddr=127.0.0.1, true",
        "encrypted, localhost, sslmode=allow, true",
        "encrypted, localhost, sslmode=prefer, true",
        "encrypted, localhost, sslmode=require&channel_binding=require, true",
        "encrypted, localhost, require_auth=scram-sha-256, true",
        "clear, localhost, sslmode=prefer, false",
        "clear, localhost, sslmode=allow, false",
    })
    void itIsEncryptedAsLibpqWould(String user, String host, String parameters, boolean expected) throws Exception {
        ConnectionTarget target = target(user, host, parameters);
        assertThat(encrypted(target)).isEqualTo(expected);
        if (!parameters.contains("STRANGER")) {
            String query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            assertThat(ClientProgram.run(server, target, "psql", "-XAtw", "-c", query))
                    .isEqualTo(expected ? "t\n" : "f\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "postgres, localhost, sslmode=require&sslrootcert=STRANGER, certificate is not trusted, sslrootcert",
        "postgres, localhost, sslmode=verify-ca&sslrootcert=STRANGER, certificate is not trusted, sslrootcert",
        "postgres, localhost, sslmode=verify-full&sslrootcert=STRANGER, certificate is not trusted, sslrootcert",
        "postgres, 127.0.0.1, sslmode=verify-full&sslrootcert=AUTHORITY, not for the host 127.0.0.1, verify-ca",
        "encrypted, localhost, sslmode=disable, does not accept this connection, sslmode=require",
        "clear, localhost, sslmode=require, does not accept this connection, sslmode=disable",
        "bound, localhost, sslmode=disable&channel_binding=require, '', ''",
        "encrypted, localhost, require_auth=md5, '', ''",
        "certified, localhost, sslmode=require, valid client certificate, ''",
    })
    void whatIsNotSafeIsRefused(String user, String host, String parameters, String message, String hint) {
        HoldfastException refused = refused(target(user, host, parameters));
        assertThat(refused).isInstanceOf(HoldfastException.PreCheckFailed.class).hasMessageContaining(message);
        assertThat(refused.hint()).contains(hint);
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=verify-ca, there is none",
        "sslmode=verify-full&sslrootcert=/nonexistent, there is no /nonexistent",
        "sslmode=require&sslcert=/nonexistent, cannot read the client certificate /nonexistent",
        "sslmode=require&sslcert=AUTHORITY, cannot read the client key",
    })
    void filesThatAreNotThere(String parameters, String message) {
        assertThat(refused(target("postgres", "localhost", parameters)))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining(message);
    }

    @Test
    void withoutANameThereIsNothingToVerify() {
        ConnectionTarget target =
                target("postgres", "", "sslmode=verify-full&sslrootcert=AUTHORITY&hostaddr=127.0.0.1");
        assertThat(refused(target))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("name");
    }

    @Test
    void theRootCertificateInTheHomeFolderVerifies() throws Exception {
        Files.createDirectory(home.resolve(".postgresql"));
        Path root = Files.copy(authority, home.resolve(".postgresql/root.crt"));
        assertThat(encrypted(target("postgres", "localhost", "sslmode=verify-full")))
                .isTrue();
        Files.write(root, Files.readAllBytes(stranger));
        assertThat(refused(target("postgres", "localhost", "sslmode=verify-full")))
                .hasMessageContaining("not trusted");
        assertThat(refused(target("postgres", "localhost", "sslmode=require"))).hasMessageContaining("not trusted");
        assertThat(encrypted(target("postgres", "localhost", "sslmode=prefer"))).isTrue();
    }

    @Test
    void theSystemsAuthoritiesVerify() throws Exception {
        String parameters = "sslrootcert=system";
        assertThat(encrypted(target("postgres", "localhost", parameters, "SSL_CERT_FILE", authority.toString())))
                .isTrue();
        assertThat(refused(target("postgres", "127.0.0.1", parameters, "SSL_CERT_FILE", authority.toString())))
                .hasMessageContaining("not for the host");
    }

    @Test
    void aClientCertificateLetsIn() throws Exception {
        Path certificate = certificates.file("certified.crt", certificates.certificate("certified"));
        Path key = certificates.file("certified.key", certificates.key("certified"));
        String parameters = "sslmode=require&sslcert=" + certificate + "&sslkey=" + key;
        ConnectionTarget target = target("certified", "localhost", parameters);
        assertThat(encrypted(target)).isTrue();
        assertThat(ClientProgram.run(server, target, "psql", "-XAtw", "-c", "SELECT session_user"))
                .isEqualTo("certified\n");

        Files.createDirectory(home.resolve(".postgresql"));
        Files.copy(certificate, home.resolve(".postgresql/postgresql.crt"));
        Files.copy(key, home.resolve(".postgresql/postgresql.key"));
        assertThat(encrypted(target("certified", "localhost", "sslmode=require")))
                .isTrue();

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(refused(target))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining(key.toString());
    }

    @Test
    void whatBreaksInTheMidstOfEncryptingIsTriedWithout() throws Exception {
        try (FakeServer broken = new FakeServer(FakeServer.breakingEncryption("57P03", "reached in clear"))) {
            String url = "postgresql://u@127.0.0.1:" + broken.port() + "/d";
            Map<String, String> environment = Map.of("HOME", home.toString());
            assertThat(refused(ConnectionTarget.of(url, environment))).hasMessageContaining("reached in clear");
            assertThat(refused(ConnectionTarget.of(url + "?sslmode=require", environment)))
                    .hasMessageContaining("no TLS connection could be made");
        }
    }

    /// A managed server here is one whose name says so.
    @Test
    void aBackupOfAManagedServerIsEncryptedAndSaysWhatIsMissing() throws Exception {
        ConnectionTarget named = target("postgres", "s1.postgres.database.azure.com", "hostaddr=127.0.0.1");
        ConnectionTarget target = new ConnectionTarget(
                named.servers(),
                named.user(),
                named.database(),
                named.passwords(),
                named.parameters(),
                named.warnings(),
                "s1.postgres.database.azure.com:6432");
        assertThat(encrypted(target)).isTrue();
        PostgresSource source = new PostgresSource(
                target,
                ClientPrograms.find(server.programs().path()),
                PostgresOptions.DEFAULTS,
                folder,
                InstantSource.system());
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            assertThat(backup.complete()).isTrue();
            Map<String, String> details = Manifests.read(repository, backup.snapshot())
                    .orElseThrow()
                    .sources()
                    .getFirst()
                    .details();
            assertThat(PostgresSource.NOTES)
                    .map(details::get)
                    .containsExactly(
                            Provider.AZURE.missing(), target.aroundPooler().orElseThrow());
        }
    }
}
