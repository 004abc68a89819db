package holdfast.simulation;

import java.security.Provider;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Makes every `new SecureRandom()` of this process depend on a seed, so that keys, nonces and with them the names
/// of files are the same each time. While it is installed nothing is secret.
final class SeededRandomness implements AutoCloseable {
    private static final String NAME = "Seeded";
    private static final Random SOURCE = new Random();

    SeededRandomness() {
        Security.insertProviderAt(new Randomness(), 1);
    }

    void seed(long seed) {
        SOURCE.setSeed(seed);
    }

    @Override
    public void close() {
        Security.removeProvider(NAME);
    }

    private static final class Randomness extends Provider {
        private static final long serialVersionUID = 1;

        Randomness() {
            super(NAME, "1", "random numbers that can be repeated");
            putService(new Service(this, "SecureRandom", NAME, Numbers.class.getName(), List.of(), Map.of()) {
                @Override
                public Object newInstance(Object parameter) {
                    return new Numbers();
                }
            });
        }
    }

    private static final class Numbers extends SecureRandomSpi {
        private static final long serialVersionUID = 1;

        @Override
        protected void engineSetSeed(byte[] seed) {
            // what comes is settled already
        }

        @Override
        protected void engineNextBytes(byte[] bytes) {
            SOURCE.nextBytes(bytes);
        }

        @Override
        protected byte[] engineGenerateSeed(int bytes) {
            byte[] seed = new byte[bytes];
            SOURCE.nextBytes(seed);
            return seed;
        }
    }
}
