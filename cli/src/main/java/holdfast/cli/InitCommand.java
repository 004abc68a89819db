package holdfast.cli;

import holdfast.model.HoldfastException;
import holdfast.repository.InitOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        description = {
            "Make a repository in restic's format.",
            "",
            "Without the password nothing in it can ever be read again: keep it in a second place."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast init --repo /srv/backups",
            "  holdfast init --repo /srv/backups --password-file /etc/holdfast/password",
            "  holdfast init --repo /mnt/copy --from-repo /srv/backups --copy-chunker-params",
            "  HOLDFAST_PASSWORD=... BACKUP_DIR=./backups holdfast init"
        })
final class InitCommand implements Callable<Integer> {
    /// What `init --json` prints; restic's names.
    record Document(String messageType, String id, String repository) {}

    private final Session session;

    @Option(
            names = "--key-cost",
            paramLabel = "N",
            description = {
                "How hard guessing the password is: 10 to 20. Each step doubles time and memory, to open it too.",
                "Default: 16, a tenth of a second and 64 MiB"
            })
    private OptionValues.KeyCost cost = new OptionValues.KeyCost(InitOptions.DEFAULT.scryptLogN());

    @Option(
            names = "--copy-chunker-params",
            description = {
                "Cut files as the repository --from-repo does, so that what is copied from there and what is backed up"
                        + " here is stored once"
            })
    private boolean copyChunkerParams;

    @Mixin
    private final SourceRepositoryOptions from = new SourceRepositoryOptions();

    InitCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        session.environment().refuseWhatIsNotSupported();
        if (from.given() && !copyChunkerParams) {
            throw new HoldfastException.BadUsage(
                    "--from-repo is given, but nothing is taken from there",
                    "add --copy-chunker-params, or leave it out");
        }
        try (OpenRepository made = session.init(options())) {
            String id = made.repository().config().id().hex();
            String place = made.storage().location();
            session.console().line("made repository " + id.substring(0, 10) + " at " + place);
            session.console().note("Keep its password in a second place: without it nothing can be restored.");
            session.console().document(new Document("initialized", id, place));
        }
        return ExitCode.DONE;
    }

    private InitOptions options() throws IOException {
        InitOptions options = new InitOptions(cost.logN());
        if (!copyChunkerParams) {
            return options;
        }
        try (OpenRepository other = session.openSource(from)) {
            return options.withChunksOf(other.repository().config());
        }
    }
}
