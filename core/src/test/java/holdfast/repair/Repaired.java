package holdfast.repair;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.repository.Lock;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.verify.CheckOptions;
import holdfast.verify.CheckReport;
import holdfast.verify.RepositoryCheck;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/// Runs repairs as the commands do, and looks at what they leave.
final class Repaired {
    private Repaired() {}

    static byte[] random(int bytes, long seed) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    static IndexPlan index(Repository open) throws IOException {
        return index(open, false);
    }

    static IndexPlan index(Repository open, boolean readAllPacks) throws IOException {
        try (Lock lock = SampleRepository.exclusive(open)) {
            IndexRepair repair = new IndexRepair(open, new Progress());
            IndexPlan plan = repair.plan(readAllPacks);
            repair.apply(plan, lock);
            return plan;
        }
    }

    static PackRepairResult packs(Repository open, Collection<ObjectId> named, boolean readData) throws IOException {
        try (Lock lock = SampleRepository.exclusive(open)) {
            PackRepair repair = new PackRepair(open, new Progress());
            return repair.apply(repair.plan(named, readData), (_, _) -> {}, lock);
        }
    }

    static List<SnapshotRepair.Result> snapshots(Repository open, boolean forget) throws IOException {
        try (Lock lock = SampleRepository.exclusive(open)) {
            SnapshotRepair repair = new SnapshotRepair(open, new Progress());
            return repair.apply(repair.plan(open.snapshots()), forget, lock);
        }
    }

    static CheckReport check(Repository open) throws IOException {
        return new RepositoryCheck(open, new Progress()).run(CheckOptions.READ_DATA);
    }

    static void assertClean(Repository open) throws IOException {
        CheckReport report = check(open);
        assertThat(report.findings()).isEmpty();
        assertThat(report.passed()).isTrue();
    }

    /// Which snapshots restore completely, and what is in them; by tree, since a snapshot may get another id.
    static Map<ObjectId, SortedMap<String, byte[]>> restorable(Repository open) throws IOException {
        Map<ObjectId, SortedMap<String, byte[]>> whole = new TreeMap<>();
        for (Snapshot snapshot : open.snapshots(_ -> {})) {
            try {
                whole.put(snapshot.tree(), Backups.contents(open, snapshot));
            } catch (HoldfastException.Damaged e) {
                // this one does not
            }
        }
        return whole;
    }

    static boolean same(Map<String, byte[]> left, Map<String, byte[]> right) {
        return left.keySet().equals(right.keySet())
                && left.entrySet().stream().allMatch(file -> Arrays.equals(file.getValue(), right.get(file.getKey())));
    }

    /// Whatever restored before restores still, to the same bytes.
    static void assertNothingLost(Map<ObjectId, SortedMap<String, byte[]>> before, Repository open, String when)
            throws IOException {
        Map<ObjectId, SortedMap<String, byte[]>> now = restorable(open);
        before.forEach((tree, files) -> assertThat(same(files, now.getOrDefault(tree, new TreeMap<>())))
                .as("%s: snapshot with tree %s", when, tree)
                .isTrue());
    }
}
