package holdfast.verify;

import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import holdfast.repository.Repository;
import holdfast.repository.TreeWalk;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Checks a whole repository: that everything the snapshots need is there, and, for the packs that are
/// chosen, that it is what it should be. What is wrong is told as [Finding]s; exceptions are for what
/// makes checking impossible. Changes nothing. Used by one thread.
///
/// Snapshots are read before the index and the index before the packs are listed, so that a backup that
/// runs meanwhile never makes anything look missing; nor does a prune, whose marks are read before the index.
public final class RepositoryCheck {
    private final Repository repository;
    private final Progress progress;

    public RepositoryCheck(Repository repository, Progress progress) {
        this.repository = repository;
        this.progress = progress;
    }

    /// The caller holds a shared lock; without one a prune beside the check makes things look missing.
    ///
    /// @throws IOException when the storage fails as such; single files that cannot be read are findings
    public CheckReport run(CheckOptions options) throws IOException {
        Findings findings = new Findings();
        progress.step("reading snapshots");
        List<Snapshot> snapshots = repository.snapshots(damaged -> findings.error(damaged));
        progress.step("reading index");
        Set<ObjectId> marked = new HashSet<>();
        repository.marks(_ -> {}).forEach(mark -> marked.addAll(mark.packs()));
        BlobIndex index = repository.reloadIndex(damaged -> findings.error(damaged));
        progress.step("checking packs");
        PacksCheck packs = new PacksCheck(repository, index, marked, findings, progress);
        packs.run(options);
        progress.step("checking small files");
        new SmallFilesCheck(repository.storage(), findings).run();
        progress.step("checking trees");
        TreeCheck trees = new TreeCheck(repository, index, findings);
        TreeWalk walk = new TreeWalk(repository, index);
        walk.walk(roots(snapshots), trees);
        findings.settle(index);
        if (findings.anyLost()) {
            progress.step("finding what is affected");
            new AffectedPlaces(repository, index, findings).find(snapshots);
        }
        return findings.report(counts(snapshots, index, packs, trees, walk.visited()));
    }

    /// The roots of the snapshots, oldest first.
    private static List<ObjectId> roots(List<Snapshot> snapshots) {
        return snapshots.stream().map(Snapshot::tree).distinct().toList();
    }

    private static CheckReport.Counts counts(
            List<Snapshot> snapshots, BlobIndex index, PacksCheck packs, TreeCheck trees, BitSet usedTrees) {
        BitSet used = trees.usedData();
        used.or(usedTrees);
        long duplicates = 0;
        long duplicateBytes = 0;
        long unusedBytes = 0;
        for (int position = 0; position < index.size(); position++) {
            IndexEntry entry = index.at(position);
            if (index.position(entry.type(), entry.id()) != position) {
                duplicates++;
                duplicateBytes += entry.length();
            }
            if (!used.get(position)) {
                unusedBytes += entry.length();
            }
        }
        return new CheckReport.Counts(
                snapshots.size(),
                trees.trees(),
                packs.files(),
                packs.fileBytes(),
                index.size(),
                duplicates,
                duplicateBytes,
                unusedBytes,
                packs.orphans(),
                packs.orphanBytes(),
                packs.marked(),
                packs.markedBytes(),
                packs.packsRead(),
                packs.bytesRead());
    }
}
