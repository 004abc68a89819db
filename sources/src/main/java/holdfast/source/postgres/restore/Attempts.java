package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Tries once more what may succeed then: a server that is gone, two statements that waited for
/// each other. Safe for use by many threads, each with a session of its own.
///
/// @param masked whether nobody shall read rows that an error quotes
record Attempts(TargetSession.Manner manner, boolean masked) {
    private static final int MOST = 4;

    /// A server that is started again needs some seconds.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final String DEADLOCK = "40P01";

    interface Attempt {
        void make() throws IOException, SQLException;
    }

    /// Why something failed.
    ///
    /// @param damaged whether the backup is to blame
    record Reason(String text, boolean damaged) {
        @Override
        public String toString() {
            return text;
        }
    }

    /// @return null when it did not fail
    @Nullable
    Reason tried(TargetSession session, Attempt attempt) throws IOException {
        for (int attempts = 1; ; attempts++) {
            try {
                attempt.make();
                return null;
            } catch (SQLException e) {
                boolean lost = Connections.isLost(e);
                if (lost) {
                    session.drop();
                }
                if (attempts == MOST || session.inOneTransaction() || !(lost || DEADLOCK.equals(e.getSQLState()))) {
                    manner.deadline().left();
                    return new Reason(said(e), false);
                }
                manner.log().accept("once more after: " + said(e));
            } catch (HoldfastException.PreCheckFailed e) { // nobody there to connect to
                if (attempts == MOST) {
                    throw new HoldfastException.Failed("lost the server: " + e.getMessage(), e.hint(), e);
                }
                manner.log().accept("once more after: " + e.getMessage());
                pause(attempts);
            } catch (HoldfastException.Damaged e) {
                return new Reason(String.valueOf(e.getMessage()), true);
            } catch (IOException e) {
                return new Reason(String.valueOf(e.getMessage()), false);
            }
        }
    }

    private static void pause(int attempt) {
        try {
            Thread.sleep(PAUSE.multipliedBy(attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        }
    }

    static HoldfastException.Interrupted interrupted() {
        return new HoldfastException.Interrupted("restore interrupted", "what was loaded stays as it is");
    }

    /// A server's detail quotes rows, which nobody shall read who may see masked ones only.
    private String said(SQLException e) {
        return masked ? FirstLine.withoutDetail(e) : FirstLine.of(e);
    }
}
