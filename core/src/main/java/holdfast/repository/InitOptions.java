package holdfast.repository;

/// How a new repository is made.
///
/// @param scryptLogN logarithm to base 2 of scrypt's cost parameter N, 10 to 20; r is 8 and p is 1
public record InitOptions(int scryptLogN) {
    /// N = 2^16: 64 MiB and about a tenth of a second to open, for us and for whoever guesses passwords.
    public static final InitOptions DEFAULT = new InitOptions(16);

    public InitOptions {
        if (scryptLogN < 10 || scryptLogN > 20) {
            throw new IllegalArgumentException("scrypt cost out of range: 2^" + scryptLogN);
        }
    }
}
