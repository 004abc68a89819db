package holdfast.cli;

import holdfast.backup.BackupResult;
import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.model.CheckResult;
import holdfast.model.Count;
import holdfast.model.Manifest;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.source.postgres.PostgresSource;
import holdfast.verify.VerifyResult;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What a backup did, told to people and programs.
///
/// @param proof empty when none was asked for beyond "written"
/// @param expiry empty when nothing was to be expired
record BackupReport(BackupResult result, Optional<VerifyResult> proof, Optional<Expiry.Result> expiry) {
    private static final int SHOWN = 20;

    /// What `backup --json` prints; counts and sizes by restic's names where restic has them.
    record Document(
            String messageType,
            String snapshotId,
            String time,
            List<SourceDocument> sources,
            boolean unchanged,
            boolean complete,
            boolean damaged,
            long filesNew,
            long filesChanged,
            long filesUnmodified,
            long dataAdded,
            long dataAddedPacked,
            long totalFilesProcessed,
            long totalBytesProcessed,
            long bytesRead,
            double totalDuration,
            ProofDocument proof,
            ExpiryDocument expiry,
            List<FailureDocument> failures) {}

    record SourceDocument(
            String kind,
            String location,
            long files,
            long bytes,
            int tables,
            int tablesUnread,
            long rows,
            int begunAgain,
            List<String> notes,
            List<String> damage) {}

    /// @param level the level aimed at
    record ProofDocument(int level, String name, boolean passed, boolean recorded, List<CheckResult> failed) {
        static ProofDocument of(VerifyResult result) {
            Proof proof = result.proof();
            return new ProofDocument(
                    proof.level().number(),
                    proof.level().label(),
                    proof.passed(),
                    result.recorded(),
                    proof.checks().stream().filter(check -> !check.passed()).toList());
        }
    }

    record ExpiryDocument(int removed, int kept, long bytesFreed) {}

    record FailureDocument(String source, String item, String reason, boolean stored) {}

    int exitCode() {
        if (proof.isPresent() && !proof.get().proof().passed() && !manifest().damaged()) {
            return ExitCode.DAMAGED;
        }
        return result.complete() ? ExitCode.DONE : ExitCode.INCOMPLETE;
    }

    Manifest manifest() {
        return result.manifest();
    }

    long bytes() {
        return result.summary().totalBytesProcessed();
    }

    void print(Console console) {
        for (SourceRecord source : manifest().sources()) {
            source(console, source);
        }
        Snapshot.Summary summary = result.summary();
        console.line("files: " + summary.filesNew() + " new, " + summary.filesChanged() + " changed, "
                + summary.filesUnmodified() + " unmodified");
        console.line("added " + Sizes.format(summary.dataAdded()) + ", stored as "
                + Sizes.format(summary.dataAddedPacked()) + ", of " + Sizes.format(bytes()) + " in "
                + Durations.format(result.took()));
        if (result.unchanged()) {
            console.line("no changes since the last backup");
        }
        console.line("snapshot "
                + console.paint(Console.Style.GOOD, result.snapshot().id().brief()) + " saved");
        proof.ifPresent(verified -> proof(console, verified));
        if (!manifest().complete()) {
            console.hint(
                    "what is named above is not in the snapshot as it should be: back up as a user who may read it and"
                            + " while nobody writes to it, or leave it out by --exclude");
        }
        if (exitCode() == ExitCode.DAMAGED) {
            console.hint(
                    "this snapshot cannot be restored whole. 'holdfast check --read-data' names the damaged files of"
                            + " the repository: put back good ones, or move them away, and back up again");
        }
        expiry.ifPresent(expired -> console.line("expired: " + expired.removed() + " removed, " + expired.kept()
                + " kept, " + Sizes.format(expired.bytesFreed()) + " freed"));
        console.document(document());
    }

    /// Says that no proof of that kind of source can reach what was asked for.
    static void limit(Console console, ProofLevel wanted, VerifyResult result) {
        if (result.proof().level().compareTo(wanted) < 0) {
            console.warn("proven to " + result.proof().level().label() + " at most, not " + wanted.label()
                    + ": rows alone (--data-only) have nothing that they could be restored into");
        }
    }

    private static void source(Console console, SourceRecord source) {
        String size = Sizes.format(source.bytes());
        switch (source.kind()) {
            case SQLITE, POSTGRES_DATABASE ->
                console.line(source.kind().label() + " " + Console.safe(source.location()) + ": " + size + ", "
                        + Count.of(source.tables().size(), "table") + ", " + Count.of(rows(source), "row"));
            case FILES ->
                console.line("files " + Console.safe(source.location()) + ": " + Count.of(source.files(), "file") + ", "
                        + size);
        }
        UnreadTables.of(source).ifPresent(unread -> console.line("  " + unread.line()));
        int begunAgain = begunAgain(source);
        if (begunAgain > 0) {
            console.warn(Console.safe(source.location()) + " was begun again "
                    + (begunAgain == 1 ? "once" : begunAgain + " times")
                    + ", for its server was lost meanwhile: it is of a later instant than the rest");
        }
        for (String damage : source.damage()) {
            console.warn(Console.safe(source.location()) + " is damaged: " + Console.safe(damage));
        }
        source.failures().stream()
                .limit(SHOWN)
                .forEach(failure -> console.warn(Console.safe(failure.item()) + ": " + Console.safe(failure.reason())
                        + (failure.stored() ? " (stored as last read)" : " (not stored)")));
        if (source.failures().size() > SHOWN) {
            console.warn("and " + (source.failures().size() - SHOWN) + " more; see holdfast show");
        }
    }

    static void proof(Console console, VerifyResult verified) {
        Proof proof = verified.proof();
        CriticalTables.print(console, proof.checks());
        String level = proof.level().number() + " " + proof.level().label();
        if (proof.passed()) {
            console.line(console.paint(Console.Style.GOOD, "proven") + ": level " + level + " in "
                    + Durations.format(proof.took()));
        } else {
            console.warn("the proof at level " + level + " failed:");
            proof.checks().stream()
                    .filter(check -> !check.passed())
                    .limit(SHOWN)
                    .forEach(check ->
                            console.warn("  " + Console.safe(check.subject()) + ": " + Console.safe(check.detail())));
        }
        if (!verified.recorded()) {
            console.warn("the proof could not be recorded in the repository");
        }
    }

    private static int begunAgain(SourceRecord source) {
        return Integer.parseInt(source.details().getOrDefault(PostgresSource.REPEATS, "0"));
    }

    private static List<String> notes(SourceRecord source) {
        return PostgresSource.NOTES.stream()
                .map(source.details()::get)
                .filter(Objects::nonNull)
                .toList();
    }

    private static long rows(SourceRecord source) {
        return source.tables().stream().mapToLong(TableRecord::rows).sum();
    }

    private Document document() {
        Snapshot.Summary summary = result.summary();
        return new Document(
                "summary",
                result.snapshot().id().hex(),
                result.snapshot().time().toString(),
                manifest().sources().stream()
                        .map(source -> new SourceDocument(
                                source.kind().label(),
                                source.location(),
                                source.files(),
                                source.bytes(),
                                source.tables().size(),
                                UnreadTables.of(source).map(UnreadTables::count).orElse(0),
                                rows(source),
                                begunAgain(source),
                                notes(source),
                                source.damage()))
                        .toList(),
                result.unchanged(),
                manifest().complete(),
                manifest().damaged(),
                summary.filesNew(),
                summary.filesChanged(),
                summary.filesUnmodified(),
                summary.dataAdded(),
                summary.dataAddedPacked(),
                summary.totalFilesProcessed(),
                summary.totalBytesProcessed(),
                result.readBytes(),
                result.took().toMillis() / 1000.0,
                proof.map(ProofDocument::of).orElse(new ProofDocument(0, "written", true, true, List.of())),
                expiry.map(expired -> new ExpiryDocument(expired.removed(), expired.kept(), expired.bytesFreed()))
                        .orElse(new ExpiryDocument(0, 0, 0)),
                manifest().sources().stream()
                        .flatMap(source -> source.failures().stream()
                                .map(failure -> new FailureDocument(
                                        source.location(), failure.item(), failure.reason(), failure.stored())))
                        .toList());
    }
}
