package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.source.postgres.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/// Goal: what [Connections#open] and [Connections#inServerEncoding] say about encodings is true.
/// Method: one letter, é, in databases of three encodings.
class ServerEncodingTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static Connections database(String encoding, String insert) throws SQLException {
        SERVER.run(
                "postgres",
                "CREATE DATABASE " + encoding + " TEMPLATE template0 LOCALE 'C' ENCODING '" + encoding + "'");
        SERVER.run(encoding.toLowerCase(Locale.ROOT), "CREATE TABLE t (c text)", insert);
        return new Connections(
                ConnectionTarget.of(SERVER.url(encoding.toLowerCase(Locale.ROOT)), Map.of()), Duration.ofSeconds(10));
    }

    private static String copied(Connection connection, boolean inServerEncoding) throws SQLException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String copy = "COPY public.t TO STDOUT";
        try (connection) {
            new CopyManager(connection.unwrap(BaseConnection.class))
                    .copyOut(inServerEncoding ? Connections.inServerEncoding(connection, copy) : copy, out);
        }
        return HexFormat.of().formatHex(out.toByteArray());
    }

    @Test
    void latin1IsConvertedOrNot() throws Exception {
        Connections connections = database("LATIN1", "INSERT INTO t VALUES ('é')");
        assertThat(copied(connections.open(), false)).isEqualTo("c3a90a");
        assertThat(copied(connections.open(), true)).isEqualTo("e90a");
    }

    @Test
    void utf8IsTheSameEitherWay() throws Exception {
        Connections connections = database("UTF8", "INSERT INTO t VALUES ('é')");
        assertThat(copied(connections.open(), false)).isEqualTo("c3a90a");
        assertThat(copied(connections.open(), true)).isEqualTo("c3a90a");
    }

    @Test
    void sqlAsciiGivesItsBytesOnlyWithoutConversion() throws Exception {
        Connections connections = database("SQL_ASCII", "INSERT INTO t VALUES (E'\\xe9')");
        assertThatThrownBy(() -> copied(connections.open(), false))
                .isInstanceOf(SQLException.class)
                .extracting(failure -> ((SQLException) failure).getSQLState())
                .isEqualTo("22021");
        assertThat(copied(connections.open(), true)).isEqualTo("e90a");
    }

    @Test
    void bytesGoInWithoutConversionToo() throws Exception {
        SERVER.run("postgres", "CREATE DATABASE back TEMPLATE template0 LOCALE 'C' ENCODING 'SQL_ASCII'");
        SERVER.run("back", "CREATE TABLE t (c text)");
        Connections connections =
                new Connections(ConnectionTarget.of(SERVER.url("back"), Map.of()), Duration.ofSeconds(10));
        try (Connection connection = connections.open()) {
            new CopyManager(connection.unwrap(BaseConnection.class))
                    .copyIn(
                            Connections.inServerEncoding(connection, "COPY public.t FROM STDIN"),
                            new ByteArrayInputStream(new byte[] {(byte) 0xe9, '\n'}));
        }
        assertThat(copied(connections.open(), true)).isEqualTo("e90a");
    }
}
