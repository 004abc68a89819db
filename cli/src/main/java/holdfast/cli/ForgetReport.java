package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Console.Style;
import holdfast.cli.console.Table;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.policy.Candidate;
import holdfast.policy.Plan;
import holdfast.policy.Reason;
import holdfast.policy.SourceGroup;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// Shows a plan of what to keep and remove; the same whether it is carried out or not.
final class ForgetReport {
    /// What `forget --json` prints.
    ///
    /// @param kept number of snapshots, as `removed`
    /// @param refused ids of snapshots that stay only because they are the last proven ones
    record Document(
            String messageType, boolean dryRun, int kept, int removed, List<String> refused, List<Group> groups) {}

    record Group(String host, List<String> paths, List<String> tags, List<Kept> keep, List<Entry> remove) {}

    record Kept(Entry snapshot, List<String> reasons) {}

    record Entry(String id, String shortId, Instant time, List<String> tags, boolean damaged) {
        static Entry of(Candidate candidate) {
            Snapshot snapshot = candidate.snapshot();
            return new Entry(
                    snapshot.id().hex(), snapshot.id().brief(), snapshot.time(), snapshot.tags(), candidate.damaged());
        }
    }

    private final Session session;
    private final boolean dryRun;

    ForgetReport(Session session, boolean dryRun) {
        this.session = session;
        this.dryRun = dryRun;
    }

    void print(Plan plan) {
        Console console = session.console();
        if (!console.manner().quiet()) {
            plan.groups().forEach(this::print);
        }
        console.line(ForgetCommand.summary(plan, dryRun));
        for (Plan.Kept kept : plan.refused()) {
            console.warn("snapshot " + kept.candidate().snapshot().id().brief()
                    + " stays although the rules would remove it: it is the last proven one of its source "
                    + "(--force removes it)");
        }
        console.document(document(plan));
    }

    private void print(Plan.Group group) {
        Console console = session.console();
        console.line(console.paint(Style.STRONG, title(group.source())) + ":");
        Table table = new Table("", "ID", "Time", "Tags", "Proof", "Why");
        for (Plan.Kept kept : group.keep()) {
            row(table, "keep", kept.candidate(), reasons(kept));
        }
        for (Candidate candidate : group.remove()) {
            row(table, console.paint(Style.BAD, "remove"), candidate, "");
        }
        table.lines().forEach(line -> console.line("  " + line));
        console.line("");
    }

    private void row(Table table, String what, Candidate candidate, String why) {
        Snapshot snapshot = candidate.snapshot();
        ProofLevel proven = candidate.proven();
        String worth = candidate.damaged() ? "DAMAGED" : proven == null ? "not proven" : proven.label();
        table.row(
                what,
                snapshot.id().brief(),
                session.time(snapshot.time()),
                Console.safe(String.join(",", snapshot.tags())),
                worth,
                why);
    }

    private static String reasons(Plan.Kept kept) {
        return kept.reasons().stream().map(Reason::text).map(Console::safe).collect(Collectors.joining(", "));
    }

    private static String title(SourceGroup source) {
        StringBuilder title = new StringBuilder();
        append(title, "host", List.of(source.host()));
        append(title, "paths", source.paths());
        append(title, "tags", source.tags());
        return title.isEmpty() ? "all snapshots" : title.toString();
    }

    private static void append(StringBuilder title, String what, List<String> values) {
        String text = Console.safe(String.join(", ", values));
        if (!text.isEmpty()) {
            title.append(title.isEmpty() ? "" : ", ").append(what).append(' ').append(text);
        }
    }

    private Document document(Plan plan) {
        List<Group> groups = plan.groups().stream()
                .map(group -> new Group(
                        group.source().host(),
                        group.source().paths(),
                        group.source().tags(),
                        group.keep().stream()
                                .map(kept -> new Kept(
                                        Entry.of(kept.candidate()),
                                        kept.reasons().stream()
                                                .map(Reason::text)
                                                .toList()))
                                .toList(),
                        group.remove().stream().map(Entry::of).toList()))
                .toList();
        return new Document(
                "forget",
                dryRun,
                plan.keep().size(),
                plan.remove().size(),
                plan.refused().stream()
                        .map(kept -> kept.candidate().snapshot().id().hex())
                        .toList(),
                groups);
    }
}
