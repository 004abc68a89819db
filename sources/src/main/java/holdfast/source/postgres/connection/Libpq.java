package holdfast.source.postgres.connection;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// How a program of PostgreSQL reaches the server that we reach. Immutable.
///
/// @param environment libpq's variables; among them, perhaps, the password
/// @param settings a connection string of what has no variable, for `--dbname`; no secret, and not
///     even the database, is in it: everybody can see the arguments of a program
public record Libpq(Map<String, String> environment, String settings) {
    /// When what was sent is not acknowledged for so long the kernel ends the connection; without,
    /// Linux waits some 15 minutes. Goes before the count of `keepalives_count`.
    private static final Duration UNACKNOWLEDGED = Duration.ofMinutes(2);

    public Libpq {
        environment = Map.copyOf(environment);
    }

    /// @param connectTimeout unless the target has one
    static Libpq of(ConnectionTarget target, Duration connectTimeout) {
        Map<String, String> environment = new TreeMap<>(target.libpqEnvironment());
        environment.putIfAbsent(
                Parameter.CONNECT_TIMEOUT.variable(), Long.toString(Math.ceilDiv(connectTimeout.toMillis(), 1000L)));
        Integer keepalives = target.number(Parameter.KEEPALIVES);
        Integer unacknowledged = target.number(Parameter.TCP_USER_TIMEOUT);
        return new Libpq(
                environment,
                "keepalives=" + (keepalives == null ? 1 : keepalives)
                        + " keepalives_idle=" + Route.idleSeconds(target)
                        + " keepalives_interval=" + Route.intervalSeconds(target)
                        + " keepalives_count=" + Route.count(target)
                        + " tcp_user_timeout=" + (unacknowledged == null ? UNACKNOWLEDGED.toMillis() : unacknowledged));
    }

    /// Takes away what is somebody's own and would have a program behave otherwise.
    public static void clear(Map<String, String> variables) {
        variables.keySet().removeIf(name -> name.startsWith("PG"));
    }

    /// What else a program finds, it must not: variables of libpq that are somebody's own, and a
    /// language, as we read what it says.
    ///
    /// @param program gets the environment that is this
    public void prepare(ProcessBuilder program) {
        Map<String, String> variables = program.environment();
        clear(variables);
        variables.putAll(environment);
        variables.put("LC_ALL", "C.UTF-8");
        variables.remove("LANGUAGE"); // goes before every locale but C itself
    }

    /// Shows no secret.
    @Override
    public String toString() {
        return settings;
    }
}
