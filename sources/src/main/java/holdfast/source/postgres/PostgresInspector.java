package holdfast.source.postgres;

import holdfast.io.Parallel;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.FingerprintSum;
import holdfast.model.HoldfastException;
import holdfast.model.ProofLevel;
import holdfast.model.SequenceRecord;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.Inspector;
import holdfast.source.postgres.ClientPrograms.Installation;
import holdfast.source.postgres.archive.FolderFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.restore.ProofRestore;
import holdfast.source.postgres.rows.DataRows;
import holdfast.source.postgres.rows.DatabaseEncoding;
import holdfast.source.postgres.rows.RowDigest;
import holdfast.source.postgres.sandbox.SandboxServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Proves a restored dump in directory format: its table of contents is whole, and every table's
/// file holds just the rows that were read from the database. Safe for use by many threads.
public final class PostgresInspector implements Inspector {
    private final String searchPath;
    private final Path scratch;

    /// @param searchPath where PostgreSQL's programs may be, as in the variable `PATH`
    /// @param scratch folder for servers that prove a dump from [ProofLevel#RESTORED] on; needs
    ///     room for the whole database
    public PostgresInspector(String searchPath, Path scratch) {
        this.searchPath = searchPath;
        this.scratch = scratch;
    }

    /// Rows alone have nothing that they could be restored into.
    @Override
    public ProofLevel highest(SourceRecord recorded) {
        return DumpSelection.isRowsAlone(recorded) ? ProofLevel.SOUND : ProofLevel.IDENTICAL;
    }

    @Override
    public List<CheckResult> inspect(SourceRecord recorded, Path restored, ProofLevel level) throws IOException {
        if (level.compareTo(ProofLevel.SOUND) < 0) {
            return List.of();
        }
        String name = recorded.path().substring(recorded.path().lastIndexOf('/') + 1);
        TableOfContents toc;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(restored.resolve(TableOfContents.NAME)))) {
            toc = DatabaseEncoding.readable(TocReader.read(in));
        } catch (IOException e) {
            return List.of(CheckResult.fail(name + ": table of contents", String.valueOf(e.getMessage())));
        }
        List<CheckResult> checks = Collections.synchronizedList(new ArrayList<>());
        checks.add(CheckResult.pass(
                name + ": table of contents", Count.of(toc.entries().size(), "entry")));
        Map<String, TableRecord> tables =
                recorded.tables().stream().collect(Collectors.toMap(TableRecord::name, Function.identity()));
        List<TocEntry> data = toc.entries().stream()
                .filter(entry -> entry.data() && entry.is(TocEntry.TABLE_DATA))
                .sorted(Comparator.comparing(entry -> !critical(tables.get(DatabaseCapture.name(entry)))))
                .toList();
        Parallel.each(data, Runtime.getRuntime().availableProcessors(), entry -> {
            String table = DatabaseCapture.name(entry);
            TableRecord record = tables.get(table);
            String subject = name + ": " + (record == null ? "table " + table : record.subject());
            checks.add(stored(subject, restored.resolve(toc.file(entry)), record));
        });
        checks.sort(Comparator.comparing(check -> !check.subject().startsWith(name + ": " + TableRecord.CRITICAL)));
        if (!recorded.sequences().isEmpty()) {
            checks.add(sequences(name + ": sequences", recorded.sequences(), Sequences.of(toc)));
        }
        if (level.compareTo(ProofLevel.RESTORED) >= 0 && checks.stream().allMatch(CheckResult::passed)) {
            checks.addAll(inServer(recorded, restored));
        }
        return List.copyOf(checks);
    }

    private static boolean critical(@Nullable TableRecord table) {
        return table != null && table.critical();
    }

    private static CheckResult sequences(String subject, List<SequenceRecord> recorded, List<SequenceRecord> stored) {
        if (stored.equals(recorded)) {
            return CheckResult.pass(subject, Count.of(stored.size(), "value") + ", as read from the database");
        }
        List<SequenceRecord> missing = new ArrayList<>(recorded);
        missing.removeAll(stored);
        return CheckResult.fail(
                subject,
                missing.isEmpty()
                        ? stored.size() + " stored, " + recorded.size() + " recorded"
                        : missing.getFirst().name() + " does not have the recorded value "
                                + missing.getFirst().lastValue());
    }

    /// Restored for real, read again and compared: that is more than level 3 asks for, and little
    /// dearer.
    private List<CheckResult> inServer(SourceRecord recorded, Path restored) throws IOException {
        int major = major(recorded, "postgres.server-version");
        ClientPrograms programs = ClientPrograms.find(searchPath);
        Optional<Installation> installation = programs.serving(major);
        if (installation.isEmpty()) {
            return List.of(CheckResult.fail(
                    recorded.location() + ": server",
                    "there is none of version " + major + " or newer on this machine to restore into: install"
                            + " postgresql-" + major + ", or prove to level 2"));
        }
        // names that begin with pg_ are refused
        String superuser = recorded.details().getOrDefault("postgres.bootstrap-superuser", "postgres");
        DatabaseStructure structure = new DatabaseStructure(
                programs, major(recorded, "postgres.dump-version"), scratch, PostgresOptions.DEFAULTS.lockTimeout());
        try (SandboxServer server = SandboxServer.start(installation.get(), superuser, scratch)) {
            return new ProofRestore(new FolderFiles(restored), recorded, server::target, structure).run();
        } catch (HoldfastException.PreCheckFailed e) {
            return List.of(CheckResult.fail(recorded.location() + ": server", String.valueOf(e.getMessage())));
        }
    }

    private static int major(SourceRecord recorded, String detail) {
        String number = recorded.details().getOrDefault(detail, "").replaceFirst("[^0-9].*", "");
        return number.isEmpty() ? 0 : Integer.parseInt(number);
    }

    private static CheckResult stored(String subject, Path file, @Nullable TableRecord recorded) {
        RowDigest digest = new RowDigest();
        try (InputStream in = Files.newInputStream(file)) {
            DataRows.read(in, digest::add);
        } catch (IOException e) {
            return CheckResult.fail(subject, "its file cannot be used: " + e.getMessage());
        }
        FingerprintSum sum = digest.sum();
        if (recorded == null) {
            return CheckResult.fail(subject, "nothing is recorded of it");
        }
        if (sum.rows() != recorded.rows()) {
            return CheckResult.fail(
                    subject, Count.of(sum.rows(), "row") + " stored, the database had " + recorded.rows());
        }
        return sum.fingerprint().equals(recorded.fingerprint())
                ? CheckResult.pass(subject, Count.of(sum.rows(), "row") + " as read from the database")
                : CheckResult.fail(subject, "its rows are not those of the database");
    }
}
