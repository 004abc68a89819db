package holdfast.source.postgres.mask;

import holdfast.model.CheckResult;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Proves that what was masked is gone: remembers hashes of clear values while rows are masked
/// ([MaskedTable#open]), then looks for them in every column of the masked database ([#scan]).
/// Its key is made up and forgotten, so nothing of a clear value is kept or told.
///
/// Values of at least six bytes are looked for; numbers of at least nine digits; no dates and no
/// truth values, which stand in other columns by chance. A clear value that masking gives to some
/// row, too, tells nothing and does not count. About a million values are remembered, of more
/// than that an even share. Safe to share between threads; all [RowMask]s must be closed before
/// the first scan is opened.
public final class LeakScan {
    /// Of the result that speaks of all columns.
    public static final String SUBJECT = "leak scan";

    /// How a finding ends that is none, since the profile says so.
    public static final String DECLARED = "; the profile declares the column unmasked";

    /// What is not looked for, as the end of a sentence.
    public static final String LEFT_OUT = "values of fewer than 6 bytes, numbers of fewer than 9 digits, dates and"
            + " truth values, which stand in other columns by chance";

    private static final int REMEMBERED = 1 << 20;
    static final int BYTES_LEAST = 6;
    static final int DIGITS_LEAST = 9;

    private final MaskProfile profile;
    private final SipHash whole;
    private final SipHash emails;
    private final SipHash phones;
    private final KnownValues known;
    private final List<String> sources = new ArrayList<>();
    private final Map<String, long[]> masked = new TreeMap<>();
    private final Map<String, ScannedColumn> scanned = new TreeMap<>();
    private long rows;
    private int open;
    private boolean scanning;

    public LeakScan(MaskProfile profile) {
        this(profile, REMEMBERED);
    }

    LeakScan(MaskProfile profile, int remembered) {
        this.profile = profile;
        SecureRandom random = new SecureRandom();
        whole = new SipHash(random.nextLong(), random.nextLong());
        emails = new SipHash(random.nextLong(), random.nextLong());
        phones = new SipHash(random.nextLong(), random.nextLong());
        known = new KnownValues(remembered);
    }

    /// What one thread remembers of one column.
    synchronized Memory memory(TableName table, MaskedTable.MaskedColumn column) {
        if (scanning) {
            throw new IllegalStateException("rows are masked after the scan began");
        }
        open++;
        String name = table + "." + TableName.quoted(column.name());
        int number = sources.indexOf(name);
        if (number < 0) {
            number = sources.size();
            sources.add(name);
        }
        return new Memory(this, name + ": " + column.rule().rule().key(), number + 1, column);
    }

    /// Clear and masked values of one column as one thread meets them.
    static final class Memory {
        private static final int BUFFERED = 512;

        private final LeakScan scan;
        private final String name;
        private final int number;
        private final int least;
        private final boolean isPhone;
        private final Tokens tokens = new Tokens();
        private final RowBytes token = new RowBytes();
        private final long[] clear = new long[BUFFERED];
        private final long[] masked = new long[BUFFERED];
        private int clearCount;
        private int maskedCount;
        private long values;
        private long unchanged;

        Memory(LeakScan scan, String name, int number, MaskedTable.MaskedColumn column) {
            this.scan = scan;
            this.name = name;
            this.number = number;
            isPhone = column.rule().rule() instanceof Rule.Fake(Rule.Kind kind) && kind == Rule.Kind.PHONE;
            least = least(column.type().family());
        }

        void clear(RowBytes value) {
            values++;
            if (value.length() < least) {
                return;
            }
            keepClear(scan.hash(value));
            if (tokens.in(value).nextEmail() && tokens.isWhole()) {
                keepClear(scan.email(value, tokens, token));
            } else if (tokens.in(value).nextDigits() && tokens.isWhole() && (tokens.isPhone() || isPhone)) {
                keepClear(scan.phone(tokens, token));
            }
        }

        void masked(RowBytes value, boolean same) {
            unchanged += same ? 1 : 0;
            if (value.length() < least) {
                return;
            }
            keepMasked(scan.hash(value));
            if (tokens.in(value).nextEmail() && tokens.isWhole()) {
                keepMasked(scan.email(value, tokens, token));
            } else if (tokens.in(value).nextDigits() && tokens.isWhole()) {
                keepMasked(scan.phone(tokens, token));
            }
        }

        private void keepClear(long hash) {
            if (scan.known.keeps(hash)) {
                clear[clearCount++] = hash;
                if (clearCount == BUFFERED) {
                    flush();
                }
            }
        }

        private void keepMasked(long hash) {
            if (scan.known.keeps(hash)) {
                masked[maskedCount++] = hash;
                if (maskedCount == BUFFERED) {
                    flush();
                }
            }
        }

        private void flush() {
            scan.known.add(clear, clearCount, number);
            scan.known.add(masked, maskedCount, KnownValues.MASKED);
            clearCount = 0;
            maskedCount = 0;
        }

        void close() {
            flush();
            scan.closed(name, values, unchanged);
            values = 0;
            unchanged = 0;
        }
    }

    /// From how many bytes on a value is looked for.
    static int least(ColumnType.Family family) {
        return switch (family) {
            case TEXT, CHAR, CITEXT, UUID, BYTEA, OTHER -> BYTES_LEAST;
            case SMALLINT, INTEGER, BIGINT, NUMERIC -> DIGITS_LEAST;
            case REAL, DOUBLE, DATE, TIMESTAMP, BOOLEAN -> Integer.MAX_VALUE;
        };
    }

    private synchronized void closed(String name, long values, long unchanged) {
        open--;
        long[] counts = masked.computeIfAbsent(name, _ -> new long[2]);
        counts[0] += values;
        counts[1] += unchanged;
    }

    long hash(RowBytes value) {
        return whole.hash(value.array(), 0, value.length());
    }

    /// Addresses that differ in case only are the same.
    long email(RowBytes value, Tokens found, RowBytes scratch) {
        scratch.clear();
        for (int i = found.start(); i < found.end(); i++) {
            byte one = value.array()[i];
            scratch.put(one >= 'A' && one <= 'Z' ? one + 32 : one);
        }
        return emails.hash(scratch.array(), 0, scratch.length());
    }

    long phone(Tokens found, RowBytes scratch) {
        scratch.clear();
        found.phone(scratch);
        return phones.hash(scratch.array(), 0, scratch.length());
    }

    int clearColumn(long hash) {
        return known.clearColumn(hash);
    }

    /// Looks through rows of a table of the masked database; one for each thread, closed when its
    /// rows are through.
    ///
    /// @param copied the columns in the order in which COPY carries them, all of the table
    public synchronized TableScan scan(TableColumns table, List<String> copied) {
        if (open > 0) {
            throw new IllegalStateException("rows are still being masked");
        }
        scanning = true;
        return new TableScan(this, profile, table, copied);
    }

    synchronized void add(long newRows, List<ScannedColumn> columns) {
        rows += newRows;
        for (ScannedColumn column : columns) {
            scanned.computeIfAbsent(column.name(), _ -> column.empty()).add(column);
        }
    }

    /// What was found, once all scans are closed: a line for every masked column, one for every
    /// column that holds clear values (these have not passed) or looks as if it held something
    /// that should be masked, and one in all. Tells no value.
    public synchronized List<CheckResult> results() {
        List<CheckResult> results = new ArrayList<>();
        masked.forEach((name, counts) -> results.add(
                CheckResult.pass(name, counts[0] + " values masked, " + counts[1] + " came out as they were")));
        scanned.values().forEach(column -> results.addAll(column.results(sources)));
        long leaks = results.stream().filter(result -> !result.passed()).count();
        String detail =
                leaks + " of " + scanned.size() + " columns hold clear values; " + rows + " rows looked through for "
                        + known.size() + " values" + (known.share() > 1 ? ", one of " + known.share() : "");
        results.add(new CheckResult(SUBJECT, leaks == 0, detail));
        return results;
    }
}
