package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/// Goal: a connection is given up when it is gone, not when the server tells of another one of its
/// own.
class LostConnectionsTest {
    @ParameterizedTest
    @CsvSource({
        "08001, false", // a foreign server that is away
        "08006, false",
        "08P01, true", // a pooler gives up
        "57P01, true", // the session was ended
        "57P03, true",
        "25P03, true",
        "25P04, true",
        "25P02, false",
        "57014, false",
        "42501, false",
    })
    void whatAServerSays(String state, boolean lost) {
        ServerErrorMessage message =
                new ServerErrorMessage("SERROR\0VERROR\0C" + state + "\0Mcould not connect to server \"elsewhere\"\0");
        assertThat(Connections.isLost(new PSQLException(message))).isEqualTo(lost);
    }

    @ParameterizedTest
    @CsvSource({"CONNECTION_FAILURE, true", "CONNECTION_UNABLE_TO_CONNECT, true", "OBJECT_NOT_IN_STATE, false"})
    void whatTheDriverSays(PSQLState state, boolean lost) {
        assertThat(Connections.isLost(new PSQLException("broken", state, new IOException())))
                .isEqualTo(lost);
    }
}
