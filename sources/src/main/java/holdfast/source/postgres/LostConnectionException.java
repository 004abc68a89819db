package holdfast.source.postgres;

import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A program of PostgreSQL has ended because its own connection to the server broke.
final class LostConnectionException extends IOException {
    private static final long serialVersionUID = 1L;

    /// What libpq says then (fe-misc.c, fe-connect.c, fe-exec.c, fe-protocol3.c, fe-secure.c,
    /// fe-secure-openssl.c), and the system to it, at the beginning of a line or behind what was
    /// being done. What a server says may be in any language, but when it ends a session libpq says
    /// so too.
    private static final Pattern LOST = Pattern.compile(
            "(?:^|: )(?:server closed the connection unexpectedly"
                    + "|could not (?:receive data from|send data to) server: "
                    + "|could not translate host name "
                    + "|no connection to the server|connection not open"
                    + "|timeout expired"
                    + "|lost synchronization with server"
                    + "|SSL SYSCALL error: |SSL error: unexpected eof|SSL connection has been closed unexpectedly"
                    + "|Connection (?:refused|reset by peer|timed out)"
                    + "|No route to host|Network is unreachable)",
            Pattern.MULTILINE);

    private LostConnectionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// @param said by the program, in English
    static boolean isIn(String said) {
        return LOST.matcher(said).find();
    }

    /// @param program its name
    static LostConnectionException of(String program, String said, @Nullable Throwable cause) {
        String reason = said.lines()
                .takeWhile(line -> !line.startsWith("\t") && !line.startsWith(program + ": detail: "))
                .map(line -> line.replaceFirst("^" + program + ": (?:error: )?", ""))
                .collect(Collectors.joining("; "));
        return new LostConnectionException(program + ": " + reason, cause);
    }
}
