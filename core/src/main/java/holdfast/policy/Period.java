package holdfast.policy;

import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;

/// The stretches of time of which a policy keeps the newest snapshot each.
public enum Period {
    /// Every snapshot is a period of its own.
    LAST,
    HOURLY,
    DAILY,
    /// ISO weeks: Monday to Sunday.
    WEEKLY,
    MONTHLY,
    YEARLY;

    /// A number that two snapshots share exactly if they lie in the same period.
    ///
    /// An hour is a real one: the hour that comes twice when the clocks go back is two hours.
    long bucket(ZonedDateTime time, int position) {
        return switch (this) {
            case LAST -> position;
            case HOURLY -> time.truncatedTo(ChronoUnit.HOURS).toEpochSecond();
            case DAILY -> time.toLocalDate().toEpochDay();
            case WEEKLY -> time.get(IsoFields.WEEK_BASED_YEAR) * 100L + time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
            case MONTHLY -> time.getYear() * 100L + time.getMonthValue();
            case YEARLY -> time.getYear();
        };
    }

    /// The word in flags and reasons: `daily`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
