package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SqliteUrlTest {
    @ParameterizedTest
    @CsvSource({
        "./app.db,                            ./app.db",
        "/srv/app.db,                         /srv/app.db",
        "50%25.db,                            50%25.db",
        "sqlite:app.db,                       app.db",
        "sqlite3:app.db,                      app.db",
        "SQLite:app.db,                       app.db",
        "sqlite:///srv/app.db,                /srv/app.db",
        "sqlite://localhost/srv/app.db,       /srv/app.db",
        "sqlite:////srv/app.db,               /srv/app.db",
        "file:./app.db,                       ./app.db",
        "file:app.db?mode=ro,                 app.db",
        "file:/srv/app.db,                    /srv/app.db",
        "file:///srv/my%20app%3f.db?cache=shared&mode=rwc, /srv/my app?.db",
        "file:dev.db?connection_limit=1&socket_timeout=10, dev.db",
        "file:app.db#part,                    app.db",
        "jdbc:sqlite:app.db,                  app.db",
        "jdbc:sqlite:file:app.db?mode=rw,     app.db"
    })
    void namesAFile(String text, String path) {
        assertThat(SqliteUrl.path(text)).isEqualTo(Path.of(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:app.db?nolock=1",
                "file:app.db?immutable=1",
                "file:app.db?vfs=unix-none",
                "file:app.db?key=s3cret",
                "file:app.db?mode=memory",
                "file:app.db?m%6fde=memory",
                "file::memory:",
                "sqlite::memory:",
                "sqlite:",
                "",
                "sqlite://example.org/app.db",
                "sqlite://app.db",
                "file:app%2.db",
                "file:app%zz.db",
                "file:app%00.db",
                "a\0b.db"
            })
    void refusesWhatIsNoFileOrNotSafe(String text) {
        assertThatThrownBy(() -> SqliteUrl.path(text))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void tellsDatabasesFromOtherUrls() {
        assertThat(SqliteUrl.hasScheme("file:./app.db")).isTrue();
        assertThat(SqliteUrl.hasScheme("sqlite:app.db")).isTrue();
        assertThat(SqliteUrl.hasScheme("jdbc:sqlite:app.db")).isTrue();
        assertThat(SqliteUrl.hasScheme("postgres://localhost/app")).isFalse();
        assertThat(SqliteUrl.hasScheme("./app.db")).isFalse();
    }
}
