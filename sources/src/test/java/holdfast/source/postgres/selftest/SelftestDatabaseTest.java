package holdfast.source.postgres.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.connection.ConnectionTarget;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: what a self-test has made that was killed, the next one drops; and nothing else.
@Tag("slow")
final class SelftestDatabaseTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static SelftestDatabase create(String time) throws IOException {
        return SelftestDatabase.create(
                ConnectionTarget.of(SERVER.url("postgres"), Map.of()), Duration.ofSeconds(10), Instant.parse(time));
    }

    private static List<String> databases() throws SQLException {
        return SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'holdfast%' ORDER BY 1");
    }

    @Test
    void theNextOneDropsWhatAKilledOneHasLeft() throws Exception {
        SERVER.run("postgres", "CREATE DATABASE holdfast_selftest_20250101000000");
        try (SelftestDatabase alive = create("2026-01-01T00:00:00Z")) {
            SelftestDatabase killed = create("2026-01-01T00:00:01Z");
            SERVER.run("postgres", "CREATE DATABASE " + killed.name() + "_restoring_20260101000002");
            SERVER.run(
                    "postgres",
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = "
                            + Integer.toUnsignedString(killed.name().hashCode()));
            assertThat(databases()).hasSize(4);
            try (SelftestDatabase next = create("2026-01-01T00:00:03Z")) {
                assertThat(databases()).containsExactly("holdfast_selftest_20250101000000", alive.name(), next.name());
                assertThat(alive.content()).isEqualTo(next.content());
            }
        }
        assertThat(databases()).containsExactly("holdfast_selftest_20250101000000");
        SERVER.run("postgres", "DROP DATABASE holdfast_selftest_20250101000000");
    }
}
