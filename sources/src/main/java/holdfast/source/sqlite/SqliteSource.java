package holdfast.source.sqlite;

import holdfast.model.HoldfastException;
import holdfast.model.SourceKind;
import holdfast.source.Capture;
import holdfast.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// One SQLite database file. [#capture] copies it as it stands between two transactions into a private file,
/// at the speed of the page cache and whatever other processes write meanwhile; everything else works on that
/// copy. Safe for use by many threads.
public final class SqliteSource implements Source {
    private static final long NO_ROOM_LEFT = 1 << 20;

    private final Path database;
    private final Path stagingDirectory;
    private final SqliteOptions options;

    /// @param database as the user gave it; symbolic links are followed
    /// @param stagingDirectory where copies lie while they are stored; needs room for the whole database
    public SqliteSource(Path database, Path stagingDirectory, SqliteOptions options) {
        this.database = database.toAbsolutePath().normalize();
        this.stagingDirectory = stagingDirectory.toAbsolutePath();
        this.options = options;
    }

    @Override
    public SourceKind kind() {
        return SourceKind.SQLITE;
    }

    @Override
    public String location() {
        return database.toString();
    }

    @Override
    public Capture capture() throws IOException {
        Path real = SqliteFiles.existing(database);
        StagingFolder staging = StagingFolder.in(stagingDirectory);
        boolean done = false;
        try {
            StagedDatabase copy = new DatabaseCopy(real, staging, options).take();
            Capture capture = new SqliteCapture(location(), real, staging, copy, options);
            done = true;
            return capture;
        } catch (IOException e) {
            throw explained(e);
        } finally {
            if (!done) {
                staging.close();
            }
        }
    }

    private IOException explained(IOException e) throws IOException {
        if (Files.getFileStore(stagingDirectory).getUsableSpace() < NO_ROOM_LEFT) {
            throw new HoldfastException.Failed(
                    "cannot copy " + database + " to " + stagingDirectory + ": no room left",
                    "set TMPDIR or the staging directory to a file system with more room",
                    e);
        }
        return new IOException("cannot copy " + database + " to " + stagingDirectory + ": " + e.getMessage(), e);
    }
}
