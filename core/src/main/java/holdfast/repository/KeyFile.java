package holdfast.repository;

import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.crypto.Scrypt;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.JsonIn;
import holdfast.repository.json.JsonOut;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;

/// A key file: the master key, sealed with a key that scrypt makes of a password. The file itself is plain JSON.
///
/// @param n r p scrypt's parameters
/// @param data the sealed master key
record KeyFile(Instant created, String user, String host, int n, int r, int p, byte[] salt, byte[] data) {
    private static final int SALT_BYTES = 64;
    /// It is hashed over and over again.
    private static final int SALT_BYTES_MAX = 1024;
    private static final int DERIVED_BYTES = Key.ENCRYPT_BYTES + 2 * Key.MAC_BYTES;
    private static final String KDF = "scrypt";

    /// Seals the master key for a password.
    static KeyFile create(Key master, Password password, InitOptions options, Client client, Instant now) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        int n = 1 << options.scryptLogN();
        ByteBuffer sealed = SealedFiles.seal(derive(password, salt, n, 8, 1), masterJson(master));
        byte[] data = new byte[sealed.remaining()];
        sealed.get(data);
        return new KeyFile(now, client.user(), client.host(), n, 8, 1, salt, data);
    }

    private static Key derive(Password password, byte[] salt, int n, int r, int p) {
        byte[] derived = Scrypt.derive(password.bytes(), salt, n, r, p, DERIVED_BYTES);
        int macR = DERIVED_BYTES - Key.MAC_BYTES;
        return Key.of(
                Arrays.copyOf(derived, Key.ENCRYPT_BYTES),
                Arrays.copyOfRange(derived, Key.ENCRYPT_BYTES, macR),
                Arrays.copyOfRange(derived, macR, DERIVED_BYTES));
    }

    /// The master key.
    ///
    /// @throws BrokenSealException when the password is another
    /// @throws BrokenFormatException when the file asks for the impossible
    Key open(Password password) throws BrokenSealException, BrokenFormatException {
        Key derived;
        try {
            derived = derive(password, salt, n, r, p);
        } catch (IllegalArgumentException e) {
            throw new BrokenFormatException("its scrypt parameters are refused: " + e.getMessage(), e);
        }
        return readMaster(SealedFiles.open(derived, ByteBuffer.wrap(data)));
    }

    /// What trying a password costs, as bytes that scrypt mixes.
    double work() {
        return 128.0 * n * r * p;
    }

    private static ByteBuffer masterJson(Key master) {
        JsonOut out = JsonOut.compact().beginObject();
        out.key("mac").beginObject();
        out.key("k").base64(master.macK());
        out.key("r").base64(master.macR());
        out.endObject();
        out.key("encrypt").base64(master.encrypt());
        return out.endObject().done();
    }

    private static Key readMaster(ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            byte[][] parts = {new byte[0], new byte[0], new byte[0]};
            in.object(key -> {
                switch (key) {
                    case "encrypt" -> parts[0] = in.base64();
                    case "mac" ->
                        in.object(part -> {
                            switch (part) {
                                case "k" -> parts[1] = in.base64();
                                case "r" -> parts[2] = in.base64();
                                default -> {}
                            }
                        });
                    default -> {}
                }
            });
            if (parts[0].length != Key.ENCRYPT_BYTES
                    || parts[1].length != Key.MAC_BYTES
                    || parts[2].length != Key.MAC_BYTES) {
                throw new BrokenFormatException("the master key has not its length");
            }
            return Key.of(parts[0], parts[1], parts[2]);
        });
    }

    ByteBuffer write() {
        JsonOut out = JsonOut.compact().beginObject();
        out.key("created").time(created);
        out.key("username").string(user);
        out.key("hostname").string(host);
        out.key("kdf").string(KDF);
        out.key("N").number(n);
        out.key("r").number(r);
        out.key("p").number(p);
        out.key("salt").base64(salt);
        out.key("data").base64(data);
        return out.endObject().done();
    }

    static KeyFile read(ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            Fields fields = new Fields();
            in.object(key -> fields.read(key, in));
            return fields.keyFile();
        });
    }

    /// A key file while it is being read.
    private static final class Fields {
        private Instant created = Instant.EPOCH;
        private String user = "";
        private String host = "";
        private String kdf = "";
        private int n;
        private int r;
        private int p;
        private byte[] salt = new byte[0];
        private byte[] data = new byte[0];

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "created" -> created = in.time();
                case "username" -> user = in.string();
                case "hostname" -> host = in.string();
                case "kdf" -> kdf = in.string();
                case "N" -> n = (int) in.number(Integer.MAX_VALUE);
                case "r" -> r = (int) in.number(Integer.MAX_VALUE);
                case "p" -> p = (int) in.number(Integer.MAX_VALUE);
                case "salt" -> salt = in.base64();
                case "data" -> data = in.base64();
                default -> {}
            }
        }

        private KeyFile keyFile() throws BrokenFormatException {
            if (!kdf.equals(KDF)) {
                throw new BrokenFormatException("its key derivation is not scrypt");
            }
            if (salt.length == 0 || data.length == 0) {
                throw new BrokenFormatException("a key without salt or data");
            }
            if (salt.length > SALT_BYTES_MAX) {
                throw new BrokenFormatException("a salt of " + salt.length + " bytes");
            }
            return new KeyFile(created, user, host, n, r, p, salt, data);
        }
    }
}
