package holdfast.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;

/// The secret that seals everything in a repository, in restic's three parts: 32 bytes for AES-256, and 16 + 16
/// bytes for Poly1305-AES, which its author calls k and r. Immutable: every array is copied on the way in and
/// out. Never shown: [#toString] is three stars.
public final class Key {
    /// Bytes of the AES-256 key.
    public static final int ENCRYPT_BYTES = 32;

    /// Bytes of each half of the authentication key.
    public static final int MAC_BYTES = 16;

    private final byte[] encrypt;
    private final byte[] macK;
    private final byte[] macR;

    private Key(byte[] encrypt, byte[] macK, byte[] macR) {
        this.encrypt = encrypt;
        this.macK = macK;
        this.macR = macR;
    }

    /// A new key. Its r is clamped as restic stores it.
    public static Key generate(SecureRandom random) {
        Key key = new Key(new byte[ENCRYPT_BYTES], new byte[MAC_BYTES], new byte[MAC_BYTES]);
        random.nextBytes(key.encrypt);
        random.nextBytes(key.macK);
        random.nextBytes(key.macR);
        Poly1305.clamp(key.macR);
        return key;
    }

    /// A key that was stored or derived from a password. An unclamped r is as good as its clamped form: Poly1305
    /// never looks at the other bits.
    ///
    /// @throws IllegalArgumentException when a part has not its length
    public static Key of(byte[] encrypt, byte[] macK, byte[] macR) {
        return new Key(copy(encrypt, ENCRYPT_BYTES), copy(macK, MAC_BYTES), copy(macR, MAC_BYTES));
    }

    private static byte[] copy(byte[] part, int bytes) {
        if (part.length != bytes) {
            throw new IllegalArgumentException("this part of a key has " + bytes + " bytes, not " + part.length);
        }
        return part.clone();
    }

    public byte[] encrypt() {
        return encrypt.clone();
    }

    public byte[] macK() {
        return macK.clone();
    }

    public byte[] macR() {
        return macR.clone();
    }

    /// Whether what one of them sealed the other opens.
    public boolean sameAs(Key other) {
        return MessageDigest.isEqual(encrypt, other.encrypt)
                && MessageDigest.isEqual(macK, other.macK)
                && MessageDigest.isEqual(macR, other.macR);
    }

    @Override
    public String toString() {
        return "***";
    }
}
