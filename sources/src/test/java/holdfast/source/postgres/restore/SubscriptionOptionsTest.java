package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLFeatureNotSupportedException;
import org.junit.jupiter.api.Test;

/// Goal: a subscription that a newer `pg_dump` wrote is made on an older server as it was, or not
/// at all. Method: what pg_dump 17 and 18 wrote of servers from 13 to 18.
class SubscriptionOptionsTest {
    private static final String HEAD =
            "CREATE SUBSCRIPTION \"a WITH (x = 1);\" CONNECTION 'host=h password=''p WITH (''"
                    + "' PUBLICATION \"odd \"\"pub\"\"\", other";
    private static final String PLAIN = " WITH (connect = false, slot_name = NONE);\n";

    private static String on(int major, String options) throws SQLFeatureNotSupportedException {
        return SubscriptionOptions.of(HEAD + " WITH (connect = false, slot_name = 's_1', " + options + ");\n")
                .on(major);
    }

    private static String with(String options) {
        return HEAD + " WITH (connect = false, slot_name = 's_1'" + options + ");\n";
    }

    @Test
    void aServerThatKnowsThemGetsThemWordForWord() throws SQLFeatureNotSupportedException {
        String all = "binary = true, streaming = parallel, two_phase = on, disable_on_error = true,"
                + " password_required = false, run_as_owner = true, failover = true, synchronous_commit = local,"
                + " origin = none";
        assertThat(on(17, all)).isEqualTo(with(", " + all));
        assertThat(SubscriptionOptions.of(HEAD + PLAIN).on(13)).isEqualTo(HEAD + PLAIN);
        assertThat(on(18, "of_nobody = true")).isEqualTo(with(", of_nobody = true"));
    }

    @Test
    void whatOlderServersAlwaysDoIsLeftOut() throws SQLFeatureNotSupportedException {
        String by18 = "binary = true, streaming = off, run_as_owner = true, synchronous_commit = local";
        assertThat(on(16, by18)).isEqualTo(with(", " + by18));
        assertThat(on(15, by18)).isEqualTo(with(", binary = true, streaming = off, synchronous_commit = local"));
        assertThat(on(13, "streaming = off, run_as_owner = true")).isEqualTo(with(""));
        assertThat(on(15, "password_required = false, origin = any, failover = false"))
                .isEqualTo(with(""));
    }

    @Test
    void whatTheyCannotDoIsNamed() {
        assertThatThrownBy(() -> on(15, "streaming = parallel, run_as_owner = true, origin = none"))
                .isInstanceOf(SQLFeatureNotSupportedException.class)
                .hasMessage("PostgreSQL 15 has no option for streaming = parallel, origin = none");
        assertThatThrownBy(() -> on(16, "failover = true"))
                .hasMessage("PostgreSQL 16 has no option for failover = true");
        assertThatThrownBy(() -> on(14, "two_phase = on, disable_on_error = true"))
                .hasMessageEndingWith("two_phase = on, disable_on_error = true");
        assertThatThrownBy(() -> on(13, "binary = true, streaming = on"))
                .hasMessageEndingWith("binary = true, streaming = on");
    }

    @Test
    void whatIsWrittenOtherwiseStaysAsItIs() throws SQLFeatureNotSupportedException {
        assertThat(SubscriptionOptions.of("CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p;\n")
                        .on(13))
                .isEqualTo("CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p;\n");
    }
}
