package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Goal: what is not said of encryption is filled in as libpq does, and more strictly for managed servers.
class TlsFilesTest {
    @TempDir
    Path home;

    private ConnectionTarget target(String url, String... variables) {
        Map<String, String> all = new HashMap<>();
        all.put("HOME", home.toString());
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            all.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return ConnectionTarget.of(url, all);
    }

    @Test
    void tlsIsPreferredUnlessSaidOtherwise() {
        assertThat(target("postgresql://h").sslMode()).isEqualTo("prefer");
        assertThat(target("postgresql://h", "PGSSLMODE=require").sslMode()).isEqualTo("require");
        assertThat(target("postgresql://h", "PGREQUIRESSL=1").sslMode()).isEqualTo("require");
        assertThat(target("postgresql://h?sslmode=disable", "PGSSLMODE=require").sslMode())
                .isEqualTo("disable");
    }

    @Test
    void aManagedServerIsAskedForTlsAtLeast() {
        String url = "postgresql://u@ep-a-1.eu.aws.neon.tech/d";
        assertThat(target(url).sslMode()).isEqualTo("require");
        assertThat(target(url + "?sslmode=verify-full").sslMode()).isEqualTo("verify-full");
        assertThat(target(url + "?sslrootcert=/r").sslMode()).isEqualTo("require");
    }

    @Test
    void theFilesInTheHomeFolderAreUsedForTls() throws IOException {
        Path folder = Files.createDirectory(home.resolve(".postgresql"));
        Path root = Files.writeString(folder.resolve("root.crt"), "");
        assertThat(target("postgresql://h").libpqEnvironment()).containsEntry("PGSSLROOTCERT", root.toString());
        assertThat(target("postgresql://h?sslrootcert=/r").libpqEnvironment()).containsEntry("PGSSLROOTCERT", "/r");
        assertThat(target("postgresql://h?sslmode=disable").libpqEnvironment()).doesNotContainKey("PGSSLROOTCERT");
        assertThat(target("postgresql:///d?host=/run/x").libpqEnvironment()).doesNotContainKey("PGSSLROOTCERT");

        Files.writeString(folder.resolve("root.crl"), "");
        assertThat(target("postgresql://h").warnings())
                .singleElement()
                .asString()
                .contains("root.crl");

        Files.writeString(folder.resolve("postgresql.crt"), "");
        Files.writeString(folder.resolve("postgresql.key"), "-----BEGIN RSA PRIVATE KEY-----");
        ConnectionTarget target = target("postgresql://h");
        assertThat(target.libpqEnvironment()).doesNotContainKey("PGSSLCERT");
        assertThat(target.warnings()).anyMatch(warning -> warning.contains("postgresql.crt is left out"));
        assertThat(target("postgresql://h?sslcert=/c").libpqEnvironment())
                .containsEntry("PGSSLCERT", "/c")
                .containsEntry("PGSSLKEY", folder.resolve("postgresql.key").toString());
        assertThat(target("postgresql://h?sslcert=/c&sslcertmode=disable").libpqEnvironment())
                .doesNotContainKeys("PGSSLCERT", "PGSSLKEY");
    }

    @Test
    void theSystemsAuthoritiesMeanFullVerification() throws IOException {
        Path system = Files.writeString(home.resolve("system.pem"), "");
        ConnectionTarget target = target("postgresql://h?sslrootcert=system", "SSL_CERT_FILE=" + system);
        assertThat(target.sslMode()).isEqualTo("verify-full");
        assertThat(target.libpqEnvironment()).containsEntry("PGSSLROOTCERT", system.toString());
    }
}
