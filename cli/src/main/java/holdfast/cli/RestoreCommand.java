package holdfast.cli;

import holdfast.extract.PathFilter;
import holdfast.model.HoldfastException;
import holdfast.model.PathPatterns;
import holdfast.model.Snapshot;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreRequest.Destination;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.restore.UserQueries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Bring a snapshot back, and compare what was restored with what was backed up.",
            "",
            "Without --target everything goes back to where it was taken from: a safety snapshot of what stands there"
                    + " is taken first ('holdfast undo' brings it back), databases are restored aside, checked and"
                    + " swapped in, and the old file is kept as NAME.before_restore_TIMESTAMP.",
            "A PostgreSQL database is restored beside the live one, verified, and takes its name; the old one stays as"
                    + " NAME_before_restore_TIMESTAMP. With --target postgresql://... it goes into that database.",
            "A role that may not create databases replaces what is in its own, in one transaction; the old schemas stay"
                    + " as NAME_before_restore_TIMESTAMP. --dry-run says which it will be."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast restore --dry-run                        what would happen",
            "  holdfast restore                                  the latest snapshot, in place",
            "  holdfast restore 1a2b3c4d --target /tmp/look",
            "  holdfast restore 2026-03-01T10:00 --include /srv/app.db --yes",
            "  holdfast restore latest --target postgresql://app@db2/shop --create",
            "  holdfast restore --target postgresql://app@db2/shop --table 'billing.*' --data-only --truncate",
            "  holdfast restore --label before-migration --yes   the newest snapshot that was labelled so",
            "  holdfast restore --remap-schema shop:shop_yesterday   beside the live one, in the same database",
            "  holdfast restore latest:/srv/www --target /tmp/www --delta",
            "  holdfast restore --target postgresql://localhost/dev --create --mask masks.yaml#development"
        })
final class RestoreCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "SNAPSHOT[:PATH]",
            description = "latest, an id or its beginning, or a time; PATH for one folder of it. Default: latest")
    private String reference = "latest";

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    @Option(
            names = {"-t", "--target"},
            paramLabel = "FOLDER|URL",
            description = "Restore into this folder, or the PostgreSQL database of the snapshot into this one"
                    + " (postgresql://...). Default: in place; a database into DATABASE_BACKUP_URL if that is set")
    private String target = "";

    @Option(
            names = {"-i", "--include"},
            paramLabel = "PATTERN",
            description = "Only paths of the snapshot that fit; may be repeated")
    private List<String> include = new ArrayList<>();

    @Option(
            names = {"-e", "--exclude"},
            paramLabel = "PATTERN",
            description = "Leave out what fits; may be repeated")
    private List<String> exclude = new ArrayList<>();

    @Option(names = "--delta", description = "Keep what existing files hold already; write only what differs")
    private boolean delta;

    @Option(names = "--overwrite", description = "The target may be filled; files in the way are replaced")
    private boolean overwrite;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Say what would be done; touch nothing")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before something is replaced")
    private boolean yes;

    @Option(names = "--no-safety-snapshot", description = "Do not take a snapshot of what will be replaced")
    private boolean noSafetySnapshot;

    @Option(names = "--no-verify", description = "Do not compare afterwards")
    private boolean noVerify;

    @Option(
            names = "--accept-damage",
            description =
                    "Put a database in place although it fails its checks; rows of a PostgreSQL table that are damaged"
                            + " in the backup are left out")
    private boolean acceptDamage;

    @Mixin
    private final InUseOptions inUse = new InUseOptions();

    @Mixin
    private final DatabaseOptionsGroup databases = new DatabaseOptionsGroup();

    RestoreCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        int colon = reference.indexOf(":/");
        String name = colon < 0 ? reference : reference.substring(0, colon);
        String part = colon < 0 ? "" : reference.substring(colon + 1);
        boolean intoServer = DatabaseWish.isUrl(target);
        databases.requireServer(intoServer || target.isEmpty());
        Optional<MaskProfile> mask = mask(intoServer);
        PathFilter paths = pathFilter(include, exclude);
        Optional<RestoreRequest> files = intoServer || mask.isPresent()
                ? Optional.empty()
                : Optional.of(new RestoreRequest(destination(part), paths, delta, overwrite, !noVerify, acceptDamage));
        try (OpenRepository open = session.open()) {
            Snapshot snapshot = open.repository()
                    .find(name.isEmpty() ? "latest" : name, filter.filter(open.repository()), session.zone());
            RestoreAction action = new RestoreAction(session, open, inUse.read());
            return action.run(
                    snapshot,
                    files,
                    wish(intoServer, part, paths, mask),
                    new RestoreAction.Consent(dryRun, yes, !noSafetySnapshot, RestoreAction.Consent.QUESTION));
        }
    }

    private DatabaseWish wish(boolean intoServer, String part, PathFilter paths, Optional<MaskProfile> mask)
            throws IOException {
        Environment environment = session.environment();
        boolean inPlace = target.isEmpty();
        Path queries = inFolder(databases.queries());
        Optional<String> elsewhere =
                intoServer ? Optional.of(target) : inPlace ? environment.databaseBackupUrl() : Optional.empty();
        return new DatabaseWish(
                environment,
                intoServer || inPlace,
                elsewhere,
                part,
                paths,
                databases.options(overwrite || (inPlace && mask.isEmpty()), inPlace, !noVerify, acceptDamage),
                mask,
                inFolder(databases.log()),
                evidence(mask.isPresent()),
                queries == null ? UserQueries.NONE : UserQueries.read(queries),
                databases.safetySchema(),
                databases.runAfter(),
                databases.given());
    }

    private Optional<MaskEvidence> evidence(boolean masked) {
        Path file = inFolder(databases.evidence());
        if (file == null) {
            return Optional.empty();
        }
        if (!masked) {
            throw new HoldfastException.BadUsage(
                    "--evidence is given, and nothing is masked", "add --mask, or leave it out");
        }
        return Optional.of(new MaskEvidence(file, profileFile()));
    }

    /// The file that `--mask` names, with a profile or not.
    private Path profileFile() {
        Path folder = session.world().folder();
        String named = databases.mask();
        int hash = named.lastIndexOf('#');
        boolean whole = hash < 0 || Files.exists(folder.resolve(named));
        return folder.resolve(whole ? named : named.substring(0, hash));
    }

    /// Only for another database than the one that was backed up: its rows would be lost.
    private Optional<MaskProfile> mask(boolean intoServer) {
        Environment environment = session.environment();
        String mask = databases.mask();
        if (mask.isEmpty()) {
            return Optional.empty();
        }
        if (!intoServer && (!target.isEmpty() || environment.databaseBackupUrl().isEmpty())) {
            throw new HoldfastException.BadUsage(
                    target.isEmpty()
                            ? "--mask needs a --target: masked rows must not replace those that were backed up"
                            : "--mask is for restores into databases, and " + target + " is a folder",
                    "name a database by --target postgresql://HOST/NAME or DATABASE_BACKUP_URL");
        }
        Path file = profileFile();
        boolean whole = mask.endsWith(String.valueOf(file.getFileName()));
        return Optional.of(MaskProfile.read(
                file,
                whole ? "" : mask.substring(mask.lastIndexOf('#') + 1),
                name -> environment.variable(name).orElse(null)));
    }

    private @Nullable Path inFolder(@Nullable Path path) {
        return path == null ? null : session.world().folder().resolve(path);
    }

    private Destination destination(String part) {
        if (target.isEmpty()) {
            if (!part.isEmpty()) {
                throw new HoldfastException.BadUsage(
                        "a part of a snapshot needs a --target",
                        "to restore it where it was, use --include '" + part + "' without a target");
            }
            return new Destination.InPlace();
        }
        String path = session.world().folder().resolve(target).normalize().toString();
        return part.isEmpty() ? new Destination.Directory(path) : new Destination.Part(part, path);
    }

    static PathFilter pathFilter(List<String> include, List<String> exclude) {
        PathPatterns wanted = FilesOptionsGroup.patterns(include);
        PathPatterns unwanted = FilesOptionsGroup.patterns(exclude);
        return new SelectedPaths(wanted, unwanted);
    }

    /// Everything that fits, with what lies below, less what is excluded.
    private record SelectedPaths(PathPatterns wanted, PathPatterns unwanted) implements PathFilter {
        @Override
        public Choice choose(String path, boolean directory) {
            if (unwanted.matches(path, directory)) {
                return Choice.LEAVE;
            }
            if (wanted.isEmpty() || fits(path, directory)) {
                return Choice.TAKE;
            }
            return directory ? Choice.DESCEND : Choice.LEAVE;
        }

        /// Whether the path, or a folder it lies in, is wanted.
        private boolean fits(String path, boolean directory) {
            if (wanted.matches(path, directory)) {
                return true;
            }
            for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                if (wanted.matches(path.substring(0, slash), true)) {
                    return true;
                }
            }
            return false;
        }
    }
}
