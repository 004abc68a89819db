package holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Goal: what we call irreducible is. Method: the sieve for every polynomial up to degree 12, products of two for
/// higher ones, and polynomials known from elsewhere.
class PolynomialTest {
    @Test
    void smallDegreesAgreeWithTheSieve() {
        int limit = 1 << 13;
        BitSet reducible = new BitSet(limit);
        for (int a = 2; a < limit; a++) {
            for (int b = 2; b < limit && Long.highestOneBit(a) * Long.highestOneBit(b) < limit; b++) {
                long product = product(a, b);
                if (product < limit) {
                    reducible.set((int) product);
                }
            }
        }
        for (int polynomial = 0; polynomial < limit; polynomial++) {
            assertThat(Polynomial.irreducible(polynomial))
                    .as("%x", polynomial)
                    .isEqualTo(polynomial > 1 && !reducible.get(polynomial));
        }
    }

    @Test
    void knownOnesAreRecognised() {
        assertThat(Polynomial.irreducible(0x25b468838dcb75L)).isTrue();
        assertThat(Polynomial.irreducible(0x3DA3358B4DC173L)).isTrue();
        // the field of AES, and x^63 + x + 1
        assertThat(Polynomial.irreducible(0x11b)).isTrue();
        assertThat(Polynomial.irreducible(1L << 63 | 3)).isTrue();
        assertThat(Polynomial.irreducible(0x25b468838dcb74L)).isFalse();
        assertThat(Polynomial.irreducible(-1)).isFalse();
    }

    @Test
    void productsAreReducible() {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 2000; i++) {
            long a = 2 + (random.nextLong() >>> (36 + random.nextInt(20)));
            long b = 2 + (random.nextLong() >>> (37 + random.nextInt(20)));
            assertThat(Polynomial.irreducible(product(a, b)))
                    .as("%x * %x", a, b)
                    .isFalse();
        }
    }

    @Test
    void randomOnesAreIrreducibleOfDegree53AndDiffer() {
        SecureRandom random = new SecureRandom();
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            long polynomial = Polynomial.randomIrreducible(random);
            assertThat(Long.numberOfLeadingZeros(polynomial)).isEqualTo(63 - 53);
            assertThat(Polynomial.irreducible(polynomial)).isTrue();
            seen.add(polynomial);
        }
        assertThat(seen).hasSize(50);
    }

    private static long product(long a, long b) {
        long product = 0;
        for (int bit = 0; bit < 64; bit++) {
            if ((b >>> bit & 1) != 0) {
                product ^= a << bit;
            }
        }
        return product;
    }
}
