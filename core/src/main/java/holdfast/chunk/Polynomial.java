package holdfast.chunk;

import java.security.SecureRandom;

/// Polynomials over the field of two elements, one bit per coefficient: restic's `config` names one,
/// irreducible and of degree 53, by which restic cuts files, and restic refuses a repository whose polynomial
/// is reducible. We only make and check it.
public final class Polynomial {
    /// The degree restic's format uses.
    public static final int DEGREE = 53;

    private Polynomial() {}

    /// A random irreducible polynomial of degree 53.
    public static long randomIrreducible(SecureRandom random) {
        while (true) {
            // without a constant term it could be divided by x; about every 26th of the others is irreducible
            long candidate = (1L << DEGREE) | (random.nextLong() >>> (Long.SIZE - DEGREE)) | 1;
            if (irreducible(candidate)) {
                return candidate;
            }
        }
    }

    /// Whether restic's format allows it.
    public static boolean usable(long polynomial) {
        return degree(polynomial) == DEGREE && irreducible(polynomial);
    }

    /// Whether the polynomial has no divisors but itself and 1, by Rabin's test: of degree n, it must divide
    /// x^(2^n) - x, and share no divisor with x^(2^(n/q)) - x for any prime q that divides n.
    public static boolean irreducible(long polynomial) {
        int degree = degree(polynomial);
        if (degree < 1) {
            return false;
        }
        for (int q = 2; q <= degree; q++) {
            if (degree % q == 0 && prime(q) && gcd(polynomial, frobenius(degree / q, polynomial)) != 1) {
                return false;
            }
        }
        return frobenius(degree, polynomial) == 0;
    }

    private static boolean prime(int number) {
        for (int divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }

    /// x^(2^n) - x modulo the polynomial.
    private static long frobenius(int n, long polynomial) {
        long x = remainder(2, polynomial);
        long power = x;
        for (int i = 0; i < n; i++) {
            power = multiply(power, power, polynomial);
        }
        return power ^ x;
    }

    /// The product of two remainders, modulo the polynomial.
    private static long multiply(long a, long b, long polynomial) {
        int degree = degree(polynomial);
        long product = 0;
        for (int bit = degree - 1; bit >= 0; bit--) {
            product <<= 1;
            if ((product >>> degree & 1) != 0) {
                product ^= polynomial;
            }
            if ((b >>> bit & 1) != 0) {
                product ^= a;
            }
        }
        return product;
    }

    private static long remainder(long a, long polynomial) {
        int degree = degree(polynomial);
        long rest = a;
        for (int excess = degree(rest) - degree; excess >= 0 && rest != 0; excess = degree(rest) - degree) {
            rest ^= polynomial << excess;
        }
        return rest;
    }

    private static long gcd(long a, long b) {
        long greater = a;
        long lesser = b;
        while (lesser != 0) {
            long rest = remainder(greater, lesser);
            greater = lesser;
            lesser = rest;
        }
        return greater;
    }

    /// -1 for the polynomial 0.
    private static int degree(long polynomial) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(polynomial);
    }
}
