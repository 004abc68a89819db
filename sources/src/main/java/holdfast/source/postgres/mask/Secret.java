package holdfast.source.postgres.mask;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What masked values depend on besides the clear ones. Shows nothing of itself. Immutable; safe
/// to share between threads.
final class Secret {
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] bytes;

    Secret(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("an empty secret");
        }
        this.bytes = bytes.clone();
    }

    static Secret random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new Secret(bytes);
    }

    /// The key of a rule within a domain: whoever has one key learns nothing of another.
    byte[] derive(String rule, String domain) {
        Mac mac = mac(bytes);
        // a zero stands in neither name, so no two pairs read the same
        return mac.doFinal(("holdfast mask 1\0" + rule + '\0' + domain).getBytes(StandardCharsets.UTF_8));
    }

    /// HMAC-SHA-256 with a derived key; for one thread.
    static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
