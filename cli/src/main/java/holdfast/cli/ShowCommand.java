package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Sizes;
import holdfast.cli.console.Table;
import holdfast.model.Count;
import holdfast.model.Manifest;
import holdfast.model.Proof;
import holdfast.model.SequenceRecord;
import holdfast.model.Snapshot;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.repository.Manifests;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Show one snapshot: its sources, tables with row counts and fingerprints, failures, proofs.",
        footerHeading = "%nExamples:%n",
        footer = {"  holdfast show", "  holdfast show 1a2b3c4d --json"})
final class ShowCommand implements Callable<Integer> {
    /// What `show --json` prints.
    record Document(String messageType, Snapshot snapshot, Optional<Manifest> manifest, List<Proof> proofs) {}

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "SNAPSHOT",
            description = "latest, an id or its beginning, or a time. Default: latest")
    private String reference = "latest";

    @Mixin
    private final SnapshotFilterOptions filter = new SnapshotFilterOptions();

    ShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (OpenRepository open = session.open();
                HeldLock lock = open.lockToRead()) {
            Snapshot snapshot = open.repository().find(reference, filter.filter(open.repository()), session.zone());
            Optional<Manifest> manifest = Manifests.read(open.repository(), snapshot);
            List<Proof> proofs = open.repository().proofs().stream()
                    .filter(proof -> proof.snapshot().equals(snapshot.id()))
                    .toList();
            lock.check();
            Console console = session.console();
            head(console, snapshot);
            manifest.ifPresent(document -> {
                console.line("operator  " + Console.safe(document.operator()));
                optional(console, "label     ", document.label());
                optional(console, "reason    ", document.reason());
                optional(console, "environment ", document.environment());
                document.sources().forEach(source -> source(console, source));
            });
            if (manifest.isEmpty()) {
                console.line("not written by Holdfast: nothing is known of its sources");
            }
            proofs(console, proofs);
            console.document(new Document("snapshot", snapshot, manifest, proofs));
            return ExitCode.DONE;
        }
    }

    private static void head(Console console, Snapshot snapshot) {
        console.line("snapshot  " + snapshot.id().hex());
        console.line("time      " + snapshot.time());
        console.line("host      " + Console.safe(snapshot.host()));
        snapshot.paths().forEach(path -> console.line("path      " + Console.safe(path)));
        if (!snapshot.tags().isEmpty()) {
            console.line("tags      " + Console.safe(String.join(", ", snapshot.tags())));
        }
        console.line("program   " + Console.safe(snapshot.programVersion()));
        if (snapshot.summary() != null) {
            console.line("size      " + Sizes.format(snapshot.summary().totalBytesProcessed()) + ", added "
                    + Sizes.format(snapshot.summary().dataAdded()) + ", stored as "
                    + Sizes.format(snapshot.summary().dataAddedPacked()));
        }
    }

    private static void optional(Console console, String name, String value) {
        if (!value.isEmpty()) {
            console.line(name + Console.safe(value));
        }
    }

    private static void source(Console console, SourceRecord source) {
        console.line("");
        console.line(source.kind().label() + " " + Console.safe(source.location()) + ": "
                + Count.of(source.files(), "file") + ", " + Sizes.format(source.bytes()));
        source.details().forEach((name, value) -> console.line("  " + name + ": " + Console.safe(value)));
        boolean unread = UnreadTables.of(source).isPresent();
        Table tables = unread
                ? new Table("  table", ">rows", "fingerprint", "read")
                : new Table("  table", ">rows", "fingerprint");
        for (TableRecord table : source.tables()) {
            List<String> cells = new ArrayList<>(List.of(
                    "  " + Console.safe(table.name()) + (table.critical() ? " (critical)" : ""),
                    Long.toString(table.rows()),
                    table.fingerprint().toString()));
            if (unread) {
                cells.add(
                        table.readAt() == null
                                ? "now"
                                : table.readAt().truncatedTo(ChronoUnit.SECONDS).toString());
            }
            tables.row(cells.toArray(String[]::new));
        }
        if (!tables.isEmpty()) {
            tables.lines().forEach(console::line);
        }
        Table sequences = new Table("  sequence", ">last value");
        for (SequenceRecord sequence : source.sequences()) {
            sequences.row(
                    "  " + Console.safe(sequence.name()),
                    sequence.called() ? Long.toString(sequence.lastValue()) : "not used yet");
        }
        if (!sequences.isEmpty()) {
            sequences.lines().forEach(console::line);
        }
        source.damage().forEach(damage -> console.line("  damaged: " + Console.safe(damage)));
        source.failures()
                .forEach(failure -> console.line(
                        "  failed: " + Console.safe(failure.item()) + ": " + Console.safe(failure.reason())));
    }

    private static void proofs(Console console, List<Proof> proofs) {
        console.line("");
        if (proofs.isEmpty()) {
            console.line("not proven beyond level 0 written");
        }
        for (Proof proof : proofs) {
            console.line("proof     " + proof.at() + " level " + proof.level().number() + " "
                    + proof.level().label() + (proof.passed() ? " passed" : " FAILED") + " on "
                    + Console.safe(proof.host()));
            proof.checks().stream()
                    .filter(check -> !check.passed())
                    .forEach(check ->
                            console.line("  " + Console.safe(check.subject()) + ": " + Console.safe(check.detail())));
        }
    }
}
