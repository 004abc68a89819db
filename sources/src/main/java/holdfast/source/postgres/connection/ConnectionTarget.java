package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL database, and how to get there and in: what the user gave, completed as libpq
/// does it. Immutable; shows no secret.
///
/// @param servers to be tried in this order; never empty
/// @param parameters libpq's other parameters by keyword, such as `sslmode`
/// @param warnings what was found on the way and is not as it should be, one sentence each
/// @param pooler the one that was named and is gone round, see [#direct]; empty when none was
public record ConnectionTarget(
        List<Server> servers,
        String user,
        String database,
        Passwords passwords,
        Map<String, String> parameters,
        List<String> warnings,
        String pooler) {
    public ConnectionTarget {
        servers = List.copyOf(servers);
        parameters = Map.copyOf(parameters);
        warnings = List.copyOf(warnings);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server");
        }
    }

    /// @param url `postgresql://…` or `postgres://…`, also with several hosts. What it leaves
    /// open is said by the service it names, then by the environment, then by libpq's defaults; a
    /// password also by the password file
    /// @param environment the process's variables, of which `PG*`, `HOME` and `SSL_CERT_FILE`
    /// count
    /// @throws HoldfastException.BadUsage for what cannot be meant, what is not supported, and
    /// what would be dangerous
    public static ConnectionTarget of(String url, Map<String, String> environment) {
        return Completion.of(ConnectionUrl.parse(url), Environment.of(environment));
    }

    /// What the variables `PGHOST`, `PGDATABASE`, `PGSERVICE` … say by themselves.
    ///
    /// @throws HoldfastException.BadUsage as [#of]
    public static ConnectionTarget fromEnvironment(Map<String, String> environment) {
        return Completion.of(Map.of(), Environment.of(environment));
    }

    /// `postgresql://user@host:5432/db`: no password and no parameters, the same every time, so
    /// that it names the database in snapshots.
    public String display() {
        return "postgresql://" + PercentEncoding.encode(user) + "@"
                + servers.stream().map(Server::inUrl).collect(Collectors.joining(",")) + "/"
                + PercentEncoding.encode(database);
    }

    /// Another database of the same server, with the password that the password file has for that
    /// one.
    public ConnectionTarget withDatabase(String name) {
        return new ConnectionTarget(servers, user, name, passwords, parameters, warnings, pooler);
    }

    /// The same with one of the servers only.
    ConnectionTarget withServer(Server server) {
        return new ConnectionTarget(List.of(server), user, database, passwords, parameters, warnings, pooler);
    }

    /// Who manages the server, if its name tells.
    public Optional<Provider> provider() {
        return Provider.of(servers.getFirst());
    }

    /// Whether this leads to a pooler that gives each transaction another session: no place to
    /// dump from.
    public boolean isTransactionPooler() {
        return provider().isPresent() && provider().get().isTransactionPooler(servers.getFirst());
    }

    /// The same database without such poolers, on the same servers otherwise; empty when there is
    /// none, or its name does not tell.
    public Optional<ConnectionTarget> direct() {
        List<Server> direct = servers.stream()
                .map(server ->
                        Provider.of(server).flatMap(one -> one.direct(server)).orElse(server))
                .toList();
        if (direct.equals(servers)) {
            return Optional.empty();
        }
        String around = servers.stream()
                .filter(server -> !direct.contains(server))
                .map(Server::toString)
                .collect(Collectors.joining(", "));
        return Optional.of(new ConnectionTarget(
                direct.stream().distinct().toList(),
                user,
                database,
                passwordsFor(direct),
                parameters,
                warnings,
                around));
    }

    /// A password file may know the pooler and not the server behind it, which has the same roles.
    private Passwords passwordsFor(List<Server> direct) {
        if (direct.stream().anyMatch(server -> !password(server).isEmpty())) {
            return passwords;
        }
        return servers.stream()
                .filter(server -> !password(server).isEmpty())
                .findFirst()
                .map(known -> new Passwords(
                        password(known), passwordOrigin(known).orElse(passwords.origin()), PasswordFile.NONE))
                .orElse(passwords);
    }

    /// A sentence on the pooler that is gone round; empty when none is.
    public Optional<String> aroundPooler() {
        return pooler.isEmpty()
                ? Optional.empty()
                : Optional.of("goes to "
                        + servers.stream().map(Server::toString).collect(Collectors.joining(", "))
                        + ", not through the pooler " + pooler + ", which may give each transaction another session");
    }

    /// The variables that make `pg_dump`, `pg_restore` and `psql` connect just as Holdfast does;
    /// the only way in which they may learn the password. The environment they run in must have
    /// no other `PG*` variable: `PGSERVICE` would come before these. The database is [#database]
    /// unless `-d` names another; `pg_restore` takes `-d ''`. Left out is what has no variable:
    /// `keepalives…`, `tcp_user_timeout` and `sslpassword`. `pg_dump` writes in the role's own
    /// `client_encoding` if it has one: give it `--encoding`.
    public Map<String, String> libpqEnvironment() {
        Map<String, String> variables = new TreeMap<>();
        for (Parameter parameter : Parameter.values()) {
            if (!parameter.variable().isEmpty() && parameters.containsKey(parameter.keyword())) {
                variables.put(parameter.variable(), parameter(parameter));
            }
        }
        variables.put("PGHOST", joined(Server::host));
        if (servers.stream().anyMatch(server -> !server.address().isEmpty())) {
            variables.put("PGHOSTADDR", joined(Server::address));
        }
        variables.put("PGPORT", joined(server -> Integer.toString(server.port())));
        variables.put("PGUSER", user);
        variables.put("PGDATABASE", database);
        variables.put("PGSSLMODE", sslMode());
        variables.put("PGAPPNAME", applicationName());
        List<String> each = servers.stream().map(this::password).distinct().toList();
        if (each.size() > 1) {
            variables.put("PGPASSFILE", passwords.file().path());
        } else if (!each.getFirst().isEmpty()) {
            variables.put("PGPASSWORD", each.getFirst());
        }
        return variables;
    }

    private String joined(Function<Server, String> part) {
        return servers.stream().map(part).collect(Collectors.joining(","));
    }

    /// Empty when there is none.
    String password(Server server) {
        return passwords.password(server, database, user);
    }

    Optional<String> passwordOrigin(Server server) {
        return passwords.origin(server, database, user);
    }

    /// As libpq names it.
    String sslMode() {
        return parameters.getOrDefault(Parameter.SSLMODE.keyword(), "prefer");
    }

    String applicationName() {
        String fallback = parameters.getOrDefault(Parameter.FALLBACK_APPLICATION_NAME.keyword(), "holdfast");
        return parameters.getOrDefault(Parameter.APPLICATION_NAME.keyword(), fallback);
    }

    /// Empty when it was not given.
    String parameter(Parameter parameter) {
        return parameters.getOrDefault(parameter.keyword(), "");
    }

    /// For a [Parameter.Kind#NUMBER].
    @Nullable
    Integer number(Parameter parameter) {
        String value = parameter(parameter);
        return value.isEmpty() ? null : Integer.valueOf(value.strip());
    }

    @Override
    public String toString() {
        return display();
    }
}
