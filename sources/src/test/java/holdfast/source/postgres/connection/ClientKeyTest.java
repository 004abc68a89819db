package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a key that the driver cannot read is refused with the command that makes it readable.
class ClientKeyTest {
    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @ParameterizedTest
    @CsvSource({"RSA, RSA", "EC, EC", "Ed25519, EdDSA"})
    void theAlgorithmIsFound(String made, String found) throws IOException, GeneralSecurityException {
        byte[] key = KeyPairGenerator.getInstance(made)
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        String pem = "a comment\n-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key) + "\n-----END PRIVATE KEY-----\n";
        assertThat(ClientKey.read(file("key.pem", pem)).algorithm()).isEqualTo(found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void otherKindsOfPemAreRefused(String title) throws IOException {
        Path file = file("key.pem", "-----BEGIN " + title + "-----\nSECRET\n-----END " + title + "-----\n");
        HoldfastException refused = catchThrowableOfType(HoldfastException.class, () -> ClientKey.read(file));
        assertThat(refused).isInstanceOf(HoldfastException.BadUsage.class).hasMessageNotContaining("SECRET");
        assertThat(refused.hint()).contains("openssl pkcs8 -topk8 -nocrypt -in " + file);
    }

    @Test
    void damageIsToldWithoutTheKey() throws IOException {
        Path file = file("key.pem", "-----BEGIN PRIVATE KEY-----\nSECRETSECRET\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> ClientKey.read(file))
                .isInstanceOf(HoldfastException.BadUsage.class)
                .hasMessageContaining("damaged")
                .hasMessageNotContaining("SECRET");
    }

    @Test
    void whatIsNotPemIsTheDriversAffair() throws IOException {
        assertThat(ClientKey.read(file("key.der", "\0\1")).algorithm()).isEmpty();
        assertThat(ClientKey.read(folder.resolve("none.p12")).algorithm()).isEmpty();
    }
}
