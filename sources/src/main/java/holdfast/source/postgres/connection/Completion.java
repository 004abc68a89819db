package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Completes what was given, as libpq does it: by the service file, the environment and defaults,
/// in this order (`conninfo_add_defaults` and `pqConnectOptions2`).
final class Completion {
    /// What has its own place in a target.
    private static final Set<Parameter> PLACED = EnumSet.of(
            Parameter.SERVICE,
            Parameter.SERVICEFILE,
            Parameter.USER,
            Parameter.PASSWORD,
            Parameter.PASSFILE,
            Parameter.DBNAME,
            Parameter.HOST,
            Parameter.HOSTADDR,
            Parameter.PORT);

    /// Modes in which it is the server, or whoever answers in its place, that decides to encrypt.
    private static final Set<String> CLEAR = Set.of("disable", "allow", "prefer");

    private final Environment environment;
    private final Map<Parameter, String> values = new EnumMap<>(Parameter.class);
    private final Set<String> warnings = new LinkedHashSet<>();
    private String passwordOrigin = "the URL";

    private Completion(Environment environment) {
        this.environment = environment;
    }

    /// @param given what was said most directly
    static ConnectionTarget of(Map<Parameter, String> given, Environment environment) {
        Completion completion = new Completion(environment);
        completion.values.putAll(given);
        completion.addService();
        completion.addVariables();
        return completion.target();
    }

    private void addService() {
        String service = values.getOrDefault(
                Parameter.SERVICE, environment.get("PGSERVICE").orElse(""));
        if (!service.isEmpty()) {
            String file = values.getOrDefault(Parameter.SERVICEFILE, "");
            ServiceFile.find(service, file, environment)
                    .forEach((parameter, value) -> add(parameter, value, "the service '" + service + "'"));
        }
    }

    private void addVariables() {
        for (Parameter parameter : Parameter.values()) {
            String variable = parameter.variable();
            environment.get(variable).ifPresent(value -> add(parameter, value, "the variable " + variable));
        }
        if (environment.get("PGREQUIRESSL").orElse("").startsWith("1")) {
            values.putIfAbsent(Parameter.SSLMODE, "require");
        }
    }

    private void add(Parameter parameter, String value, String origin) {
        if (values.putIfAbsent(parameter, value) == null && parameter == Parameter.PASSWORD) {
            passwordOrigin = origin;
        }
    }

    private ConnectionTarget target() {
        values.forEach(Completion::check);
        List<Server> servers = servers();
        String user = orElse(Parameter.USER, environment.userName());
        if (user.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "no PostgreSQL user is named, and the user of this process has no name", "set PGUSER");
        }
        boolean encrypted = servers.stream().anyMatch(server -> !server.isSocket());
        if (encrypted) {
            addTls(servers);
        }
        servers.forEach(this::warnOfPooler);
        Map<String, String> others = new HashMap<>();
        values.forEach((parameter, value) -> {
            if (!PLACED.contains(parameter) && parameter.kind() != Parameter.Kind.IGNORED && !value.isEmpty()) {
                others.put(parameter.keyword(), value);
            }
        });
        Passwords passwords = new Passwords(orElse(Parameter.PASSWORD, ""), passwordOrigin, passwordFile());
        return new ConnectionTarget(
                servers, user, orElse(Parameter.DBNAME, user), passwords, others, List.copyOf(warnings), "");
    }

    private String orElse(Parameter parameter, String other) {
        String value = values.getOrDefault(parameter, "");
        return value.isEmpty() ? other : value;
    }

    private static void check(Parameter parameter, String value) {
        String name = parameter.keyword();
        switch (parameter.kind()) {
            case REFUSED ->
                throw new HoldfastException.BadUsage(
                        "the PostgreSQL parameter " + name + " is not supported: "
                                + parameter.words().getFirst(),
                        "leave it out" + (parameter.variable().isEmpty() ? "" : ", or unset " + parameter.variable()));
            case WORD -> {
                if (!value.isEmpty() && !parameter.words().contains(value)) {
                    throw new HoldfastException.BadUsage(
                            "the PostgreSQL parameter " + name + " has a value that is not supported",
                            "it may be " + String.join(", ", parameter.words()));
                }
            }
            case NUMBER -> {
                if (!value.isEmpty() && !value.strip().matches("[+-]?[0-9]{1,9}")) {
                    throw new HoldfastException.BadUsage(
                            "the PostgreSQL parameter " + name + " must be a whole number", "correct or leave it out");
                }
            }
            case TEXT, IGNORED -> {}
        }
    }

    private List<Server> servers() {
        List<String> hosts = list(Parameter.HOST);
        List<String> addresses = list(Parameter.HOSTADDR);
        List<String> ports = list(Parameter.PORT);
        int count = Math.max(1, addresses.isEmpty() ? hosts.size() : addresses.size());
        if (!hosts.isEmpty() && hosts.size() != count) {
            throw counts("hosts", hosts.size(), "addresses", count);
        }
        if (ports.size() > 1 && ports.size() != count) {
            throw counts("ports", ports.size(), "hosts", count);
        }
        List<Server> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int port = ports.isEmpty() ? Server.DEFAULT_PORT : port(ports.get(ports.size() == 1 ? 0 : i));
            String address = addresses.isEmpty() ? "" : addresses.get(i);
            String host = hosts.isEmpty() ? "" : hosts.get(i);
            servers.add(new Server(host.isEmpty() && address.isEmpty() ? defaultHost(port) : host, address, port));
        }
        return servers;
    }

    private static HoldfastException counts(String what, int given, String other, int expected) {
        return new HoldfastException.BadUsage(
                "there are " + given + " PostgreSQL " + what + " for " + expected + " " + other,
                "name as many " + what + " as " + other);
    }

    private List<String> list(Parameter parameter) {
        String value = values.getOrDefault(parameter, "");
        return value.isEmpty() ? Collections.emptyList() : List.of(value.split(",", -1));
    }

    private static int port(String text) {
        String digits = text.strip();
        int port = digits.isEmpty() ? Server.DEFAULT_PORT : digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > 65_535) {
            // not shown: it may be the beginning of a password
            throw new HoldfastException.BadUsage(
                    "a PostgreSQL port is not a number from 1 to 65535",
                    "in a URL's user and password, write %40 for an @, %2F for a / and %3A for a :");
        }
        return port;
    }

    /// libpq was built with one folder for sockets; which one is not known, so the socket tells.
    private static String defaultHost(int port) {
        List<String> folders = List.of("/var/run/postgresql", "/tmp");
        for (String folder : folders) {
            if (Files.exists(Path.of(folder, ".s.PGSQL." + port))) {
                return folder;
            }
        }
        return Files.isDirectory(Path.of(folders.getFirst())) ? folders.getFirst() : "localhost";
    }

    private void addTls(List<Server> servers) {
        if (orElse(Parameter.SSLMODE, "").isEmpty()) {
            values.remove(Parameter.SSLMODE);
            boolean system = orElse(Parameter.SSLROOTCERT, "").equals("system");
            if (encrypting(servers).isPresent() && !system) {
                values.put(Parameter.SSLMODE, "require");
            }
        }
        refuseClear(servers);
        if (!orElse(Parameter.SSLMODE, "").equals("disable")) {
            TlsFiles.complete(values, environment, warnings::add);
        }
    }

    /// The one among those who run the servers that encrypts whatever goes over the network.
    private static Optional<Provider> encrypting(List<Server> servers) {
        return servers.stream()
                .filter(server -> !server.isSocket())
                .flatMap(server -> Provider.of(server).stream())
                .filter(Provider::tlsRequired)
                .findFirst();
    }

    /// What was said for a server on this machine, perhaps by `PGSSLMODE`, must not send a password
    /// and all rows in clear through the internet.
    private void refuseClear(List<Server> servers) {
        String mode = orElse(Parameter.SSLMODE, "");
        if (CLEAR.contains(mode)) {
            encrypting(servers).ifPresent(provider -> {
                throw new HoldfastException.BadUsage(
                        "sslmode=" + mode + " lets a password and rows go to " + provider.title() + " in clear",
                        "leave sslmode and PGSSLMODE out, or say require, verify-ca or verify-full");
            });
        }
    }

    private void warnOfPooler(Server server) {
        Provider.of(server)
                .filter(provider -> provider.isTransactionPooler(server))
                .filter(provider -> provider.direct(server).isEmpty())
                .ifPresent(provider -> warnings.add(server + " is a pooler of " + provider.title()
                        + ", which may give each transaction another session, and its name does not tell the server's:"
                        + " name the endpoint of the database itself"));
    }

    private PasswordFile passwordFile() {
        if (!orElse(Parameter.PASSWORD, "").isEmpty()) {
            return PasswordFile.NONE;
        }
        String named = orElse(Parameter.PASSFILE, "");
        Path path = named.isEmpty() ? environment.home().resolve(".pgpass") : Path.of(named);
        return PasswordFile.read(path, !named.isEmpty(), warnings::add);
    }
}
