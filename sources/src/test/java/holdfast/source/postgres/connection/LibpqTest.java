package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Goal: a program waits for a server no longer than we do, and its arguments show no secret.
final class LibpqTest {
    private static Libpq libpq(String url) {
        return Libpq.of(ConnectionTarget.of(url, Map.of()), Duration.ofMillis(2500));
    }

    @Test
    void aProgramHasBoundsWithoutBeingAsked() {
        Libpq usual = libpq("postgresql://ann:se%20cret@db.example.org/shop");
        assertThat(usual.settings())
                .isEqualTo("keepalives=1 keepalives_idle=60 keepalives_interval=10 keepalives_count=6"
                        + " tcp_user_timeout=120000");
        assertThat(usual.environment())
                .containsEntry("PGCONNECT_TIMEOUT", "3")
                .containsEntry("PGDATABASE", "shop")
                .containsEntry("PGPASSWORD", "se cret");
        assertThat(usual.toString()).doesNotContain("cret");
    }

    @Test
    void whatTheTargetSaysGoesBefore() {
        Libpq given = libpq("postgresql://db.example.org/shop?connect_timeout=7&keepalives=0&keepalives_idle=11"
                + "&keepalives_interval=12&keepalives_count=13&tcp_user_timeout=14000");
        assertThat(given.settings())
                .isEqualTo("keepalives=0 keepalives_idle=11 keepalives_interval=12 keepalives_count=13"
                        + " tcp_user_timeout=14000");
        assertThat(given.environment()).containsEntry("PGCONNECT_TIMEOUT", "7");
    }
}
