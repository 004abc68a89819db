package holdfast.repair;

import holdfast.extract.ExtractPlan;
import holdfast.extract.PathFilter;
import holdfast.extract.Placement;
import holdfast.extract.Planner;
import holdfast.model.BlobType;
import holdfast.model.Manifest;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.model.Tree;
import holdfast.repository.BlobWriter;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;

/// What a repaired snapshot says of itself: in its `holdfast.json` what is lost of which source, in its tags that
/// something is. A database that has lost anything is damaged; of files those that are lost are missing or not
/// trustworthy, and the others are as good as ever. Used by one thread, for one snapshot.
final class RepairedForm {
    private final Repository repository;
    private final Optional<Manifest> manifest;
    private Optional<Manifest> repaired = Optional.empty();
    private boolean lostSomething;

    /// @param manifest of the damaged snapshot; empty when it has none that can be read
    RepairedForm(Repository repository, Optional<Manifest> manifest) {
        this.repository = repository;
        this.manifest = manifest;
    }

    /// Replaces the document in the root.
    ///
    /// @param root the tree without what is lost, durable
    /// @return the tree with the new document, durable when the writer has finished
    ObjectId seal(ObjectId root, Losses losses, BlobWriter writer) throws IOException {
        lostSomething = losses.lost() > 0;
        boolean documentLost = losses.named().stream()
                .anyMatch(loss -> loss.kind().lost() && loss.path().equals("/" + Manifest.NAME));
        if (manifest.isEmpty() && !documentLost) {
            return root;
        }
        List<Node> nodes = new ArrayList<>();
        for (Node node : repository.loadTree(root).nodes()) {
            if (!node.name().equals(Manifest.NAME)) {
                nodes.add(node);
            } else if (manifest.isPresent()) {
                nodes.add(document(node, manifest.get(), root, losses, writer));
            }
        }
        return TreeRepair.Output.to(writer).write(new Tree(nodes));
    }

    private Node document(Node node, Manifest before, ObjectId root, Losses losses, BlobWriter writer)
            throws IOException {
        ExtractPlan tree = Planner.plan(repository, root, List.of(new Placement("/", "/", "")), PathFilter.ALL);
        Manifest after = manifest(before, tree, losses);
        repaired = Optional.of(after);
        byte[] json = Manifests.toJson(after);
        Future<ObjectId> _ = writer.rewrite(BlobType.DATA, ByteBuffer.wrap(json)); // finish() throws what it would
        return node.withContent(List.of(ObjectId.hash(json)), json.length);
    }

    private static Manifest manifest(Manifest before, ExtractPlan tree, Losses losses) {
        List<SourceRecord> sources = new ArrayList<>();
        for (int number = 0; number < before.sources().size(); number++) {
            SourceRecord source = before.sources().get(number);
            if (losses.lostOfSource(number) == 0) {
                sources.add(source);
            } else if (source.kind() == SourceKind.FILES) {
                sources.add(files(source, before.within(source), tree, losses, number));
            } else {
                sources.add(database(source, losses, number));
            }
        }
        return new Manifest(
                before.version(),
                before.takenAt(),
                before.program(),
                before.host(),
                before.operator(),
                before.environment(),
                before.label(),
                before.reason(),
                sources,
                tree.nodes() - 2); // as a backup counts: neither the root nor this document
    }

    private static SourceRecord files(
            SourceRecord source, Set<String> within, ExtractPlan tree, Losses losses, int number) {
        List<SourceRecord.Failure> failures = new ArrayList<>(source.failures());
        for (Loss loss : losses.ofSource(number)) {
            failures.add(new SourceRecord.Failure(
                    loss.path(), "lost in the repository: " + loss.text(), loss.kind() != Loss.Kind.TWICE));
        }
        long unnamed = losses.lostOfSource(number) - losses.ofSource(number).size();
        if (unnamed > 0) {
            failures.add(new SourceRecord.Failure(source.path(), unnamed + " more were lost in the repository", true));
        }
        long files = 0;
        long bytes = 0;
        for (ExtractPlan.PlannedFile file : tree.files()) {
            if (Losses.below(file.path(), source.path()) && !within.contains(file.path())) {
                files++;
                bytes += file.node().size();
            }
        }
        files += tree.links().stream()
                .filter(ExtractPlan.PlannedLink::ofFile)
                .filter(link -> Losses.below(link.path(), source.path()) && !within.contains(link.path()))
                .count();
        return new SourceRecord(
                source.kind(),
                source.location(),
                source.path(),
                source.details(),
                source.tables(),
                source.sequences(),
                files,
                bytes,
                source.damage(),
                failures);
    }

    /// No later backup may take a table's rows from here.
    private static SourceRecord database(SourceRecord source, Losses losses, int number) {
        List<String> damage = new ArrayList<>(source.damage());
        for (Loss loss : losses.ofSource(number)) {
            damage.add("lost in the repository: " + loss.path() + ": " + loss.text());
        }
        long unnamed = losses.lostOfSource(number) - losses.ofSource(number).size();
        if (unnamed > 0) {
            damage.add("lost in the repository: " + unnamed + " more");
        }
        List<TableRecord> tables =
                source.tables().stream().map(table -> table.withState(null)).toList();
        return new SourceRecord(
                source.kind(),
                source.location(),
                source.path(),
                source.details(),
                tables,
                source.sequences(),
                source.files(),
                source.bytes(),
                damage,
                source.failures());
    }

    /// The snapshot as it is saved, after [#seal].
    Snapshot snapshot(Snapshot before, ObjectId root) {
        Set<String> tags = new LinkedHashSet<>(before.tags());
        tags.add(SnapshotRepair.TAG);
        if (repaired.map(Manifest::damaged).orElse(false)) {
            tags.add(Manifest.DAMAGED);
        }
        if (repaired.map(document -> !document.complete()).orElse(false)
                || (lostSomething && !tags.contains(Manifest.DAMAGED))) {
            tags.add(Manifest.INCOMPLETE);
        }
        return before.with(root, List.copyOf(tags), before.parent(), before.firstForm(), before.summary());
    }
}
