package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import holdfast.repository.InitOptions;
import holdfast.repository.Repository;
import holdfast.storage.Storage;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// One run of the program: what all commands share. Used by the main thread.
final class Session {
    private static final int TRIES = 3;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private final World world;
    private final Environment environment;
    private final GlobalOptions options = new GlobalOptions();
    private final Console console;

    Session(World world) {
        this.world = world;
        this.environment = new Environment(world.variables());
        this.console = new Console(world.out(), world.err(), world.terminal());
    }

    World world() {
        return world;
    }

    Environment environment() {
        return environment;
    }

    /// Filled in when the command line has been read.
    GlobalOptions options() {
        return options;
    }

    Console console() {
        return console;
    }

    InstantSource clock() {
        return world.clock();
    }

    ZoneId zone() {
        return world.zone();
    }

    /// A time as lists show it: in the user's zone, to the second.
    String time(Instant time) {
        return TIME.format(time.atZone(world.zone()));
    }

    Confirmation confirmation() {
        return new Confirmation(world.terminal());
    }

    Passwords passwords() {
        return new Passwords(environment, options, world.terminal(), world.folder());
    }

    RepositoryLocation location() throws IOException {
        return RepositoryLocation.of(options, environment, world.folder());
    }

    /// Opens the repository with the password given; on a terminal a wrong one may be typed again.
    ///
    /// @throws HoldfastException as [Repository#open] does, or because there is no password
    OpenRepository open() throws IOException {
        return opened(storage -> {
            Repository.requireExisting(storage); // before a password is asked for
            return open(storage, passwords());
        });
    }

    /// Opens the repository that snapshots are copied from.
    OpenRepository openSource(SourceRepositoryOptions which) throws IOException {
        Environment source = environment.ofSource();
        GlobalOptions named = which.alone();
        boolean known = named.repository != null
                || named.repositoryFile != null
                || source.repository().isPresent()
                || source.repositoryFile().isPresent();
        if (!known) {
            throw new HoldfastException.BadUsage(
                    "nothing says which repository to copy from", "give it by --from-repo or HOLDFAST_FROM_REPOSITORY");
        }
        Passwords passwords = new Passwords(source, named, world.terminal(), world.folder());
        try {
            return opened(RepositoryLocation.of(named, source, world.folder()), storage -> {
                Repository.requireExisting(storage);
                return open(storage, passwords);
            });
        } catch (HoldfastException.NoRepository e) {
            throw new HoldfastException.NoRepository(
                    Failure.of(e).message(), "--from-repo says where the repository is that is copied from");
        } catch (HoldfastException.WrongPassword e) {
            throw new HoldfastException.WrongPassword(
                    Failure.of(e).message(),
                    "check HOLDFAST_FROM_PASSWORD or --from-password-file for another repository's password or a stray"
                            + " line break");
        }
    }

    private Repository open(Storage storage, Passwords passwords) throws IOException {
        for (int tried = 1; ; tried++) {
            try {
                return Repository.open(storage, passwords.existing(), clock());
            } catch (HoldfastException.WrongPassword wrong) {
                if (!passwords.asked() || tried == TRIES) {
                    throw wrong;
                }
                console.error("wrong password");
            }
        }
    }

    /// Makes a repository and opens it.
    ///
    /// @throws HoldfastException.PreCheckFailed when there is one already
    OpenRepository init(InitOptions how) throws IOException {
        return opened(storage -> {
            if (Repository.exists(storage)) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot make a repository at " + storage.location() + ": there is one",
                        "use it as it is, or say by --repo where the new one shall be");
            }
            return Repository.init(storage, passwords().forNew(), how, clock());
        });
    }

    /// Opens the repository, or makes it when there is none: for a backup that works from the environment alone.
    OpenRepository openOrInit(InitOptions how) throws IOException {
        return opened(storage -> Repository.exists(storage)
                ? open(storage, passwords())
                : Repository.init(storage, passwords().forNew(), how, clock()));
    }

    private interface Opening {
        Repository open(Storage storage) throws IOException;
    }

    /// The storage is closed again when the repository does not open.
    private OpenRepository opened(Opening opening) throws IOException {
        return opened(location(), opening);
    }

    private OpenRepository opened(RepositoryLocation location, Opening opening) throws IOException {
        Storage storage = location.open(options.limitUpload.bytesPerSecond(), options.limitDownload.bytesPerSecond());
        boolean done = false;
        try {
            Repository repository = opening.open(storage);
            repository.tellOfDamage(damaged -> console.warn(Failure.of(damaged).message()));
            done = true;
            return new OpenRepository(storage, repository, options, console);
        } finally {
            if (!done) {
                storage.close();
            }
        }
    }
}
