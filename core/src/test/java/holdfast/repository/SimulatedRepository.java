package holdfast.repository;

import holdfast.crypto.Key;
import holdfast.crypto.Scrypt;
import holdfast.repository.json.JsonOut;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/// What the simulation needs of a repository beside its public face: a password that opens it at once, small packs,
/// and locks that let simulated time pass.
public final class SimulatedRepository {
    public static final Password PASSWORD = Password.of("simulated");

    private static final byte[] SALT = new byte[64];
    /// Much smaller than what a backup stores, so that every backup fills several.
    private static final int PACK_BYTES = 2048;

    private SimulatedRepository() {}

    /// Lets simulated time pass, as [Tuning.Pause].
    @FunctionalInterface
    public interface Pause {
        boolean await(CountDownLatch until, Duration most) throws InterruptedException;
    }

    /// Makes an empty repository whose scrypt costs nothing.
    public static void init(Storage storage, Instant now) throws IOException {
        try (Repository _ = Repository.init(
                storage, PASSWORD, new InitOptions(10), InstantSource.fixed(now), new Client("host", "ann", 1, 1, 1))) {
            Opening opening = Opening.open(storage, PASSWORD);
            Keys.store(storage, key(opening.master(), now));
            RawFiles.delete(storage, Kinds.KEYS, opening.keyId());
        }
    }

    private static KeyFile key(Key master, Instant now) {
        byte[] derived = Scrypt.derive(PASSWORD.bytes(), SALT, 2, 1, 1, 64);
        Key outer = Key.of(
                Arrays.copyOf(derived, 32), Arrays.copyOfRange(derived, 32, 48), Arrays.copyOfRange(derived, 48, 64));
        JsonOut json = JsonOut.compact().beginObject();
        json.key("mac").beginObject();
        json.key("k").base64(master.macK());
        json.key("r").base64(master.macR());
        json.endObject();
        json.key("encrypt").base64(master.encrypt());
        ByteBuffer sealed = SealedFiles.seal(outer, json.endObject().done());
        byte[] data = new byte[sealed.remaining()];
        sealed.get(data);
        return new KeyFile(now, "ann", "host", 2, 1, 1, SALT, data);
    }

    public static Repository open(Storage storage, InstantSource clock, Client client, Pause pause) throws IOException {
        return Repository.open(storage, PASSWORD, clock, client, new Tuning(pause::await, PACK_BYTES, 14));
    }
}
