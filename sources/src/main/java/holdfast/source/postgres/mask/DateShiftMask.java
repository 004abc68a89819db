package holdfast.source.postgres.mask;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;

/// Moves dates and timestamps by whole days, never by none. The time of day stays. Values stand
/// in `DateStyle` ISO, as in every dump; `infinity` stays. Used by one thread.
final class DateShiftMask implements ValueMask {
    /// The limits of `date` and `timestamp` (src/include/datatype/timestamp.h), a little
    /// narrowed.
    private static final LocalDate EARLIEST = LocalDate.of(-4712, 1, 1);

    private static final LocalDate LATEST_DATE = LocalDate.of(5_874_897, 12, 31);
    private static final LocalDate LATEST_TIMESTAMP = LocalDate.of(294_276, 12, 30);
    private static final byte[] BC = {' ', 'B', 'C'};

    private final KeyedHash hash;
    private final int days;
    private final LocalDate latest;

    DateShiftMask(byte[] key, int days, ColumnType.Family family) {
        hash = new KeyedHash(key);
        this.days = days;
        latest = family == ColumnType.Family.DATE ? LATEST_DATE : LATEST_TIMESTAMP;
    }

    /// @throws DateTimeException when the value is no date
    @Override
    public boolean mask(RowBytes clear, RowBytes by, RowBytes out) {
        byte[] text = clear.array();
        if (clear.length() == 0 || text[0] < '0' || text[0] > '9') {
            if (!clear.text().endsWith("infinity")) {
                throw new DateTimeException("no date in ISO style");
            }
            out.put(clear);
            return true;
        }
        int yearEnd = 0;
        while (yearEnd < clear.length() && text[yearEnd] != '-') {
            yearEnd++;
        }
        int dateEnd = yearEnd + 6;
        if (yearEnd < 4 || yearEnd > 7 || dateEnd > clear.length()) {
            throw new DateTimeException("no date in ISO style");
        }
        boolean beforeChrist = clear.length() - 3 >= dateEnd && text[clear.length() - 1] == 'C';
        int year = number(text, 0, yearEnd);
        LocalDate date = LocalDate.of(
                beforeChrist ? 1 - year : year,
                number(text, yearEnd + 1, yearEnd + 3),
                number(text, yearEnd + 4, yearEnd + 6));
        LocalDate shifted = shifted(date, by);
        boolean nowBefore = shifted.getYear() < 1;
        write(nowBefore ? 1 - shifted.getYear() : shifted.getYear(), shifted, out);
        out.put(text, dateEnd, clear.length() - dateEnd - (beforeChrist ? BC.length : 0));
        if (nowBefore) {
            out.put(BC);
        }
        return true;
    }

    private LocalDate shifted(LocalDate date, RowBytes by) {
        int shift = 1 + hash.take(by).below(0, days);
        int signed = (hash.bits(1) & 1) == 0 ? shift : -shift;
        LocalDate moved = date.plusDays(signed);
        return moved.isBefore(EARLIEST) || moved.isAfter(latest) ? date.minusDays(signed) : moved;
    }

    private static int number(byte[] text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            if (text[i] < '0' || text[i] > '9') {
                throw new DateTimeException("no date in ISO style");
            }
            number = number * 10 + text[i] - '0';
        }
        return number;
    }

    private static void write(int year, LocalDate date, RowBytes out) {
        byte[] digits = Integer.toString(year).getBytes(StandardCharsets.US_ASCII);
        for (int i = digits.length; i < 4; i++) {
            out.put('0');
        }
        out.put(digits);
        two(date.getMonthValue(), out);
        two(date.getDayOfMonth(), out);
    }

    private static void two(int number, RowBytes out) {
        out.put('-');
        out.put('0' + number / 10);
        out.put('0' + number % 10);
    }
}
