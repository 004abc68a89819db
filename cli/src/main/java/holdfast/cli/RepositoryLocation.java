package holdfast.cli;

import holdfast.model.HoldfastException;
import holdfast.storage.LocalStorage;
import holdfast.storage.RetryPolicy;
import holdfast.storage.RetryingStorage;
import holdfast.storage.Storage;
import holdfast.storage.ThrottledStorage;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// Where a repository is.
sealed interface RepositoryLocation {
    /// A folder on a file system of this host.
    record Folder(Path folder) implements RepositoryLocation {}

    String GIVE_A_FOLDER = "give a folder, for instance --repo /srv/backups";

    Set<String> REMOTE = Set.of("s3", "sftp", "rest", "azure", "gs", "b2", "swift", "rclone", "ssh", "http", "https");

    /// What the options say, else the environment.
    static RepositoryLocation of(GlobalOptions options, Environment environment, Path folder) throws IOException {
        if (options.repository != null && options.repositoryFile != null) {
            throw new HoldfastException.BadUsage(
                    "both --%1$srepo and --%1$srepository-file are given".formatted(environment.optionPrefix()),
                    "leave one of them out");
        }
        if (options.repository != null) {
            return parse(options.repository, folder);
        }
        if (options.repositoryFile != null) {
            return parse(read(folder.resolve(options.repositoryFile)), folder);
        }
        Optional<String> named = environment.repository();
        if (named.isPresent()) {
            return parse(named.get(), folder);
        }
        Optional<String> file = environment.repositoryFile();
        return parse(file.isPresent() ? read(folder.resolve(file.get())) : environment.backupFolder(), folder);
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }

    /// A path, `local:` and a path, or a `file:` URI.
    ///
    /// @param folder what a relative path is relative to
    /// @throws HoldfastException.BadUsage for a place of a kind that Holdfast does not know
    static RepositoryLocation parse(String text, Path folder) {
        int colon = text.indexOf(':');
        String scheme = colon < 0 ? "" : text.substring(0, colon);
        if (REMOTE.contains(scheme)) {
            throw new HoldfastException.BadUsage(
                    "this version of Holdfast cannot store on " + scheme, "give a folder as the repository");
        }
        try {
            Path path = switch (scheme) {
                case "local" -> Path.of(text.substring(colon + 1));
                case "file" -> Path.of(URI.create(text));
                default -> Path.of(text);
            };
            if (path.toString().isEmpty()) {
                throw new HoldfastException.BadUsage("the repository's place is empty", "say by --repo where it is");
            }
            return new Folder(folder.resolve(path).normalize());
        } catch (IllegalArgumentException e) {
            throw new HoldfastException.BadUsage("this is no place for a repository: " + text, GIVE_A_FOLDER);
        }
    }

    /// The folder it is, if it is one: a backup must not store it.
    default Optional<Path> path() {
        return switch (this) {
            case Folder folder -> Optional.of(folder.folder());
        };
    }

    /// The storage there, which retries what may pass and keeps to the rates; 0 is no limit.
    ///
    /// @throws HoldfastException.BadUsage when something else than a folder is in that place
    default Storage open(long uploadBytesPerSecond, long downloadBytesPerSecond) {
        Storage storage = switch (this) {
            case Folder(Path folder) -> {
                if (Files.exists(folder) && !Files.isDirectory(folder)) {
                    throw new HoldfastException.BadUsage(
                            "this is no place for a repository: " + folder + " is a file, not a folder", GIVE_A_FOLDER);
                }
                yield new LocalStorage(folder);
            }
        };
        Storage retrying = new RetryingStorage(storage, RetryPolicy.DEFAULT);
        return uploadBytesPerSecond == 0 && downloadBytesPerSecond == 0
                ? retrying
                : new ThrottledStorage(retrying, uploadBytesPerSecond, downloadBytesPerSecond);
    }
}
