package holdfast.source.postgres.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a pattern means what it means to psql.
class NamePatternTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "orders, any, orders, true",
                "Orders, any, orders, true",
                "\"Orders\", any, orders, false",
                "\"Orders\", any, Orders, true",
                "order*, any, order_items, true",
                "order?, any, orders, true",
                "order?, any, order_items, false",
                "app.order*, app, orders, true",
                "app.order*, other, orders, false",
                "a*.\"x.y\", app, x.y, true",
                "a*.\"x.y\", app, xzy, false",
                "\"a\"\"b\", any, a\"b, true",
                "\"a*\", any, ab, false",
                "events_202[4-6], any, events_2025, true",
                "events_202[4-6], any, events_2027, false",
                "users|orders, any, orders, true",
                "users|orders, any, orders2, false",
                "cost$, any, cost$, true",
                "Ärger, any, Ärger, true",
            })
    void tables(String pattern, String schema, String table, boolean matches) {
        assertThat(NamePattern.of(pattern).matches(schema, table)).isEqualTo(matches);
    }

    @Test
    void whatLiesInNoSchemaMayHaveADot() {
        assertThat(NamePattern.ofName("my.db").matches("my.db")).isTrue();
        assertThat(NamePattern.ofName("my.db").matches("myxdb")).isFalse();
        assertThat(NamePattern.of("orders").namesSchema()).isFalse();
        assertThat(NamePattern.of("*.orders").namesSchema()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\"open", "a.b.c", "a(", "[z-a]"})
    void whatIsNoPatternIsRefused(String text) {
        assertThatThrownBy(() -> NamePattern.of(text))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining(text);
    }
}
