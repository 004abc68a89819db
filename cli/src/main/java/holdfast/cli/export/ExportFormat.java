package holdfast.cli.export;

/// How an exported database looks.
public enum ExportFormat {
    /// One compressed file for each database, with its checksum.
    FILE,
    /// The same.
    GZIP,
    /// A PostgreSQL database as one script for `psql`.
    PLAIN,
    /// A PostgreSQL database as `pg_restore` takes it.
    DIRECTORY,
    /// A PostgreSQL database as a folder of scripts with a manifest.
    TIMESTAMPED
}
