package holdfast.storage;

import java.time.Duration;

/// How long to keep trying what failed. The pause before retry `n` is `firstPause * 2^(n - 1)`, never above
/// `longestPause`, and of that a random part between half and all, so that many clients do not return as one.
///
/// @param attempts how often a call is made at most, the first time included
/// @param patience how long after the first attempt a new one may still begin
public record RetryPolicy(int attempts, Duration firstPause, Duration longestPause, Duration patience) {
    /// Ten attempts within a quarter of an hour: outlives the restart of a server, not the loss of it.
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(10, Duration.ofMillis(500), Duration.ofMinutes(1), Duration.ofMinutes(15));

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("at least one attempt, not " + attempts);
        }
        if (firstPause.isNegative() || longestPause.compareTo(firstPause) < 0 || patience.isNegative()) {
            throw new IllegalArgumentException("no pauses: " + firstPause + ", " + longestPause + ", " + patience);
        }
    }

    /// The pause before the next attempt.
    ///
    /// @param failures how many attempts have failed, at least 1
    /// @param random between 0 (included) and 1 (excluded)
    Duration pause(int failures, double random) {
        double doubled = (double) firstPause.toNanos() * Math.pow(2, failures - 1.0);
        double whole = Math.min(doubled, (double) longestPause.toNanos());
        return Duration.ofNanos((long) (whole * (0.5 + random / 2)));
    }
}
