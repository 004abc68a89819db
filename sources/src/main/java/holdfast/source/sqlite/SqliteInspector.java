package holdfast.source.sqlite;

import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.ProofLevel;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.Inspector;
import holdfast.source.sqlite.DatabaseCheck.Findings;
import holdfast.source.sqlite.TableFingerprints.Survey;
import holdfast.source.sqlite.TableFingerprints.Unreadable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Proves a restored database: sound by SQLite's own checks, readable to the last row, identical table by
/// table to the copy that was backed up. Safe for use by many threads.
///
/// What was damaged in the source is damaged in every true copy of it. That stays a failed check, since a
/// restore of it is no sound database; but its text says where the damage comes from.
public final class SqliteInspector implements Inspector {
    private static final int SHOWN = 3;

    private final SqliteOptions options;

    public SqliteInspector(SqliteOptions options) {
        this.options = options;
    }

    @Override
    public List<CheckResult> inspect(SourceRecord recorded, Path restored, ProofLevel level) throws IOException {
        if (level.compareTo(ProofLevel.SOUND) < 0) {
            return List.of();
        }
        String name = SqliteFiles.nameOf(Path.of(recorded.path()));
        List<CheckResult> checks = new ArrayList<>();
        Optional<CheckResult> unfit = unfit(name, recorded, restored);
        if (unfit.isPresent()) {
            return List.of(unfit.get());
        }
        boolean tables = level.compareTo(ProofLevel.RESTORED) >= 0;
        Findings findings = new DatabaseCheck(restored, options).run(tables);
        checks.add(integrity(name, recorded, findings));
        checks.add(foreignKeys(name, recorded, findings));
        if (tables) {
            checks.add(read(name, findings.survey()));
        }
        if (level.compareTo(ProofLevel.IDENTICAL) >= 0) {
            checks.addAll(identical(name, recorded, findings.survey()));
        }
        return checks;
    }

    /// What SQLite would not call an error: it takes an empty file for an empty database.
    private static Optional<CheckResult> unfit(String name, SourceRecord recorded, Path restored) throws IOException {
        String subject = name + ": file";
        if (!Files.isRegularFile(restored)) {
            return Optional.of(CheckResult.fail(subject, "missing"));
        }
        long bytes = Files.size(restored);
        if (bytes != recorded.bytes()) {
            return Optional.of(
                    CheckResult.fail(subject, "has " + bytes + " bytes, the backup had " + recorded.bytes()));
        }
        try (FileChannel channel = FileChannel.open(restored, StandardOpenOption.READ)) {
            ByteBuffer first = SqliteFiles.read(channel, 0, SqliteHeader.MAGIC_BYTES);
            return bytes == 0 || SqliteHeader.hasMagic(first)
                    ? Optional.empty()
                    : Optional.of(CheckResult.fail(subject, "does not begin as a SQLite database"));
        }
    }

    private static CheckResult integrity(String name, SourceRecord recorded, Findings findings) {
        String subject = name + ": integrity";
        if (findings.damage().isEmpty()) {
            return CheckResult.pass(
                    subject,
                    findings.unchecked().isEmpty() ? "ok" : "ok, but not checked: " + some(findings.unchecked()));
        }
        boolean fromSource = recorded.damage().containsAll(findings.damage());
        return CheckResult.fail(
                subject,
                fromSource
                        ? "damaged in the source already, and faithfully copied: " + some(findings.damage())
                        : "damaged: " + some(findings.damage()));
    }

    /// Rows that refer to nothing are content: SQLite lets them in unless told otherwise. They must be as
    /// many as in the source, no more and no fewer.
    private static CheckResult foreignKeys(String name, SourceRecord recorded, Findings findings) {
        String subject = name + ": foreign keys";
        String found = Long.toString(findings.foreignKeys().violations());
        String expected = recorded.details().getOrDefault(Findings.VIOLATIONS, "0");
        if (!found.equals(expected)) {
            return CheckResult.fail(
                    subject,
                    found + " violations, the backup had " + expected + "; "
                            + findings.foreignKeys().example());
        }
        return CheckResult.pass(
                subject,
                found.equals("0")
                        ? "ok"
                        : found + " violations, as in the source: "
                                + findings.foreignKeys().example());
    }

    private static CheckResult read(String name, Survey survey) {
        String subject = name + ": tables read";
        long rows = survey.tables().stream().mapToLong(TableRecord::rows).sum();
        String read = Count.of(survey.tables().size(), "table") + ", " + Count.of(rows, "row");
        List<String> damaged = survey.unreadable().stream()
                .filter(Unreadable::damaged)
                .map(Unreadable::message)
                .toList();
        return damaged.isEmpty()
                ? CheckResult.pass(subject, read)
                : CheckResult.fail(subject, read + "; " + some(damaged));
    }

    private static List<CheckResult> identical(String name, SourceRecord recorded, Survey survey) {
        List<CheckResult> checks = new ArrayList<>();
        Map<String, TableRecord> found = new HashMap<>();
        survey.tables().forEach(table -> found.put(table.name(), table));
        for (TableRecord expected : recorded.tables()) {
            String subject = name + ": table " + expected.name();
            TableRecord table = found.remove(expected.name());
            if (table == null) {
                checks.add(CheckResult.fail(subject, absent(expected, survey)));
            } else if (table.rows() != expected.rows()) {
                checks.add(CheckResult.fail(
                        subject, Count.of(table.rows(), "row") + ", the backup had " + expected.rows()));
            } else if (!table.fingerprint().equals(expected.fingerprint())) {
                checks.add(CheckResult.fail(subject, table.rows() + " rows, but their content differs"));
            } else {
                checks.add(CheckResult.pass(subject, Count.of(table.rows(), "row") + " identical"));
            }
        }
        for (String extra : found.keySet().stream().sorted().toList()) {
            checks.add(CheckResult.fail(name + ": table " + extra, "not in the backup"));
        }
        return checks;
    }

    private static String absent(TableRecord expected, Survey survey) {
        return survey.unreadable().stream()
                .filter(table -> table.table().equals(expected.name()))
                .map(Unreadable::message)
                .findFirst()
                .orElse("missing; the backup had " + Count.of(expected.rows(), "row"));
    }

    private static String some(List<String> messages) {
        String shown = String.join("; ", messages.subList(0, Math.min(SHOWN, messages.size())));
        return messages.size() > SHOWN ? shown + "; and " + (messages.size() - SHOWN) + " more" : shown;
    }
}
