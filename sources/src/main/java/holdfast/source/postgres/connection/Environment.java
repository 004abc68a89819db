package holdfast.source.postgres.connection;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What libpq asks of the process and its user.
///
/// @param userName who runs it, as the operating system says
/// @param home where `.pgpass`, `.pg_service.conf` and `.postgresql` lie
record Environment(Map<String, String> variables, String userName, Path home) {
    Environment {
        variables = Map.copyOf(variables);
    }

    static Environment of(Map<String, String> variables) {
        String home = variables.getOrDefault("HOME", "");
        return new Environment(
                variables,
                System.getProperty("user.name", ""),
                Path.of(home.isEmpty() ? System.getProperty("user.home", "/") : home));
    }

    /// A variable that is set to nothing counts as not set.
    Optional<String> get(String variable) {
        return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isEmpty());
    }
}
