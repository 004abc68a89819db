package holdfast.source.postgres;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/// Which past a server's rows have: written down with a snapshot, it lets a later backup tell
/// whether the server it meets has that snapshot in its own past, or was set back to a time before
/// it, promoted without the latest transactions, or is another one. See ADR 7 for the proof.
/// Immutable.
///
/// @param takenAt when the snapshot was taken
/// @param system the cluster's `system_identifier`
/// @param database oid of the database, and the transaction that last changed its row in
///     `pg_database`: databases can be exchanged by renaming them
/// @param xmin of the snapshot: every transaction before it had ended
/// @param first,second commits after the snapshot; the first was made before the log up to the
///     snapshot was known to be on disk, the second after
record History(Instant takenAt, String system, String database, long xmin, Commit first, Commit second) {
    /// Key in the snapshot's document.
    static final String DETAIL = "postgres.history";

    /// Changes with everything of ours on which the text of rows or their fingerprint depends: the
    /// settings of sessions ([holdfast.source.postgres.connection]), the types in
    /// [TableDefinitions], what [TableData] writes, [holdfast.source.postgres.rows.RowDigest].
    private static final String VERSION = "1";

    private static final int PARTS = 7;

    /// More would come near to where ids of 32 bits, which rows have, repeat.
    private static final long TRANSACTIONS_MOST = 2_000_000_000;

    /// A transaction that was committed.
    ///
    /// @param xid with its epoch
    /// @param at by the server's clock, to the microsecond
    record Commit(long xid, String at) {
        private static Commit parse(String text) {
            String[] parts = text.split("@", 2);
            if (parts.length < 2 || parts[1].isEmpty()) {
                throw new IllegalArgumentException(text);
            }
            return new Commit(Long.parseLong(parts[0]), parts[1]);
        }

        @Override
        public String toString() {
            return xid + "@" + at;
        }
    }

    /// Empty for what this version of Holdfast did not write.
    static Optional<History> parse(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != PARTS || !parts[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new History(
                    Instant.parse(parts[1]),
                    parts[2],
                    parts[3],
                    Long.parseLong(parts[4]),
                    Commit.parse(parts[5]),
                    Commit.parse(parts[6])));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /// Whether what comes after this one, on the server that has it in its past, is near enough.
    ///
    /// @param now the present snapshot's xmin
    /// @param next its xmax: the next transaction to begin
    boolean precedes(long now, long next) {
        return xmin > 0
                && xmin <= now
                && xmin <= first.xid()
                && first.xid() < second.xid()
                && second.xid() < next
                && next - xmin < TRANSACTIONS_MOST;
    }

    /// As rows have it.
    String rowXmin() {
        return Long.toString(xmin & 0xFFFF_FFFFL);
    }

    @Override
    public String toString() {
        return String.join(
                " ",
                VERSION,
                takenAt.toString(),
                system,
                database,
                Long.toString(xmin),
                first.toString(),
                second.toString());
    }
}
