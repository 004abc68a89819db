package holdfast.source.postgres.archive;

import java.time.LocalDateTime;

/// What an archive says of itself before its entries. See `WriteHead` in PostgreSQL's `pg_backup_archiver.c`.
///
/// @param compression before version 1.15 a zlib level, from then on an algorithm; 0 is none in both
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
        String dumpVersion) {}
