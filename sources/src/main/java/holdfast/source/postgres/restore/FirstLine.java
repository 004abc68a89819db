package holdfast.source.postgres.restore;

import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// What a server said, in one line.
final class FirstLine {
    private FirstLine() {}

    static String of(SQLException e) {
        ServerErrorMessage said = e instanceof PSQLException known ? known.getServerErrorMessage() : null;
        String message = said == null ? String.valueOf(e.getMessage()) : said.getMessage() + detail(said);
        return message.replace('\n', ' ').strip();
    }

    /// The same without the detail, which may quote values.
    static String withoutDetail(SQLException e) {
        ServerErrorMessage said = e instanceof PSQLException known ? known.getServerErrorMessage() : null;
        String message = said == null ? e.getMessage() : said.getMessage();
        return String.valueOf(message).replace('\n', ' ').strip();
    }

    private static String detail(ServerErrorMessage said) {
        return said.getDetail() == null ? "" : " (" + said.getDetail() + ")";
    }
}
