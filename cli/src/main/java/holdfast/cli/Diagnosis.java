package holdfast.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What the doctor finds, in the order in which it is found. Used by one thread.
final class Diagnosis {
    /// How bad it is.
    enum Severity {
        /// A backup or restore fails because of it, or will.
        ERROR,
        /// It should not stay so.
        WARNING,
        /// As it should be.
        GOOD
    }

    /// One thing that was looked at.
    ///
    /// @param remedy a command to type; empty when all is well
    record Finding(Severity severity, String subject, String finding, String remedy) {}

    private final List<Finding> findings = new ArrayList<>();

    void good(String subject, String finding) {
        findings.add(new Finding(Severity.GOOD, subject, finding, ""));
    }

    void warning(String subject, String finding, String remedy) {
        findings.add(new Finding(Severity.WARNING, subject, finding, remedy));
    }

    void error(String subject, String finding, String remedy) {
        findings.add(new Finding(Severity.ERROR, subject, finding, remedy));
    }

    /// The worst first.
    List<Finding> findings() {
        return findings.stream().sorted(Comparator.comparing(Finding::severity)).toList();
    }

    long count(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
