package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: what is not said is filled in as libpq does: by the service file, the environment, the
/// password file, and defaults, in this order.
class CompletionTest {
    @TempDir
    Path home;

    private ConnectionTarget target(String url, String... variables) {
        return Completion.of(ConnectionUrl.parse(url), environment(variables));
    }

    private Environment environment(String... variables) {
        Map<String, String> all = new HashMap<>();
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            all.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return new Environment(all, "osuser", home);
    }

    private Path file(String name, String permissions, String... lines) throws IOException {
        Path file = Files.write(home.resolve(name), java.util.List.of(lines));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private static String password(ConnectionTarget target) {
        return target.password(target.servers().getFirst());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://h                        |                           | postgresql://osuser@h:5432/osuser
            postgresql://u@h                      |                           | postgresql://u@h:5432/u
            postgresql://u@H.Example/d            |                           | postgresql://u@h.example:5432/d
            postgresql://u@h/d                    | PGPORT=6000               | postgresql://u@h:6000/d
            postgresql://u@h:1/d                  | PGPORT=6000               | postgresql://u@h:1/d
            postgresql://                         | PGHOST=e PGUSER=f         | postgresql://f@e:5432/f
            postgresql://                         | PGHOST=e PGDATABASE=g     | postgresql://osuser@e:5432/g
            postgresql://h/d?user=                | PGUSER=f                  | postgresql://osuser@h:5432/d
            postgresql://h                        | PGUSER= PGDATABASE=       | postgresql://osuser@h:5432/osuser
            postgresql://a:1,b,c:3/d              |                           | postgresql://osuser@a:1,b:5432,c:3/d
            postgresql://a,b/d                    | PGPORT=7                  | postgresql://osuser@a:5432,b:5432/d
            postgresql:///d                       | PGHOST=a,b PGPORT=7,8     | postgresql://osuser@a:7,b:8/d
            postgresql:///d                       | PGHOST=a,b PGPORT=7       | postgresql://osuser@a:7,b:7/d
            postgresql://[::1]/d                  |                           | postgresql://osuser@[::1]:5432/d
            postgresql:///d?hostaddr=10.0.0.1     |                           | postgresql://osuser@10.0.0.1:5432/d
            postgresql://h/d?hostaddr=10.0.0.1    |                           | postgresql://osuser@h:5432/d
            postgresql:///d?host=/run/x%20y       |                           | postgresql://osuser@%2Frun%2Fx%20y:5432/d
            postgresql://%2Frun%2Fx:1/d           |                           | postgresql://osuser@%2Frun%2Fx:1/d
            postgresql://a%20b@h/c%2Fd            |                           | postgresql://a%20b@h:5432/c%2Fd
            """)
    void serversUserAndDatabase(String url, String variables, String display) {
        String[] all = variables == null ? new String[0] : variables.split(" ");
        assertThat(target(url, all).display()).isEqualTo(display);
        assertThat(target(url, all)).hasToString(display);
    }

    @Test
    void theEnvironmentAloneIsEnough() {
        ConnectionTarget target =
                ConnectionTarget.fromEnvironment(Map.of("PGHOST", "h", "PGUSER", "u", "HOME", home.toString()));
        assertThat(target.display()).isEqualTo("postgresql://u@h:5432/u");
    }

    @Test
    void withoutAHostTheSocketOfThePortIsFoundOrElseTheUsualFolderNamed() {
        Server server = target("postgresql:///d?port=1").servers().getFirst();
        String usual = Files.isDirectory(Path.of("/var/run/postgresql")) ? "/var/run/postgresql" : "localhost";
        assertThat(server.host()).isEqualTo(usual);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://h:0/d",
                "postgresql://h:65536/d",
                "postgresql://h:x/d",
                "postgresql://h:-1/d",
                "postgresql://a,b,c/d?port=1,2",
                "postgresql://a,b/d?hostaddr=10.0.0.1",
                "postgresql://h/d?connect_timeout=soon",
                "postgresql://h/d?sslmode=verify",
                "postgresql://h/d?target_session_attrs=master",
                "postgresql://h/d?channel_binding=yes",
                "postgresql://h/d?sslcrl=x",
                "postgresql://h/d?sslkeylogfile=x",
                "postgresql://h/d?replication=database",
                "postgresql://h/d?ssl_min_protocol_version=TLSv1.3",
                "postgresql://h/d?sslcertmode=require",
                "postgresql://h/d?sslrootcert=system&sslmode=require",
                "postgresql:///d?host=@abstract",
                "postgresql:///d?host=a%20b",
                "postgresql://h/d?service=none",
            })
    void whatCannotBeMeantIsRefused(String url) {
        HoldfastException refused = catchThrowableOfType(HoldfastException.class, () -> target(url));
        assertThat(refused).isInstanceOf(HoldfastException.BadUsage.class);
        assertThat(refused.hint()).isNotEmpty();
    }

    @Test
    void aVariableThatIsRefusedIsNamed() {
        HoldfastException refused =
                catchThrowableOfType(HoldfastException.class, () -> target("postgresql://h/d", "PGSSLCRL=x"));
        assertThat(refused).hasMessageContaining("sslcrl");
        assertThat(refused.hint()).contains("PGSSLCRL");
    }

    @Test
    void theUrlComesBeforeTheServiceAndThatBeforeTheEnvironment() throws IOException {
        file(
                ".pg_service.conf",
                "rw-r--r--",
                "# a comment",
                "[other]",
                "host=wrong",
                "[mine]",
                "  host=service-host",
                "user=service-user",
                "user=ignored",
                "",
                "password=p=1",
                "[after]",
                "dbname=wrong");
        ConnectionTarget target = target(
                "postgresql://url-user@/?service=mine",
                "PGHOST=wrong",
                "PGUSER=wrong",
                "PGDATABASE=variable-db",
                "PGPASSWORD=wrong",
                "PGSERVICE=other");
        assertThat(target.display()).isEqualTo("postgresql://url-user@service-host:5432/variable-db");
        assertThat(password(target)).isEqualTo("p=1");
        assertThat(target.passwordOrigin(target.servers().getFirst())).contains("the service 'mine'");
    }

    @Test
    void theServiceMayBeNamedByVariablesAlone() throws IOException {
        Path elsewhere = file("elsewhere", "rw-r--r--", "[s]", "host=h", "port=1", "sslmode=disable");
        Path system = Files.createDirectory(home.resolve("system"));
        Files.writeString(system.resolve("pg_service.conf"), "[t]\nhost=t\n");
        String file = "PGSERVICEFILE=" + elsewhere;
        String folder = "PGSYSCONFDIR=" + system;
        assertThat(target("postgresql://", "PGSERVICE=s", file).display()).isEqualTo("postgresql://osuser@h:1/osuser");
        assertThat(target("postgresql://", "PGSERVICE=t", file, folder).display())
                .isEqualTo("postgresql://osuser@t:5432/osuser");
        assertThat(target("postgresql://?service=s&servicefile=" + elsewhere)
                        .servers()
                        .getFirst()
                        .port())
                .isEqualTo(1);
        assertThatThrownBy(() -> target("postgresql://", "PGSERVICE=u", file, folder))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("the service 'u' is not defined");
        assertThatThrownBy(() -> target("postgresql://", "PGSERVICE=s", "PGSERVICEFILE=" + home.resolve("none")))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"host = h", "hots=h", "host", "ldap://x/y", "service=s", "sslfactory=x"})
    void aServiceThatIsNotUnderstoodIsRefusedWithItsLine(String line) throws IOException {
        Path file = file(".pg_service.conf", "rw-r--r--", "[s]", "password=SECRET", line);
        assertThatThrownBy(() -> target("postgresql://?service=s"))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("line 3 of the service file " + file)
                .hasMessageNotContaining("SECRET");
    }

    @Test
    void aPasswordFileCountsWhenNoPasswordIsGiven() throws IOException {
        file(".pgpass", "rw-------", "h:5432:d:u:from file");
        assertThat(password(target("postgresql://u@h/d"))).isEqualTo("from file");
        assertThat(password(target("postgresql://u:given@h/d"))).isEqualTo("given");
        assertThat(password(target("postgresql://u@h/d", "PGPASSWORD=variable")))
                .isEqualTo("variable");
        assertThat(password(target("postgresql://u@h/e"))).isEmpty();
        assertThat(password(target("postgresql://u@h/e").withDatabase("d"))).isEqualTo("from file");
        assertThat(password(target("postgresql://u:given@h/e").withDatabase("d")))
                .isEqualTo("given");
    }

    @Test
    void thePasswordFileMayLieElsewhere() throws IOException {
        Path one = file("one", "rw-------", "*:*:*:*:one");
        Path two = file("two", "rw-------", "*:*:*:*:two");
        assertThat(password(target("postgresql://u@h/d", "PGPASSFILE=" + one))).isEqualTo("one");
        assertThat(password(target("postgresql://u@h/d?passfile=" + two, "PGPASSFILE=" + one)))
                .isEqualTo("two");
        ConnectionTarget none = target("postgresql://u@h/d", "PGPASSFILE=" + home.resolve("none"));
        assertThat(password(none)).isEmpty();
        assertThat(none.warnings()).containsExactly("there is no password file " + home.resolve("none"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---"})
    void aPasswordFileThatOthersMayTouchIsIgnoredWithAWarning(String permissions) throws IOException {
        Path file = file(".pgpass", permissions, "*:*:*:*:p");
        ConnectionTarget target = target("postgresql://u@h/d");
        assertThat(password(target)).isEmpty();
        assertThat(target.warnings()).singleElement().asString().contains(file.toString(), "0600");
    }

    @Test
    void aPasswordFileThatIsNoFileIsIgnoredWithAWarning() throws IOException {
        Files.createDirectory(home.resolve(".pgpass"));
        assertThat(target("postgresql://u@h/d").warnings())
                .singleElement()
                .asString()
                .contains("not a plain file");
    }

    @Test
    void severalServersMayHaveDifferentPasswords() throws IOException {
        Path file = file(".pgpass", "rw-------", "a:*:*:*:one", "b:*:*:*:two");
        ConnectionTarget target = target("postgresql://u@a,b/d");
        assertThat(target.servers()).extracting(target::password).containsExactly("one", "two");
        assertThat(target.libpqEnvironment())
                .containsEntry("PGPASSFILE", file.toString())
                .doesNotContainKey("PGPASSWORD");
        assertThat(target.withServer(target.servers().getLast()).libpqEnvironment())
                .containsEntry("PGPASSWORD", "two");
    }

    @Test
    void noSecretIsShown() throws IOException {
        file(".pgpass", "rw-------", "*:*:*:*:SECRET");
        for (ConnectionTarget target : new ConnectionTarget[] {
            target("postgresql://u@h/d"),
            target("postgresql://u:SECRET@h/d"),
            target("postgresql://h", "PGPASSWORD=SECRET")
        }) {
            assertThat(password(target)).isEqualTo("SECRET");
            assertThat(target.toString()
                            + target.display()
                            + target.passwords()
                            + target.servers()
                            + target.passwords().file())
                    .doesNotContain("SECRET");
        }
    }

    @Test
    void programsAreToldEverythingByVariables() {
        ConnectionTarget target = target(
                "postgresql://u:p@a:1,b:2/d?sslmode=allow&connect_timeout=3&options=-c%20x%3D1&keepalives=1"
                        + "&target_session_attrs=primary&client_encoding=latin1&sslsni=0&hostaddr=10.0.0.1,",
                "PGCHANNELBINDING=disable", "PGTZ=UTC", "PATH=/bin");
        assertThat(target.libpqEnvironment())
                .isEqualTo(Map.ofEntries(
                        Map.entry("PGHOST", "a,b"),
                        Map.entry("PGHOSTADDR", "10.0.0.1,"),
                        Map.entry("PGPORT", "1,2"),
                        Map.entry("PGUSER", "u"),
                        Map.entry("PGDATABASE", "d"),
                        Map.entry("PGPASSWORD", "p"),
                        Map.entry("PGSSLMODE", "allow"),
                        Map.entry("PGCONNECT_TIMEOUT", "3"),
                        Map.entry("PGOPTIONS", "-c x=1"),
                        Map.entry("PGTARGETSESSIONATTRS", "primary"),
                        Map.entry("PGCHANNELBINDING", "disable"),
                        Map.entry("PGAPPNAME", "holdfast")));
    }
}
