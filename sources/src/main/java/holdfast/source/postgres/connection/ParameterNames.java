package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What a name in a URL's query or a service file means: one of libpq's parameters, something
/// that frameworks write there for themselves, or nothing that is let in. Pure.
final class ParameterNames {
    /// Parameters of the JDBC driver that load classes, run or log in by other means, or write
    /// files (`org.postgresql.PGProperty`); in lower case.
    private static final Set<String> DANGEROUS = Set.of(
            "socketfactory",
            "socketfactoryarg",
            "sslfactory",
            "sslfactoryarg",
            "sslhostnameverifier",
            "sslpasswordcallback",
            "authenticationpluginclassname",
            "classloaderstrategy",
            "connectexecutor",
            "connectexecutorarg",
            "xmlfactoryfactory",
            "loggerfile",
            "loggerlevel",
            "jaasapplicationname",
            "jaaslogin",
            "localsocketaddress");

    /// What Prisma, Supabase and Vercel write into `DATABASE_URL` for the application's own pool.
    private static final Set<String> OF_APPLICATIONS = Set.of(
            "schema",
            "pgbouncer",
            "connection_limit",
            "pool_timeout",
            "socket_timeout",
            "statement_cache_size",
            "supa",
            "workaround");

    private static final int NEAR = 4;

    private ParameterNames() {}

    static boolean isOfApplications(String name) {
        return OF_APPLICATIONS.contains(name);
    }

    /// @param where names the place in messages, such as `the URL`
    /// @throws HoldfastException.BadUsage when there is no such parameter, or it is not let in
    static Parameter known(String name, String where) {
        Optional<Parameter> found = Parameter.of(name);
        if (found.isPresent()) {
            return found.get();
        }
        if (DANGEROUS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new HoldfastException.BadUsage(
                    where + " has the parameter '" + name + "', which is refused: it could load classes or write files",
                    "leave it out");
        }
        if (!name.matches("[A-Za-z][A-Za-z0-9_.]{0,40}")) {
            throw new HoldfastException.BadUsage(
                    where + " has a parameter that PostgreSQL does not know",
                    "write %26 for an & and %3D for an = in a value");
        }
        throw new HoldfastException.BadUsage(
                where + " has the parameter '" + name + "', which PostgreSQL does not know",
                nearest(name).map(near -> "did you mean " + near + "?").orElse("leave it out"));
    }

    private static Optional<String> nearest(String name) {
        return Stream.of(Parameter.values())
                .filter(one -> one.kind() != Parameter.Kind.REFUSED)
                .map(Parameter::keyword)
                .min(Comparator.comparingInt(one -> apart(name, one)))
                .filter(one -> apart(name, one) < Math.min(NEAR, one.length() / 2 + 1));
    }

    /// How far a name is from a keyword; one that begins with the other is near.
    private static int apart(String name, String keyword) {
        String left = plain(name);
        String right = plain(keyword);
        return left.startsWith(right) || right.startsWith(left) ? 1 : distance(left, right);
    }

    /// So that the driver's `connectTimeout` is near libpq's `connect_timeout`.
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[_.-]", "");
    }

    /// Levenshtein's: how many characters must be put in, taken out or changed.
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int changed = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.length()];
    }
}
