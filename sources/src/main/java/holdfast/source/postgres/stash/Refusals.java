package holdfast.source.postgres.stash;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.connection.Connections;
import java.sql.SQLException;

/// What the server's refusals mean to a person; told by their codes. See the appendix "PostgreSQL
/// Error Codes".
final class Refusals {
    private static final String UNCHANGED = "; nothing was changed";

    private Refusals() {}

    static boolean lockTimeout(SQLException e) {
        return state(e).equals("55P03") || state(e).equals("40P01");
    }

    private static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }

    /// @param what for instance `cannot restore backup_20260301020000`; the transaction was not
    /// committed
    static HoldfastException explained(String what, SQLException e) {
        String begin = what + ": " + said(e);
        String state = state(e);
        if (Connections.isLost(e)) {
            return new HoldfastException.Failed(
                    begin, "the server rolls back what was not committed: 'holdfast stash list' shows what is", e);
        }
        if (state.equals("42501")) {
            return new HoldfastException.PreCheckFailed(
                    begin + UNCHANGED, "use the owner of the tables, or a superuser", e);
        }
        if (lockTimeout(e)) {
            return new HoldfastException.Locked(begin + UNCHANGED, "wait, or give more time with --lock-timeout");
        }
        if (state.startsWith("23") || state.startsWith("22")) {
            return new HoldfastException.PreCheckFailed(
                    begin + UNCHANGED, "the table's definition has changed since: it does not take the old rows", e);
        }
        if (state.equals("42883") || state.equals("42P01")) {
            return new HoldfastException.PreCheckFailed(
                    begin + UNCHANGED,
                    "a function behind a constraint, index, default or generated column may name things without their"
                            + " schema: ALTER FUNCTION … SET search_path",
                    e);
        }
        if (state.equals("2BP01")) {
            return new HoldfastException.PreCheckFailed(
                    begin + UNCHANGED, "something else uses the copies; drop that first", e);
        }
        if (state.startsWith("53")) {
            return new HoldfastException.Failed(
                    begin + UNCHANGED, "the server lacks space or memory: free some, then try again", e);
        }
        return new HoldfastException.Failed(begin + UNCHANGED, "the server's log may tell more", e);
    }

    private static String said(SQLException e) {
        String message = String.valueOf(e.getMessage()).strip();
        return message.replaceFirst("^ERROR: ", "").replaceAll("\\s*\\R\\s*", "; ");
    }
}
