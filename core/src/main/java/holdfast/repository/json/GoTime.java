package holdfast.repository.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Times as Go's encoder writes them: RFC 3339 with up to nine decimals of the second, trailing zeros left
/// out. We always write UTC; any offset is read.
final class GoTime {
    private static final int YEAR_MAX = 9999;

    private GoTime() {}

    /// Years before 0 become the year 0 and years after 9999 the year 9999, the rest of the date staying, as
    /// restic does; Go refuses to write such times.
    static String format(Instant time) {
        LocalDateTime utc = clamp(LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC));
        StringBuilder text = new StringBuilder(30);
        digits(text, utc.getYear(), 4);
        digits(text.append('-'), utc.getMonthValue(), 2);
        digits(text.append('-'), utc.getDayOfMonth(), 2);
        digits(text.append('T'), utc.getHour(), 2);
        digits(text.append(':'), utc.getMinute(), 2);
        digits(text.append(':'), utc.getSecond(), 2);
        int nano = utc.getNano();
        if (nano != 0) {
            digits(text.append('.'), nano, 9);
            while (text.charAt(text.length() - 1) == '0') {
                text.setLength(text.length() - 1);
            }
        }
        return text.append('Z').toString();
    }

    private static LocalDateTime clamp(LocalDateTime time) {
        int year = Math.clamp(time.getYear(), 0, YEAR_MAX);
        if (year == time.getYear()) {
            return time;
        }
        // Go normalises a 29 February that the year lacks to the 1 March
        LocalDate first = LocalDate.of(year, time.getMonth(), 1);
        return first.plusDays(time.getDayOfMonth() - 1L).atTime(time.toLocalTime());
    }

    private static void digits(StringBuilder to, int number, int width) {
        int start = to.length();
        to.append(number);
        while (to.length() < start + width) {
            to.insert(start, '0');
        }
    }

    static Instant parse(String text) throws BrokenFormatException {
        try {
            int year = number(text, 0, 4);
            boolean form = text.charAt(4) == '-'
                    && text.charAt(7) == '-'
                    && text.charAt(10) == 'T'
                    && text.charAt(13) == ':'
                    && text.charAt(16) == ':';
            int at = 19;
            int nano = 0;
            if (text.charAt(at) == '.') {
                int decimal = 100_000_000;
                for (at++; Character.isDigit(text.charAt(at)); at++) {
                    nano += decimal * number(text, at, 1);
                    decimal /= 10;
                }
                form &= at > 20;
            }
            int seconds = offset(text, at);
            if (!form) {
                throw new BrokenFormatException("not a time: " + clip(text));
            }
            return LocalDateTime.of(
                            year,
                            number(text, 5, 2),
                            number(text, 8, 2),
                            number(text, 11, 2),
                            number(text, 14, 2),
                            number(text, 17, 2),
                            nano)
                    .toInstant(ZoneOffset.UTC)
                    .minusSeconds(seconds);
        } catch (DateTimeException | StringIndexOutOfBoundsException e) {
            throw new BrokenFormatException("not a time: " + clip(text), e);
        }
    }

    /// Seconds east of UTC.
    private static int offset(String text, int at) throws BrokenFormatException {
        char sign = text.charAt(at);
        if (sign == 'Z' && text.length() == at + 1) {
            return 0;
        }
        if ((sign != '+' && sign != '-') || text.length() != at + 6 || text.charAt(at + 3) != ':') {
            throw new BrokenFormatException("not a time: " + clip(text));
        }
        int seconds = 3600 * number(text, at + 1, 2) + 60 * number(text, at + 4, 2);
        return sign == '-' ? -seconds : seconds;
    }

    private static int number(String text, int from, int width) throws BrokenFormatException {
        int number = 0;
        for (int i = from; i < from + width; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                throw new BrokenFormatException("not a time: " + clip(text));
            }
            number = 10 * number + digit - '0';
        }
        return number;
    }

    private static String clip(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
