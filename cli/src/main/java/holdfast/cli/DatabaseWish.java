package holdfast.cli;

import holdfast.extract.PathFilter;
import holdfast.model.HoldfastException;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.restore.RestoreOptions;
import holdfast.source.postgres.restore.UserQueries;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which databases of a snapshot are wanted back in a server, and in which. Immutable.
///
/// @param wanted whether any are; a restore into a folder writes their dumps as files
/// @param elsewhere URL of the one database that is restored into; empty to put each back where it
///     was
/// @param part path of the source in the snapshot; empty for all
/// @param mask by which rows are masked, then never back into the database they come from by
///     default
/// @param queries to be run on what was restored
/// @param evidence where it is written what masking did, if anywhere
/// @param safetySchema whether rows that go are first kept in the database itself
/// @param runAfter a command for the shell; empty for none
/// @param given options that only a restore into a server can follow
record DatabaseWish(
        Environment environment,
        boolean wanted,
        Optional<String> elsewhere,
        String part,
        PathFilter paths,
        RestoreOptions options,
        Optional<MaskProfile> mask,
        @Nullable Path log,
        Optional<MaskEvidence> evidence,
        UserQueries queries,
        boolean safetySchema,
        String runAfter,
        List<String> given) {
    static boolean isUrl(String text) {
        return text.startsWith("postgres://") || text.startsWith("postgresql://");
    }

    List<DatabaseRestores.Wanted> of(Repository repository, Snapshot snapshot) throws IOException {
        if (!wanted) {
            return List.of();
        }
        List<SourceRecord> sources = Manifests.read(repository, snapshot).stream()
                .flatMap(manifest -> manifest.sources().stream())
                .filter(source -> source.kind() == SourceKind.POSTGRES_DATABASE)
                .filter(source -> part.isEmpty() || part.equals(source.path()))
                .filter(source -> paths.choose(source.path(), true) == PathFilter.Choice.TAKE)
                .toList();
        if (elsewhere.isEmpty()) {
            return sources.stream()
                    .map(source -> new DatabaseRestores.Wanted(source, home(source)))
                    .toList();
        }
        if (sources.size() > 1) {
            throw new HoldfastException.BadUsage(
                    "the snapshot holds " + sources.size() + " PostgreSQL databases, and the target is one",
                    "say which: " + snapshot.id().brief() + ":"
                            + sources.getFirst().path());
        }
        if (sources.isEmpty() && isUrl(elsewhere.get())) {
            throw new HoldfastException.PreCheckFailed(
                    "snapshot " + snapshot.id().brief() + " holds no PostgreSQL database to restore"
                            + (part.isEmpty() ? "" : " at " + part),
                    "'holdfast show " + snapshot.id().brief() + "' tells what it holds");
        }
        List<DatabaseRestores.Wanted> databases = sources.stream()
                .map(source -> new DatabaseRestores.Wanted(source, environment.database(elsewhere.get())))
                .toList();
        databases.forEach(this::refuseHome);
        return databases;
    }

    /// Masked rows are not what was lost: nobody wants them back where they come from by mistake.
    private void refuseHome(DatabaseRestores.Wanted wanted) {
        String path = PostgresSource.path(wanted.target());
        if (mask.isPresent()
                && path.equals(wanted.source().path())
                && !options.placement().replace()) {
            throw new HoldfastException.BadUsage(
                    "--mask would put masked rows where those of "
                            + wanted.target().display() + " were taken from",
                    "name another database by --target, or add --overwrite if that is what you want");
        }
    }

    /// Where it was taken from. A snapshot knows no passwords: the variables may.
    private ConnectionTarget home(SourceRecord source) {
        return environment
                .databaseUrl()
                .filter(DatabaseWish::isUrl)
                .map(environment::database)
                .filter(known -> PostgresSource.path(known).equals(source.path()))
                .orElseGet(() -> environment.database(source.location()));
    }
}
