package holdfast.source.postgres.archive;

import java.time.LocalDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an archive says of itself before its entries. See `WriteHead` in PostgreSQL's
/// `pg_backup_archiver.c`.
///
/// @param compression before version 1.15 a zlib level, from then on an algorithm; 0 is none in
///     both
/// @param created local time of the machine that ran `pg_dump`
/// @param database the database's name
/// @param serverVersion for instance `18.1 (Debian 18.1-1)`
/// @param dumpVersion of the `pg_dump` that made it
public record ArchiveHeader(
        ArchiveVersion version,
        int compression,
        LocalDateTime created,
        boolean daylightSaving,
        String database,
        String serverVersion,
        String dumpVersion) {
    private static final Pattern LEADING_NUMBER = Pattern.compile("\\d{1,6}");

    /// For instance 18; 0 when it is not said.
    public int serverMajor() {
        return leadingNumber(serverVersion);
    }

    /// Of the `pg_dump` that made it, for instance 18; 0 when it is not said.
    public int dumpMajor() {
        return leadingNumber(dumpVersion);
    }

    private static int leadingNumber(String version) {
        Matcher number = LEADING_NUMBER.matcher(version);
        return number.lookingAt() ? Integer.parseInt(number.group()) : 0;
    }
}
