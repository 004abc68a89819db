package holdfast.repository;

import org.jspecify.annotations.Nullable;

/// How a new repository is made.
///
/// @param scryptLogN logarithm to base 2 of scrypt's cost parameter N, 10 to 20; r is 8 and p is 1
/// @param chunkedAs a repository whose chunks shall be the new one's, so that content that both
///     back up is cut equally and stored once when snapshots are copied; null for chunks of its own
public record InitOptions(int scryptLogN, @Nullable RepositoryConfig chunkedAs) {
    /// N = 2^16: 64 MiB and about a tenth of a second to open, for us and for whoever guesses passwords.
    public static final InitOptions DEFAULT = new InitOptions(16);

    public InitOptions {
        if (scryptLogN < 10 || scryptLogN > 20) {
            throw new IllegalArgumentException("scrypt cost out of range: 2^" + scryptLogN);
        }
    }

    public InitOptions(int scryptLogN) {
        this(scryptLogN, null);
    }

    public InitOptions withChunksOf(RepositoryConfig other) {
        return new InitOptions(scryptLogN, other);
    }
}
