package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.repository.WriterOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The options that every command takes, before or behind its name.
final class GlobalOptions {
    @Option(
            names = {"-r", "--repo"},
            scope = ScopeType.INHERIT,
            paramLabel = "PLACE",
            description = {
                "Where the repository is: a folder.",
                "Default: $HOLDFAST_REPOSITORY, $RESTIC_REPOSITORY, $BACKUP_DIR, else ./backups"
            })
    @Nullable
    String repository;

    @Option(
            names = "--repository-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "A file that says where the repository is")
    @Nullable
    Path repositoryFile;

    @Option(
            names = {"-p", "--password-file"},
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Read the password from this file")
    @Nullable
    Path passwordFile;

    @Option(
            names = "--password-command",
            scope = ScopeType.INHERIT,
            paramLabel = "COMMAND",
            description = "Run this shell command; what it prints is the password")
    @Nullable
    String passwordCommand;

    @Option(
            names = "--insecure-no-password",
            scope = ScopeType.INHERIT,
            description = "Use an empty password: whoever gets at the repository can read it")
    boolean insecureNoPassword;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print the result as JSON, one document a line")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Print results, warnings and errors only")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Print more; twice for still more")
    boolean[] verbose = {};

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of an error")
    boolean debug;

    @Option(names = "--no-color", scope = ScopeType.INHERIT, description = "No colours; the same as setting NO_COLOR")
    boolean noColour;

    @Option(names = "--progress", scope = ScopeType.INHERIT, description = "Show progress with --quiet or --json too")
    boolean progress;

    @Option(
            names = "--no-lock",
            scope = ScopeType.INHERIT,
            description = "Do not lock the repository for reading, for instance because it is read-only")
    boolean noLock;

    @Option(
            names = "--retry-lock",
            scope = ScopeType.INHERIT,
            paramLabel = "TIME",
            description = "Wait this long for somebody else's lock, for instance 5m. Default: do not wait")
    Duration retryLock = Duration.ZERO;

    @Option(
            names = "--compression",
            scope = ScopeType.INHERIT,
            paramLabel = "LEVEL",
            description = "off, auto, or 1 (fast) to 19 (small). Default: auto, which is 3 for"
                    + " files and 2 for rows of tables")
    Compression compression = Compression.AUTO;

    @Option(
            names = "--limit-upload",
            scope = ScopeType.INHERIT,
            paramLabel = "KIB/S",
            description = "Store at most so many KiB a second")
    Rate limitUpload = Rate.UNLIMITED;

    @Option(
            names = "--limit-download",
            scope = ScopeType.INHERIT,
            paramLabel = "KIB/S",
            description = "Read from the repository at most so many KiB a second")
    Rate limitDownload = Rate.UNLIMITED;

    Console.Manner manner(Environment environment) {
        boolean colour = !noColour && !environment.noColour();
        return new Console.Manner(json, quiet, verbose.length, colour, progress);
    }

    /// zstd level, or what [WriterOptions] has instead.
    record Compression(int level) {
        static final Compression AUTO = new Compression(WriterOptions.AUTO);
    }

    /// 0 for no limit.
    record Rate(long bytesPerSecond) {
        static final Rate UNLIMITED = new Rate(0);
    }
}
