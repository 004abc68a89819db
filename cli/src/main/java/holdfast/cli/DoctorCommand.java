package holdfast.cli;

import holdfast.cli.Diagnosis.Finding;
import holdfast.cli.Diagnosis.Severity;
import holdfast.cli.console.Console;
import holdfast.cli.console.Console.Style;
import holdfast.model.Count;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "doctor",
        description = {
            "Look for whatever may keep a backup or restore from working, and say what to do about it.",
            "",
            "The repository: reachable, writable, with room left, opening with the password, locks, packs and folders as"
                    + " 'check' sees them without reading data. The newest backup of every source and its proof. This host:"
                    + " clock, room for sandboxes, left-overs, the programs of PostgreSQL, restic. The database of"
                    + " DATABASE_URL. Only a lock is written, and removed again.",
            "",
            "Ends with 0 when there are no errors, warnings or not, and with 9 when there are."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast doctor --repo /srv/backups",
            "  holdfast doctor --quiet                        errors and warnings only",
            "  holdfast doctor --json"
        })
final class DoctorCommand implements Callable<Integer> {
    /// What `doctor --json` prints.
    record Document(String messageType, long errors, long warnings, List<Finding> findings) {}

    private final Session session;

    DoctorCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Diagnosis diagnosis = new Diagnosis();
        diagnosis.good("holdfast", Version.program() + " on Java " + Runtime.version());
        RepositoryExamination repository = new RepositoryExamination(session, diagnosis);
        repository.run();
        new HostExamination(session, diagnosis).run(repository.largestSnapshot());
        new DatabaseExamination(session.environment(), session.world().folder(), diagnosis).run();
        List<Finding> findings = diagnosis.findings();
        findings.forEach(this::print);
        long errors = diagnosis.count(Severity.ERROR);
        long warnings = diagnosis.count(Severity.WARNING);
        session.console().line(Count.of(errors, "error") + ", " + Count.of(warnings, "warning"));
        session.console().document(new Document("doctor", errors, warnings, findings));
        return errors == 0 ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private void print(Finding finding) {
        Console console = session.console();
        String text = Console.safe(finding.subject()) + ": " + Console.safe(finding.finding());
        switch (finding.severity()) {
            case ERROR -> console.line(console.paint(Style.BAD, "error:") + " " + text);
            case WARNING -> console.line(console.paint(Style.WARNING, "warning:") + " " + text);
            case GOOD -> console.note(console.paint(Style.GOOD, "good:") + " " + text);
        }
        if (!finding.remedy().isEmpty()) {
            console.line("  remedy: " + Console.safe(finding.remedy()));
        }
    }
}
