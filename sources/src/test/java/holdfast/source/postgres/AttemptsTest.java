package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/// Goal: another connection is tried only for what a connection is to blame for.
final class AttemptsTest {
    private static SQLException lost() {
        return new SQLException("broken", "08006");
    }

    private static SQLException wrong() {
        return new SQLException("division by zero", "22012");
    }

    @Test
    void anErrorOfTheStatementIsNoLostServerHoweverOftenItWasTried() throws Exception {
        assertThatThrownBy(() -> new Attempts(() -> true, "rows").failed(wrong(), true))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot read rows: division by zero");
        Attempts later = new Attempts(() -> true, "rows");
        later.failed(lost(), true);
        assertThatThrownBy(() -> later.failed(wrong(), true))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot read rows: division by zero");
        Attempts broken = new Attempts(() -> true, "rows");
        assertThatThrownBy(() -> broken.failed(lost(), false))
                .isInstanceOf(HoldfastException.Failed.class)
                .hasMessageContaining("lost the server while rows were read");
    }

    @Test
    void whatSomebodyCancelsIsNotTriedAgain() {
        SQLException cancelled = new SQLException("canceling statement due to user request", "57014");
        assertThatThrownBy(() -> new Attempts(() -> true, "rows").failed(cancelled, true))
                .isInstanceOfSatisfying(
                        HoldfastException.Failed.class,
                        failure -> assertThat(failure.hint()).contains("somebody cancelled it"))
                .hasMessage("cannot read rows: canceling statement due to user request");
    }
}
