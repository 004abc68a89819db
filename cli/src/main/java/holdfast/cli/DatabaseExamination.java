package holdfast.cli;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.sqlite.SqliteFiles;
import holdfast.source.sqlite.SqliteUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// What the doctor finds out about the database that `DATABASE_URL` names. Nothing of the URL is shown. Used by
/// one thread.
final class DatabaseExamination {
    private static final String SUBJECT = "DATABASE_URL";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Environment environment;
    private final Path folder;
    private final Diagnosis diagnosis;

    /// @param folder what relative paths are relative to
    DatabaseExamination(Environment environment, Path folder, Diagnosis diagnosis) {
        this.environment = environment;
        this.folder = folder;
        this.diagnosis = diagnosis;
    }

    void run() throws IOException {
        String url = environment.databaseUrl().orElse("");
        if (url.startsWith("postgres://") || url.startsWith("postgresql://")) {
            server(url);
        } else if (!url.isEmpty()) {
            file(url);
        }
    }

    private void server(String url) throws IOException {
        int major;
        try (Connection connection = new Connections(environment.database(url), PATIENCE, PATIENCE).open()) {
            major = connection.getMetaData().getDatabaseMajorVersion();
            diagnosis.good(
                    SUBJECT,
                    "a server of version " + connection.getMetaData().getDatabaseProductVersion() + " answers");
        } catch (HoldfastException | SQLException e) {
            diagnosis.error(SUBJECT, Failure.of(e).message(), "psql \"$DATABASE_URL\" -c 'SELECT 1'");
            return;
        }
        try {
            ClientPrograms.Installation programs =
                    ClientPrograms.find(environment.searchPath()).dumping(major);
            diagnosis.good(SUBJECT, "pg_dump " + programs.version() + " reads it");
        } catch (HoldfastException.PreCheckFailed e) {
            diagnosis.error(SUBJECT, Failure.of(e).message(), "sudo apt-get install postgresql-client-" + major);
        }
    }

    private void file(String url) throws IOException {
        Path path;
        try {
            path = folder.resolve(SqliteUrl.hasScheme(url) ? SqliteUrl.path(url) : Path.of(url));
        } catch (HoldfastException | IllegalArgumentException e) {
            diagnosis.error(SUBJECT, "names no database", "export DATABASE_URL=file:./app.db");
            return;
        }
        String look = "ls -l " + RepositoryExamination.quoted(path);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            diagnosis.error(SUBJECT, path + " is no file that can be read", look);
        } else if (!SqliteFiles.looksLikeSqlite(path)) {
            diagnosis.error(SUBJECT, path + " is no SQLite database", look);
        } else {
            diagnosis.good(SUBJECT, path + " is a SQLite database that can be read");
        }
    }
}
