package holdfast.hostile;

import holdfast.backup.Backups;
import holdfast.copy.Copy;
import holdfast.extract.PathFilter;
import holdfast.io.posix.HostFiles;
import holdfast.model.PathPatterns;
import holdfast.model.Progress;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.prune.Prune;
import holdfast.prune.PruneOptions;
import holdfast.repair.IndexRepair;
import holdfast.repair.Recovery;
import holdfast.repair.SnapshotRepair;
import holdfast.repository.Lock;
import holdfast.repository.Repositories;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.restore.Restore;
import holdfast.restore.RestoreRequest;
import holdfast.restore.RestoreResult;
import holdfast.rewrite.Rewrite;
import holdfast.source.MadeUpSource;
import holdfast.storage.MemoryStorage;
import holdfast.verify.CheckOptions;
import holdfast.verify.RepositoryCheck;
import holdfast.verify.Verify;
import holdfast.view.RepositoryStats;
import holdfast.view.SnapshotDiff;
import holdfast.view.SnapshotListing;
import holdfast.view.StatsMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Whatever a user may do with a repository that holds a forged snapshot, as the commands do it.
enum Verb {
    LIST {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            new SnapshotListing(open).list(forged, "/", true, (_, _) -> {});
            return true;
        }
    },
    DIFF {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            Snapshot good = Repositories.backUp(open, List.of(new byte[] {5}));
            var options = new SnapshotDiff.Options(true, true);
            new SnapshotDiff(open).compare(good, forged, options, _ -> {});
            new SnapshotDiff(open).compare(forged, good, options, _ -> {});
            new SnapshotDiff(open).compare(forged, forged, options, _ -> {});
            return true;
        }
    },
    STATS {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            for (StatsMode mode : StatsMode.values()) {
                if (new RepositoryStats(open).measure(List.of(forged), mode).bytes() < 0) {
                    throw new AssertionError("bytes below zero in mode " + mode);
                }
            }
            return true;
        }
    },
    RESTORE {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            return restore(open, forged, new RestoreRequest.Destination.Directory(target.toString()), false);
        }
    },
    /// Into what an earlier restore, or an attacker, has left there.
    RESTORE_OVER {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            return restore(open, forged, new RestoreRequest.Destination.Directory(target.toString()), true);
        }
    },
    RESTORE_PART {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            return restore(open, forged, new RestoreRequest.Destination.Part("/d", target.toString()), false);
        }
    },
    VERIFY {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            var setting = new Verify.Setting("here", target, false);
            return new Verify(open, HostFiles.system(), Map.of(), setting, Backups.CLOCK, new Progress())
                    .run(forged, ProofLevel.STORED)
                    .proof()
                    .passed();
        }
    },
    CHECK {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            return new RepositoryCheck(open, new Progress())
                    .run(CheckOptions.READ_DATA)
                    .passed();
        }
    },
    COPY {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            try (Repository other = Repositories.init(new MemoryStorage());
                    Lock lock = SampleRepository.shared(other)) {
                var options = new Copy.Options(3, true, "here");
                Copy copy = new Copy(open, other, options, Repositories.CLOCK, new Progress());
                copy.apply(copy.plan(List.of(forged)), lock);
            }
            return true;
        }
    },
    PRUNE {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            try (Lock lock = SampleRepository.exclusive(open)) {
                Prune prune = new Prune(open, new Progress());
                prune.apply(prune.plan(PruneOptions.DEFAULT), lock);
            }
            return true;
        }
    },
    REPAIR_INDEX {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            try (Lock lock = SampleRepository.exclusive(open)) {
                IndexRepair repair = new IndexRepair(open, new Progress());
                repair.apply(repair.plan(true), lock);
            }
            return true;
        }
    },
    REPAIR_SNAPSHOTS {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            try (Lock lock = SampleRepository.exclusive(open)) {
                SnapshotRepair repair = new SnapshotRepair(open, new Progress());
                repair.apply(repair.plan(List.of(forged)), true, lock);
            }
            return true;
        }
    },
    REWRITE {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            try (Lock lock = SampleRepository.exclusive(open)) {
                Rewrite rewrite = new Rewrite(open, PathPatterns.of(List.of("x", "f", "d3")), new Progress());
                rewrite.apply(rewrite.plan(List.of(forged), true), true, lock);
            }
            return true;
        }
    },
    RECOVER {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            open.delete(forged);
            try (Lock lock = SampleRepository.exclusive(open)) {
                Recovery recovery = new Recovery(open, new Progress());
                var origin = new Recovery.Origin("host", "user", 1, 1, "test", Repositories.NOW);
                recovery.apply(recovery.plan(), origin, lock);
            }
            return true;
        }
    },
    /// On top of the forged snapshot as its parent.
    BACKUP {
        @Override
        boolean run(Repository open, Snapshot forged, Path target) throws IOException {
            Backups.backUp(open, MadeUpSource.random("/d", 1, 5, 1000));
            return true;
        }
    };

    /// @return whether it went well, as far as it says
    abstract boolean run(Repository open, Snapshot forged, Path target) throws IOException;

    private static boolean restore(
            Repository open, Snapshot forged, RestoreRequest.Destination destination, boolean overwrite)
            throws IOException {
        Restore restore =
                new Restore(open, HostFiles.system(), Map.of(), Map.of(), false, Backups.CLOCK, new Progress());
        RestoreRequest request = new RestoreRequest(destination, PathFilter.ALL, false, overwrite, true, false);
        RestoreResult result = restore.run(restore.plan(forged, request));
        return result.passed();
    }
}
