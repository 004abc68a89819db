package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Console.Style;
import holdfast.extract.ScratchFolder;
import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.ProofLevel;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.source.postgres.bare.Checksum;
import holdfast.source.postgres.bare.DumpCheck;
import holdfast.source.sqlite.SqliteInspector;
import holdfast.source.sqlite.SqliteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Files that are verified by themselves, without any repository: dumps of PostgreSQL, and SQLite
/// databases.
///
/// @param scratch where a SQLite database is copied to, since looking into it may change it
record BareFiles(Session session, Path scratch) {
    /// What `verify FILE --json` prints, a document for each file.
    record Document(String messageType, String path, String kind, boolean passed, List<CheckResult> checks) {}

    private static final Pattern ENDING =
            Pattern.compile(".*\\.(sql|dump|pgdump|backup|tar|db|db3|sqlite|sqlite3|gz|zst)", Pattern.CASE_INSENSITIVE);

    /// The file that a word means; empty when it means a snapshot. A snapshot's name has neither
    /// a slash nor such an ending.
    static Optional<Path> meant(Session session, String word) {
        try {
            Path path = session.world().folder().resolve(word).normalize();
            boolean file = word.indexOf('/') >= 0 || ENDING.matcher(word).matches();
            return file || (!word.equals("latest") && !word.isEmpty() && Files.exists(path))
                    ? Optional.of(path)
                    : Optional.empty();
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    /// @return whether the file is what it should be
    /// @throws HoldfastException.PreCheckFailed when there is no such file
    boolean verify(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot verify " + path + ": no such file or folder", "check the spelling");
        }
        List<CheckResult> checks = new ArrayList<>();
        Checksum.of(path).ifPresent(checks::add);
        String kind;
        if (Files.isRegularFile(path) && DumpCheck.isSqlite(path)) {
            kind = "SQLite database";
            checks.addAll(sqlite(path));
        } else {
            DumpCheck.Result result = DumpCheck.of(path);
            kind = result.kind();
            checks.addAll(result.checks());
        }
        boolean passed = checks.stream().allMatch(CheckResult::passed);
        print(path, kind, checks, passed);
        return passed;
    }

    private List<CheckResult> sqlite(Path file) throws IOException {
        try (ScratchFolder folder = ScratchFolder.in(scratch, "holdfast-verify-")) {
            Path work = folder.path();
            String name = String.valueOf(file.getFileName());
            Path copy = work.resolve(name);
            try (InputStream in = DumpCheck.content(file)) {
                Files.copy(in, copy);
            } catch (IOException e) {
                return List.of(CheckResult.fail("content", "it cannot be read to its end: " + e.getMessage()));
            }
            Path log = file.resolveSibling(name + "-wal");
            if (Files.isRegularFile(log)) {
                Files.copy(log, work.resolve(name + "-wal"));
            }
            SourceRecord any = new SourceRecord(
                    SourceKind.SQLITE,
                    file.toString(),
                    file.toString(),
                    Map.of(),
                    List.of(),
                    1,
                    Files.size(copy),
                    List.of(),
                    List.of());
            return new SqliteInspector(SqliteOptions.DEFAULTS)
                    .inspect(any, copy, ProofLevel.RESTORED).stream()
                            .map(BareFiles::ofFile)
                            .toList();
        }
    }

    /// Rows that refer to nothing are content: SQLite lets them in.
    private static CheckResult ofFile(CheckResult check) {
        String subject = check.subject().substring(check.subject().indexOf(": ") + 2);
        boolean content = subject.equals("foreign keys");
        return new CheckResult(
                subject,
                check.passed() || content,
                content ? check.detail().replace(", the backup had 0", "") : check.detail());
    }

    private void print(Path path, String kind, List<CheckResult> checks, boolean passed) {
        Console console = session.console();
        console.line(Console.safe(path.toString()) + ": "
                + (passed ? console.paint(Style.GOOD, "whole") : console.paint(Style.BAD, "NOT whole")) + ", " + kind);
        for (CheckResult check : checks) {
            String line = Console.safe(check.subject()) + ": " + Console.safe(check.detail());
            if (check.passed()) {
                console.note("  " + line);
            } else {
                console.line("  " + console.paint(Style.BAD, "failed") + " " + line);
            }
        }
        console.document(new Document("file_proof", path.toString(), kind, passed, checks));
    }
}
