package holdfast.source.postgres.connection;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// What kind of server is wanted among several (`target_session_attrs`).
enum SessionWish {
    ANY,
    READ_WRITE,
    READ_ONLY,
    PRIMARY,
    STANDBY;

    /// One after the other, until a server will do.
    static List<SessionWish> of(String attributes) {
        return switch (attributes) {
            case "", "any" -> List.of(ANY);
            case "read-write" -> List.of(READ_WRITE);
            case "read-only" -> List.of(READ_ONLY);
            case "primary" -> List.of(PRIMARY);
            case "standby" -> List.of(STANDBY);
            case "prefer-standby" -> List.of(STANDBY, ANY);
            default -> throw new IllegalArgumentException(attributes);
        };
    }

    /// Why a server will not do; empty when it will.
    String objection(Connection connection) throws SQLException {
        if (this == ANY) {
            return "";
        }
        boolean readOnly;
        boolean standby;
        try (Statement statement = connection.createStatement();
                ResultSet answer =
                        statement.executeQuery("SELECT pg_catalog.current_setting('transaction_read_only') = 'on',"
                                + " pg_catalog.pg_is_in_recovery()")) {
            answer.next();
            readOnly = answer.getBoolean(1);
            standby = answer.getBoolean(2);
        }
        return switch (this) {
            case READ_WRITE -> readOnly ? "its sessions are read-only" : "";
            case READ_ONLY -> readOnly ? "" : "its sessions are not read-only";
            case PRIMARY -> standby ? "it is a standby" : "";
            case STANDBY -> standby ? "" : "it is not a standby";
            case ANY -> "";
        };
    }
}
