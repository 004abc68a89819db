package holdfast.source.postgres.restore;

import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The options of a subscription in words that a server knows. A `pg_dump` that is newer than its
/// server names some that only newer servers have, to keep there what the older one always did:
/// see `dumpSubscription` in `src/bin/pg_dump/pg_dump.c`. Pure.
///
/// @param head everything before them
record SubscriptionOptions(String head, List<String> options) {
    /// No option has a parenthesis; what stands before them may have, in quotes.
    private static final Pattern CREATE =
            Pattern.compile("(CREATE SUBSCRIPTION .*) WITH \\(([^()]*)\\);\\s*", Pattern.DOTALL);

    private static final Map<String, Integer> SINCE = Map.of(
            "binary", 14,
            "streaming", 14,
            "two_phase", 15,
            "disable_on_error", 15,
            "streaming = parallel", 16,
            "origin", 16,
            "password_required", 16,
            "run_as_owner", 16,
            "failover", 17);

    /// What servers do that do not have the option.
    private static final Set<String> ALWAYS_DONE = Set.of(
            "binary = false",
            "streaming = off",
            "two_phase = off",
            "disable_on_error = false",
            "origin = any",
            "password_required = false",
            "run_as_owner = true",
            "failover = false");

    SubscriptionOptions {
        options = List.copyOf(options);
    }

    /// @param definition as `pg_dump` wrote it; anything else is without options that are looked at
    static SubscriptionOptions of(String definition) {
        Matcher create = CREATE.matcher(definition);
        return create.matches()
                ? new SubscriptionOptions(
                        create.group(1), List.of(create.group(2).split(", ")))
                : new SubscriptionOptions(definition, List.of());
    }

    /// Those that a server would do otherwise, for it does not have them.
    ///
    /// @param major version of the server
    List<String> lacking(int major) {
        return options.stream()
                .filter(option -> since(option) > major && !ALWAYS_DONE.contains(option))
                .toList();
    }

    /// The statement for a server.
    ///
    /// @param major its version
    /// @throws SQLFeatureNotSupportedException when the subscription would be another one there
    String on(int major) throws SQLFeatureNotSupportedException {
        List<String> lacking = lacking(major);
        if (!lacking.isEmpty()) {
            throw new SQLFeatureNotSupportedException(
                    "PostgreSQL " + major + " has no option for " + String.join(", ", lacking));
        }
        List<String> known =
                options.stream().filter(option -> since(option) <= major).toList();
        return options.isEmpty() ? head : head + " WITH (" + String.join(", ", known) + ");\n";
    }

    private static int since(String option) {
        String name = option.replaceFirst(" = .*", "");
        return Math.max(SINCE.getOrDefault(name, 0), SINCE.getOrDefault(option, 0));
    }
}
