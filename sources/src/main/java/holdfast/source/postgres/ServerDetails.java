package holdfast.source.postgres;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a snapshot's document says of the server and the database: what one must know who looks for
/// another server to restore into. Whatever a server does not tell, as managed ones do not, is left
/// out. Used by one thread.
///
/// @param snapshot in which the questions are asked
record ServerDetails(ExportedSnapshot snapshot) {
    /// Asked after the snapshot was taken: all that it sees was written to the log before, and
    /// perhaps more.
    private static final String LOG_POSITION = """
            SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                        ELSE pg_catalog.pg_current_wal_insert_lsn() END,
                   pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC',
                                      'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""";

    /// Versions differ in the columns for providers of locales.
    private static final String LOCALE = """
            SELECT d.datcollate, d.datctype,
                   CASE pg_catalog.to_jsonb(d) ->> 'datlocprovider'
                        WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc' END,
                   COALESCE(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale'),
                   pg_catalog.to_jsonb(d) ->> 'datcollversion'
            FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()""";

    private static final String EXTENSIONS = """
            SELECT pg_catalog.string_agg(extname || ' ' || extversion, ', ' ORDER BY extname)
            FROM pg_catalog.pg_extension""";

    /// Not the time zone, which the driver sets as it connects.
    private static final String SETTINGS = """
            SELECT name, setting FROM pg_catalog.pg_settings
            WHERE name IN ('block_size', 'data_checksums', 'default_toast_compression', 'log_timezone',
                           'max_connections', 'max_locks_per_transaction', 'max_prepared_transactions',
                           'max_worker_processes', 'password_encryption', 'shared_preload_libraries',
                           'track_commit_timestamp', 'wal_level')""";

    /// By key; those that nothing is known of are not there.
    Map<String, String> read() throws SQLException {
        Map<String, String> details = new TreeMap<>();
        put(details, "SELECT pg_catalog.current_setting('server_version')", "server-version");
        put(details, "SELECT pg_catalog.current_setting('server_encoding')", "encoding");
        put(details, LOG_POSITION, "lsn", "lsn-at");
        put(details, "SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()", "timeline");
        put(details, "SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 10", "bootstrap-superuser");
        put(details, LOCALE, "collate", "ctype", "locale-provider", "locale", "collation-version");
        put(details, "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())", "database-bytes");
        put(details, EXTENSIONS, "extensions");
        for (List<String> setting : snapshot.optional(SETTINGS)) {
            details.put("postgres.setting." + setting.get(0), setting.get(1));
        }
        return details;
    }

    private void put(Map<String, String> details, String query, String... keys) throws SQLException {
        for (List<String> row : snapshot.optional(query)) {
            for (int i = 0; i < keys.length; i++) {
                if (!row.get(i).isEmpty()) {
                    details.put("postgres." + keys[i], row.get(i));
                }
            }
        }
    }
}
