package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: the tests' own server is what it says.
class PostgresServerTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer()
            .setting("max_connections", "7")
            .setting("cluster_name", "it's mine")
            .hba("host all nobody_may 127.0.0.1/32 reject");

    @Test
    void settingsAndAccessRulesHold() throws Exception {
        assertThat(SERVER.ask("postgres", "SELECT current_setting('max_connections'), current_setting('cluster_name')"))
                .containsExactly("7|it's mine");
        SERVER.run("postgres", "CREATE ROLE nobody_may LOGIN");
        assertThatThrownBy(() -> java.sql.DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + SERVER.port() + "/postgres?user=nobody_may"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("rejects");
    }

    @Test
    void namesNeedNoCare(@TempDir Path folder) throws Exception {
        String name = SERVER.database("a \"name\" of = ?&/");
        Path script = Files.writeString(folder.resolve("script.sql"), "SELECT 1;\n\\echo two\n");
        assertThat(SERVER.ask(name, "SELECT current_database(), NULL")).isEqualTo(List.of(name + "|"));
        assertThat(SERVER.psql("postgres", script)).isEqualTo("1\ntwo\n");
    }

    @Test
    void aRestartAndACrashKeepPortAndCommittedRows() throws Exception {
        SERVER.run("postgres", "CREATE TABLE kept AS SELECT 1 AS one");
        int port = SERVER.port();
        SERVER.restart();
        SERVER.crash();
        SERVER.start();
        assertThat(SERVER.port()).isEqualTo(port);
        assertThat(SERVER.ask("postgres", "SELECT * FROM kept")).containsExactly("1");
        assertThat(SERVER.logText()).contains("database system was not properly shut down");
    }
}
