package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.model.HoldfastException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a URL means what it means to libpq, and nothing that may be a part of a password is ever
/// shown.
class ConnectionUrlTest {
    private static final long SEED = Long.getLong("seed", 20261120);

    /// The cases of libpq's own tests (src/interfaces/libpq/t/001_uri.pl) that mean something
    /// here, and more.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://uri-user:secret@host:12345/db          | user='uri-user' password='secret' dbname='db' host='host' port='12345'
            postgresql://uri-user@host:12345/db                 | user='uri-user' dbname='db' host='host' port='12345'
            postgresql://uri-user@host/db                       | user='uri-user' dbname='db' host='host'
            postgresql://host:12345/db                          | dbname='db' host='host' port='12345'
            postgresql://uri-user@host:12345/                   | user='uri-user' host='host' port='12345'
            postgresql://uri-user@                              | user='uri-user'
            postgresql://host                                   | host='host'
            postgresql://host?                                  | host='host'
            postgresql://                                       | ''
            postgres://                                         | ''
            postgres:///db                                      | dbname='db'
            postgresql://:12345/db                              | dbname='db' port='12345'
            postgresql://uri-user:@host/                        | user='uri-user' host='host'
            postgresql://:secret@host                           | password='secret' host='host'
            postgresql://host/db?user=uri-user                  | user='uri-user' dbname='db' host='host'
            postgresql://host/db?user=uri-user&port=12345       | user='uri-user' dbname='db' host='host' port='12345'
            postgresql://host/db?u%73er=someotheruser&port=12345| user='someotheruser' dbname='db' host='host' port='12345'
            postgresql://host:12345?user=uri-user               | user='uri-user' host='host' port='12345'
            postgresql://host?user=uri-user                     | user='uri-user' host='host'
            postgresql://?host=/path/to/socket/dir              | host='/path/to/socket/dir'
            postgresql://%2Fvar%2Flib%2Fpostgresql/dbname       | dbname='dbname' host='/var/lib/postgresql'
            postgresql:///?hostaddr=::1                         | hostaddr='::1'
            postgresql://[::1]:12345/db                         | dbname='db' host='::1' port='12345'
            postgresql://[2001:db8::1234]/                      | host='2001:db8::1234'
            postgresql://[::1]?user=me                          | user='me' host='::1'
            postgresql://a:1,b,[::1]:3/db                       | dbname='db' host='a,b,::1' port='1,,3'
            postgresql://a,b/db?port=5433                       | dbname='db' host='a,b' port='5433'
            postgresql://us%65r:p%40%2f@h/d%20b                 | user='user' password='p@/' dbname='d b' host='h'
            postgresql://u:p:q@h/d                              | user='u' password='p:q' dbname='d' host='h'
            postgresql://u:p?q#r@h/d                            | user='u' password='p?q#r' dbname='d' host='h'
            postgresql://h/d?user=a&user=b                      | user='b' dbname='d' host='h'
            postgresql://h/d?user=                              | user='' dbname='d' host='h'
            postgresql://h/d?ssl=true                           | dbname='d' host='h' sslmode='require'
            postgresql://h/d?requiressl=1                       | dbname='d' host='h' sslmode='require'
            postgresql://h/d?options=-c%20x%3D1&                | dbname='d' host='h' options='-c x=1'
            postgresql://h/d?schema=public&connection_limit=1   | dbname='d' host='h'
            postgresql://h/d?sslmode=require&pgbouncer=true     | dbname='d' host='h' sslmode='require'
            postgresql://h/d+e?application_name=a+b             | dbname='d+e' host='h' application_name='a+b'
            """)
    void itIsTakenApartAsLibpqDoes(String url, String expected) {
        assertThat(shown(ConnectionUrl.parse(url))).isEqualTo(expected);
    }

    private static String shown(Map<Parameter, String> values) {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .map(one -> one.getKey().keyword() + "='" + one.getValue() + "'")
                        .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mysql://h/d                                  | does not begin with postgresql://
            jdbc:postgresql://h/d                        | does not begin with postgresql://
            host=h dbname=d                              | does not begin with postgresql://
            postgresql://h/d?sslmod=require              | sslmod
            postgresql://h/d?zzz=1                       | zzz
            postgresql://h/d?uzer                        | name=value
            postgresql://h/d?user=a=b                    | name=value
            postgresql://[::1                            | ]
            postgresql://[::1]z/d                        | cannot be told apart
            postgresql://h/%zz                           | hexadecimal
            postgresql://h/%1                            | hexadecimal
            postgresql://h/%00                           | hexadecimal
            postgresql://h/%ff                           | UTF-8
            postgresql://h/d?sslfactory=x                | sslfactory
            """)
    void whatCannotBeMeantIsRefused(String url, String named) {
        assertThatThrownBy(() -> ConnectionUrl.parse(url))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socketFactory",
                "socketFactoryArg",
                "sslfactory",
                "sslFactory",
                "sslhostnameverifier",
                "sslpasswordcallback",
                "authenticationPluginClassName",
                "loggerFile",
                "loggerLevel",
                "connectExecutor",
                "xmlFactoryFactory"
            })
    void whatLoadsClassesOrWritesFilesIsRefusedByName(String name) {
        assertThatThrownBy(() -> ConnectionUrl.parse("postgresql://h/d?" + name + "=java.lang.Runtime"))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("'" + name + "', which is refused: it could load classes or write files")
                .hasMessageNotContaining("java.lang.Runtime");
    }

    @ParameterizedTest
    @CsvSource({
        "sslmod,sslmode",
        "connectTimeout,connect_timeout",
        "ApplicationName,application_name",
        "targetsessionattrs,target_session_attrs",
        "db,dbname",
        "username,user",
        "ssl_root_cert,sslrootcert",
        "chanel_binding,channel_binding",
    })
    void theNearestNameIsSuggested(String name, String nearest) {
        HoldfastException refused = catchThrowableOfType(
                HoldfastException.class, () -> ConnectionUrl.parse("postgresql://h/d?" + name + "=1"));
        assertThat(refused.hint()).isEqualTo("did you mean " + nearest + "?");
    }

    @Test
    void nothingIsSuggestedForWhatIsNearNothing() {
        HoldfastException refused = catchThrowableOfType(
                HoldfastException.class, () -> ConnectionUrl.parse("postgresql://h/d?frobnicate=1"));
        assertThat(refused.hint()).isEqualTo("leave it out");
    }

    /// Method: passwords with each character that means something in a URL, written as they are.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://me:sec/RET@host/db",
                "postgresql://me:1/RET@host/db",
                "postgresql://me:sec@RET@host/db",
                "postgresql://me:sec@RET/@host:5432/db",
                "postgresql://me:sec%RET@host/db",
                "postgresql://me/RET:x@host/db",
                "postgresql://me:12345678/RET@host/db",
                "postgresql://host?password=sec@RET",
                "postgresql://host:5432?user=me&password=sec@RET",
                "postgresql://host/db?password=sec&RET=1",
                "postgresql://host/db?password=sec&RET",
                "postgresql://host/db?password=sec=RET",
                "postgresql://host/db?password=%RET",
                "postgresql://host/db?port=RET",
                "postgresql://host/db?connect_timeout=RET",
                "postgresql://host/db?sslmode=RET",
                "postgresql://[RET:host/db",
            })
    void noPartOfAPasswordIsShown(String url) {
        HoldfastException refused = catchThrowableOfType(
                HoldfastException.class, () -> ConnectionTarget.of(url, Map.of("HOME", "/nonexistent")));
        assertThat(refused).isInstanceOf(HoldfastException.BadUsage.class).hasMessageNotContaining("RET");
        assertThat(refused.hint()).isNotEmpty().doesNotContain("RET");
    }

    /// Method: a thousand random texts of characters from the whole of Unicode, and of those that
    /// mean something.
    @Test
    void anyUserPasswordAndDatabaseComeBack() {
        Random random = new Random(SEED);
        for (int i = 0; i < 1000; i++) {
            String user = text(random);
            String password = text(random);
            String database = text(random);
            String url = "postgresql://" + PercentEncoding.encode(user) + ":" + PercentEncoding.encode(password)
                    + "@host:5433/" + PercentEncoding.encode(database);
            Map<Parameter, String> expected = Map.of(
                    Parameter.USER, user,
                    Parameter.PASSWORD, password,
                    Parameter.DBNAME, database,
                    Parameter.HOST, "host",
                    Parameter.PORT, "5433");
            assertThat(ConnectionUrl.parse(url)).as("seed %d", SEED).isEqualTo(expected);
            String query = "postgresql://host:5433/?user=" + PercentEncoding.encode(user) + "&password="
                    + PercentEncoding.encode(password) + "&dbname=" + PercentEncoding.encode(database);
            assertThat(ConnectionUrl.parse(query)).as("seed %d", SEED).isEqualTo(expected);

            ConnectionTarget target = ConnectionTarget.of(url, Map.of("HOME", "/nonexistent"));
            assertThat(target.libpqEnvironment())
                    .as("seed %d", SEED)
                    .containsEntry("PGUSER", user)
                    .containsEntry("PGPASSWORD", password)
                    .containsEntry("PGDATABASE", database);
            ConnectionTarget again = ConnectionTarget.of(target.display(), Map.of("HOME", "/nonexistent"));
            assertThat(again.display()).as("seed %d", SEED).isEqualTo(target.display());
            assertThat(again.user()).isEqualTo(user);
            assertThat(again.database()).isEqualTo(database);
        }
    }

    private static String text(Random random) {
        String special = "@:/?#%&=+[],'\" \\\t\n";
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(12);
        for (int i = 0; i < length; i++) {
            if (random.nextBoolean()) {
                text.append(special.charAt(random.nextInt(special.length())));
            } else {
                text.appendCodePoint(codePoint(random));
            }
        }
        return text.toString();
    }

    private static int codePoint(Random random) {
        int limit = random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1;
        int found = 1 + random.nextInt(limit - 1);
        return found >= Character.MIN_SURROGATE && found <= Character.MAX_SURROGATE ? 'x' : found;
    }
}
