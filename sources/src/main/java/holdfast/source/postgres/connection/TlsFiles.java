package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The certificates and keys that libpq uses when none are named: those in `~/.postgresql`
/// (`initialize_SSL` in `fe-secure-openssl.c`), and the system's authorities for
/// `sslrootcert=system`.
final class TlsFiles {
    /// Where Debian, Red Hat and Alpine or macOS keep what the system trusts.
    private static final List<Path> SYSTEM = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/cert.pem"));

    private final Map<Parameter, String> values;
    private final Path folder;
    private final Consumer<String> warnings;

    private TlsFiles(Map<Parameter, String> values, Path folder, Consumer<String> warnings) {
        this.values = values;
        this.folder = folder;
        this.warnings = warnings;
    }

    /// Puts in what is not there yet.
    ///
    /// @throws HoldfastException.BadUsage when the system's authorities are wanted, but not
    /// verified or not found
    static void complete(Map<Parameter, String> values, Environment environment, Consumer<String> warnings) {
        TlsFiles files = new TlsFiles(values, environment.home().resolve(".postgresql"), warnings);
        files.authorities(environment);
        files.client();
    }

    private void authorities(Environment environment) {
        String named = values.getOrDefault(Parameter.SSLROOTCERT, "");
        if (named.equals("system")) {
            if (!values.getOrDefault(Parameter.SSLMODE, "verify-full").equals("verify-full")) {
                throw new HoldfastException.BadUsage(
                        "sslrootcert=system goes with sslmode=verify-full only: a weaker mode proves nothing",
                        "leave sslmode out, or name a root certificate file");
            }
            values.put(Parameter.SSLMODE, "verify-full");
            values.put(Parameter.SSLROOTCERT, system(environment).toString());
        } else if (named.isEmpty() && Files.exists(folder.resolve("root.crt"))) {
            values.put(Parameter.SSLROOTCERT, folder.resolve("root.crt").toString());
        }
        Path revoked = folder.resolve("root.crl");
        if (values.containsKey(Parameter.SSLROOTCERT) && Files.exists(revoked)) {
            warnings.accept("the revocation list " + revoked + " is not consulted");
        }
    }

    private static Path system(Environment environment) {
        Stream<Path> chosen = environment.get("SSL_CERT_FILE").map(Path::of).stream();
        return Stream.concat(chosen, SYSTEM.stream())
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new HoldfastException.BadUsage(
                        "sslrootcert=system: the file with the system's trusted certificates is not found",
                        "name it in SSL_CERT_FILE, or a root certificate in sslrootcert"));
    }

    private void client() {
        if (values.getOrDefault(Parameter.SSLCERTMODE, "").equals("disable")) {
            values.remove(Parameter.SSLCERT);
            values.remove(Parameter.SSLKEY);
            return;
        }
        Path certificate = folder.resolve("postgresql.crt");
        Path key = folder.resolve("postgresql.key");
        if (!values.getOrDefault(Parameter.SSLCERT, "").isEmpty()) {
            values.putIfAbsent(Parameter.SSLKEY, key.toString());
        } else if (Files.exists(certificate)) {
            Path used = Optional.ofNullable(values.get(Parameter.SSLKEY))
                    .map(Path::of)
                    .orElse(key);
            try {
                ClientKey.read(used);
                values.put(Parameter.SSLCERT, certificate.toString());
                values.put(Parameter.SSLKEY, used.toString());
            } catch (HoldfastException.BadUsage e) {
                // nobody asked for it, and few servers do
                warnings.accept("the client certificate " + certificate + " is left out: " + e.getMessage());
            }
        }
    }
}
