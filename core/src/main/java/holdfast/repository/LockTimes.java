package holdfast.repository;

import java.time.Duration;

/// How long locks take, as in restic, so that both agree on what is stale.
///
/// @param settle between making a lock and looking for others, so that of two that begin together one sees the
///     other
/// @param refresh how often a lock is renewed
/// @param lost when a lock that could not be renewed is given up, well before it is stale
/// @param stale when a lock that was not renewed counts no more
/// @param retry the first pause between attempts to get a lock; doubled each time up to a minute
record LockTimes(Duration settle, Duration refresh, Duration lost, Duration stale, Duration retry) {
    static final LockTimes RESTIC = new LockTimes(
            Duration.ofMillis(200),
            Duration.ofMinutes(5),
            Duration.ofSeconds(22 * 60 + 30),
            Duration.ofMinutes(30),
            Duration.ofSeconds(5));

    /// A lock dated so far ahead counts no more: no clock is that wrong on a host where anything else works. What is
    /// nearer becomes stale by itself, within this time and half an hour.
    static final Duration AHEAD_MAX = Duration.ofDays(1);

    /// By how much a process must have begun after a lock was renewed to be another one than its owner, where only
    /// times tell: clocks are set while processes run.
    static final Duration BEGAN_LATER = Duration.ofMinutes(5);

    static final Duration RETRY_MAX = Duration.ofMinutes(1);
}
