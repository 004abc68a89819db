package holdfast.source.postgres.restore;

import holdfast.source.postgres.connection.Connections;
import java.io.IOException;

/// Gives the sessions that load a database.
@FunctionalInterface
interface Sessions {
    TargetSession open();

    static Sessions of(Connections connections, TargetSession.Manner manner) {
        return () -> new TargetSession(connections, manner);
    }

    /// What is one transaction has failed; the status of the restore says at what.
    final class Stopped extends IOException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("the first failure ends what is one transaction");
        }
    }
}
