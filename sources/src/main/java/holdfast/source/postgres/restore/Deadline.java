package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// When a restore must have ended. Immutable.
record Deadline(InstantSource clock, Instant end, Duration whole) {
    static Deadline in(Duration time, InstantSource clock) {
        return new Deadline(clock, clock.instant().plus(time), time);
    }

    /// @throws HoldfastException.Failed when it has passed
    Duration left() {
        Duration left = Duration.between(clock.instant(), end);
        if (!left.isPositive()) {
            throw new HoldfastException.Failed(
                    "the restore did not end within " + whole.toSeconds() + " s", "give it more by --timeout");
        }
        return left;
    }
}
