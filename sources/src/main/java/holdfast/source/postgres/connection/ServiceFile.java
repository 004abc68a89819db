package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The connection service file (`parseServiceInfo` and `parseServiceFile`): sections `[name]`
/// with lines `parameter=value`, without blanks around the equals sign.
final class ServiceFile {
    /// Where Debian's, PGDG's and Red Hat's libpq and a plain build look for `pg_service.conf`.
    private static final List<Path> SYSTEM = List.of(
            Path.of("/etc/postgresql-common"), Path.of("/etc/sysconfig/pgsql"), Path.of("/usr/local/pgsql/etc"));

    private final Path path;
    private final List<String> lines;

    private ServiceFile(Path path) {
        this.path = path;
        try {
            this.lines = new String(Files.readAllBytes(path), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .toList();
        } catch (IOException _) {
            throw new HoldfastException.BadUsage(
                    "cannot read the service file " + path, "check PGSERVICEFILE and the file's permissions");
        }
    }

    /// What a service says: of the user's file, or else of the system's.
    ///
    /// @param named the file that a parameter names; empty when none does
    /// @throws HoldfastException.BadUsage when there is no such service, or its section is not
    /// understood
    static Map<Parameter, String> find(String service, String named, Environment environment) {
        Optional<Path> given = Optional.of(named)
                .filter(name -> !name.isEmpty())
                .or(() -> environment.get("PGSERVICEFILE"))
                .map(Path::of);
        Path own = environment.home().resolve(".pg_service.conf");
        Stream<Path> first =
                given.map(Stream::of).orElseGet(() -> Stream.of(own).filter(Files::exists));
        Stream<Path> others = environment
                .get("PGSYSCONFDIR")
                .map(folder -> Stream.of(Path.of(folder)))
                .orElseGet(SYSTEM::stream)
                .map(folder -> folder.resolve("pg_service.conf"))
                .filter(Files::exists);
        return Stream.concat(first, others)
                .map(path -> new ServiceFile(path).section(service))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new HoldfastException.BadUsage(
                        "the service '" + service + "' is not defined",
                        "write a section [" + service + "] into " + given.orElse(own)));
    }

    private Optional<Map<Parameter, String>> section(String service) {
        int start = lines.indexOf("[" + service + "]");
        if (start < 0) {
            return Optional.empty();
        }
        Map<Parameter, String> values = new EnumMap<>(Parameter.class);
        for (int i = start + 1; i < lines.size() && !lines.get(i).startsWith("["); i++) {
            String line = lines.get(i);
            if (!line.isEmpty() && !line.startsWith("#")) {
                // the first of a name counts
                values.putIfAbsent(parameter(line, i + 1), line.substring(line.indexOf('=') + 1));
            }
        }
        return Optional.of(values);
    }

    private Parameter parameter(String line, int number) {
        String where = "line " + number + " of the service file " + path;
        int equals = line.indexOf('=');
        if (equals < 0 || line.startsWith("ldap")) {
            throw new HoldfastException.BadUsage(
                    where + " is not parameter=value", "a service must be written out in the file");
        }
        Parameter parameter = ParameterNames.known(line.substring(0, equals), where);
        if (parameter == Parameter.SERVICE || parameter == Parameter.SERVICEFILE) {
            throw new HoldfastException.BadUsage(
                    where + " names another service", "a service must be written out in the file");
        }
        return parameter;
    }
}
