package holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "version",
        description = "Say which version this is.",
        footerHeading = "%nExamples:%n",
        footer = {"  holdfast version", "  holdfast version --json"})
final class VersionCommand implements Callable<Integer> {
    /// What `version --json` prints.
    record Document(String messageType, String version, String java, String platform) {}

    private final Session session;

    VersionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String java = Runtime.version().toString();
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        session.console().line(Version.program() + " on Java " + java + ", " + platform);
        session.console().document(new Document("version", Version.number(), java, platform));
        return ExitCode.DONE;
    }
}
