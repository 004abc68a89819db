package holdfast.source.postgres;

import holdfast.io.Parallel;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.FingerprintSum;
import holdfast.model.ProofLevel;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.Inspector;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import holdfast.source.postgres.rows.DataRows;
import holdfast.source.postgres.rows.RowDigest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Proves a restored dump in directory format: its table of contents is whole, and every table's
/// file holds just the rows that were read from the database. Safe for use by many threads.
public final class PostgresInspector implements Inspector {
    @Override
    public List<CheckResult> inspect(SourceRecord recorded, Path restored, ProofLevel level) throws IOException {
        if (level.compareTo(ProofLevel.SOUND) < 0) {
            return List.of();
        }
        String name = recorded.path().substring(recorded.path().lastIndexOf('/') + 1);
        TableOfContents toc;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(restored.resolve(TableOfContents.NAME)))) {
            toc = TocReader.read(in);
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
                .toList();
        Parallel.each(data, Runtime.getRuntime().availableProcessors(), entry -> {
            String table = DatabaseCapture.name(entry);
            checks.add(stored(name + ": table " + table, restored.resolve(toc.file(entry)), tables.get(table)));
        });
        if (level.compareTo(ProofLevel.RESTORED) >= 0) {
            checks.add(CheckResult.fail(
                    name + ": server", "this version does not start one to restore the dump into; prove to level 2"));
        }
        return List.copyOf(checks);
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
