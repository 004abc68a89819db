package holdfast.crypto;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts and authenticates as the restic format does: a random IV of 16 bytes, the content under AES-256 in
/// counter mode with the IV as the first counter, and a tag of 16 bytes, which is Poly1305-AES of the
/// *encrypted* content with the IV as its nonce.
///
/// Content goes through two small arrays in pieces. That costs a copy, and buys three things: a cold process
/// soon reaches full speed (the JVM runs the slow form of AES until the caller has been compiled, which counts
/// *calls*), direct and heap buffers are equally fast, and nothing is allocated for a piece.
///
/// One per worker: not thread-safe.
public final class Seal {
    /// By how many bytes sealed content is longer than plain content.
    public static final int OVERHEAD = 32;

    private static final int IV_BYTES = 16;
    private static final int PIECE_BYTES = 4096;

    private final Cipher content;
    private final Cipher nonce;
    private final SecretKeySpec contentKey;
    private final Poly1305 poly;
    private final SecureRandom random = new SecureRandom();
    private final byte[] iv = new byte[IV_BYTES];
    private final byte[] pad = new byte[IV_BYTES];
    private final byte[] tag = new byte[Poly1305.TAG_BYTES];
    private final byte[] expected = new byte[Poly1305.TAG_BYTES];
    private final byte[] in = new byte[PIECE_BYTES];
    private final byte[] out = new byte[PIECE_BYTES];

    public Seal(Key key) {
        try {
            content = Cipher.getInstance("AES/CTR/NoPadding");
            contentKey = new SecretKeySpec(key.encrypt(), "AES");
            nonce = Cipher.getInstance("AES/ECB/NoPadding");
            nonce.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.macK(), "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES", e);
        }
        poly = new Poly1305(key.macR());
    }

    /// Seals what remains of `plain` into `sealed`; both positions advance.
    ///
    /// @throws BufferOverflowException when `sealed` has no room for [#OVERHEAD] more bytes than `plain` has;
    ///     then nothing was written
    public void seal(ByteBuffer plain, ByteBuffer sealed) {
        if (sealed.remaining() < (long) plain.remaining() + OVERHEAD) {
            throw new BufferOverflowException();
        }
        random.nextBytes(iv);
        begin();
        sealed.put(iv);
        while (plain.hasRemaining()) {
            int length = Math.min(plain.remaining(), PIECE_BYTES);
            plain.get(in, 0, length);
            crypt(length);
            poly.update(out, 0, length);
            sealed.put(out, 0, length);
        }
        poly.finish(pad, tag);
        sealed.put(tag);
    }

    /// Opens what remains of `sealed` into `plain`; both positions advance. Not a byte is written before the
    /// whole content was found genuine, and on any failure neither position moves.
    ///
    /// @throws BrokenSealException when the content is not what this key sealed
    /// @throws BufferOverflowException when `plain` has too little room
    public void open(ByteBuffer sealed, ByteBuffer plain) throws BrokenSealException {
        int length = sealed.remaining() - OVERHEAD;
        if (length < 0) {
            throw new BrokenSealException("sealed content of " + sealed.remaining() + " bytes is too short");
        }
        if (plain.remaining() < length) {
            throw new BufferOverflowException();
        }
        int from = sealed.position();
        sealed.get(from, iv);
        begin();
        authenticate(sealed, from + IV_BYTES, length);
        sealed.position(from + IV_BYTES);
        for (int left = length; left > 0; ) {
            int piece = Math.min(left, PIECE_BYTES);
            sealed.get(in, 0, piece);
            crypt(piece);
            plain.put(out, 0, piece);
            left -= piece;
        }
        sealed.position(from + length + OVERHEAD);
    }

    private void authenticate(ByteBuffer sealed, int from, int length) throws BrokenSealException {
        for (int done = 0; done < length; ) {
            int piece = Math.min(length - done, PIECE_BYTES);
            sealed.get(from + done, in, 0, piece);
            poly.update(in, 0, piece);
            done += piece;
        }
        poly.finish(pad, tag);
        sealed.get(from + length, expected);
        if (!MessageDigest.isEqual(tag, expected)) {
            throw new BrokenSealException("sealed content is damaged, or was sealed with another key");
        }
    }

    /// Sets everything up for the message whose IV stands in `iv`.
    private void begin() {
        try {
            // counter mode is its own inverse: one direction serves both
            content.init(Cipher.ENCRYPT_MODE, contentKey, new IvParameterSpec(iv));
            int length = nonce.update(iv, 0, IV_BYTES, pad, 0);
            if (length != IV_BYTES) {
                throw new IllegalStateException("AES kept back " + (IV_BYTES - length) + " bytes");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES refused its key", e);
        }
        poly.reset();
    }

    private void crypt(int length) {
        try {
            int done = content.update(in, 0, length, out, 0);
            if (done != length) {
                throw new IllegalStateException("AES kept back " + (length - done) + " bytes");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES refused a piece", e);
        }
    }
}
