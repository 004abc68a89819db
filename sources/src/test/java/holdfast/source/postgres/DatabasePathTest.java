package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.connection.ConnectionTarget;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: databases of different servers never lie at the same place, and one database lies at the
/// same place however its server's name is written.
class DatabasePathTest {
    @ParameterizedTest
    @CsvSource({
        "postgresql://u@db/shop, /postgresql/db:5432/shop",
        "postgresql://u@DB.Example:6000/Shop, /postgresql/db.example:6000/Shop",
        "postgresql:///shop?hostaddr=10.0.0.1, /postgresql/10.0.0.1:5432/shop",
        "postgresql:///shop?hostaddr=10.0.0.2, /postgresql/10.0.0.2:5432/shop",
        "postgresql:///shop?hostaddr=FE80::1, /postgresql/fe80::1:5432/shop",
        "postgresql://db/shop?hostaddr=10.0.0.2, /postgresql/db:5432/shop",
        "postgresql:///shop?host=/Run/a, /postgresql/%2FRun%2Fa:5432/shop",
        "postgresql://db/a%2Fb, /postgresql/db:5432/a%2Fb",
        "postgresql://db/.., /postgresql/db:5432/%2E%2E",
    })
    void aDatabaseLiesBelowItsServer(String url, String path) {
        ConnectionTarget target = ConnectionTarget.of(url, Map.of("HOME", "/nonexistent", "PGUSER", "u"));
        assertThat(PostgresSource.path(target)).isEqualTo(path);
        assertThat(PostgresSource.serverPath(target)).isEqualTo(path.substring(0, path.lastIndexOf('/')));
    }
}
