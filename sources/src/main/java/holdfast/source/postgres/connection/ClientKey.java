package holdfast.source.postgres.connection;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// The private key of a client certificate, as far as the driver can read it: unencrypted PKCS#8
/// in PEM, or what is not PEM at all (DER, PKCS#12). libpq reads every kind of PEM and nothing
/// else.
///
/// @param algorithm as Java names it; empty when the driver finds it out
record ClientKey(String algorithm) {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final int LARGEST = 1 << 16;

    /// @throws HoldfastException.BadUsage when there is no such key, or the driver cannot read it
    static ClientKey read(Path path) {
        String lower = path.toString().toLowerCase(Locale.ROOT);
        if (lower.endsWith(".p12") || lower.endsWith(".pfx")) {
            return new ClientKey("");
        }
        String text = text(path);
        if (text.contains("-----BEGIN PRIVATE KEY-----")) {
            return new ClientKey(algorithm(path, text));
        }
        if (text.contains("-----BEGIN")) {
            throw new HoldfastException.BadUsage(
                    "the client key " + path + " is not in a form that can be read: PEM must hold PKCS#8, unencrypted",
                    "convert it with openssl pkcs8 -topk8 -nocrypt -in " + path + " -out NEW; chmod 0600 NEW");
        }
        return new ClientKey("");
    }

    private static String text(Path path) {
        try {
            if (Files.size(path) > LARGEST) {
                throw new HoldfastException.BadUsage(
                        "the client key " + path + " is too large for a key", "check sslkey or PGSSLKEY");
            }
            return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            throw new HoldfastException.BadUsage(
                    "cannot read the client key " + path, "check sslkey or PGSSLKEY, and the file's permissions");
        }
    }

    private static String algorithm(Path path, String pem) {
        String base64 = pem.substring(pem.indexOf("KEY-----") + "KEY-----".length());
        int end = base64.indexOf('-');
        byte[] key;
        try {
            key = Base64.getMimeDecoder().decode(end < 0 ? base64 : base64.substring(0, end));
        } catch (IllegalArgumentException _) {
            key = new byte[0];
        }
        for (String algorithm : ALGORITHMS) {
            try {
                KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
                return algorithm;
            } catch (GeneralSecurityException _) {
                // another one, then
            }
        }
        throw new HoldfastException.BadUsage(
                "the client key " + path + " is damaged or of an unknown kind", "check sslkey or PGSSLKEY");
    }
}
