package holdfast.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The repository that snapshots are copied from, by the options people know from restic.
final class SourceRepositoryOptions {
    @Option(
            names = "--from-repo",
            paramLabel = "PLACE",
            description = {
                "Where the repository to copy from is: a folder.",
                "Default: $HOLDFAST_FROM_REPOSITORY, $RESTIC_FROM_REPOSITORY"
            })
    @Nullable
    private String repository;

    @Option(names = "--from-repository-file", paramLabel = "FILE", description = "Read its place from this file")
    @Nullable
    private Path repositoryFile;

    @Option(
            names = "--from-password-file",
            paramLabel = "FILE",
            description = {
                "Read its password from this file.",
                "Default: $HOLDFAST_FROM_PASSWORD and the like, then restic's"
            })
    @Nullable
    private Path passwordFile;

    @Option(
            names = "--from-password-command",
            paramLabel = "COMMAND",
            description = "Run this shell command; what it prints is its password")
    @Nullable
    private String passwordCommand;

    @Option(names = "--from-insecure-no-password", description = "Its password is empty")
    private boolean insecureNoPassword;

    boolean given() {
        return repository != null || repositoryFile != null;
    }

    /// As the options of a repository by itself.
    GlobalOptions alone() {
        GlobalOptions named = new GlobalOptions();
        named.repository = repository;
        named.repositoryFile = repositoryFile;
        named.passwordFile = passwordFile;
        named.passwordCommand = passwordCommand;
        named.insecureNoPassword = insecureNoPassword;
        return named;
    }
}
