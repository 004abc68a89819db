package holdfast.cli;

import holdfast.model.HoldfastException;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.repository.SnapshotFilter;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// Which snapshots are meant, by the options people know from restic.
final class SnapshotFilterOptions {
    @Option(
            names = {"-H", "--host"},
            paramLabel = "HOST",
            description = "Only snapshots of this host; may be given several times")
    private final List<String> hosts = new ArrayList<>();

    @Option(
            names = "--tag",
            paramLabel = "TAG[,TAG...]",
            description = "Only snapshots with all of these tags; given several times, one group is enough")
    private final List<String> tags = new ArrayList<>();

    @Option(
            names = "--path",
            paramLabel = "PATH",
            description = "Only snapshots of this absolute path; given several times, of all of them")
    private final List<String> paths = new ArrayList<>();

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            description = "Only snapshots that were labelled so, for instance before-migration; given several times,"
                    + " one is enough")
    private final List<String> labels = new ArrayList<>();

    /// A label stands in what a snapshot says of itself, which is read for each that fits otherwise.
    SnapshotFilter filter(Repository repository) throws IOException {
        SnapshotFilter filter = new SnapshotFilter(hosts, tagLists(tags), paths);
        if (labels.isEmpty()) {
            return filter;
        }
        Set<ObjectId> labelled = new HashSet<>();
        for (Snapshot snapshot : repository.readableSnapshots()) {
            if (filter.admits(snapshot) && labels.contains(label(repository, snapshot))) {
                labelled.add(snapshot.id());
            }
        }
        return filter.among(labelled);
    }

    /// The snapshots that are named, each once; without names all that fit, oldest first.
    ///
    /// @throws HoldfastException.Damaged when none is named and one cannot be read
    List<Snapshot> select(Repository repository, List<String> wanted, ZoneId zone) throws IOException {
        return select(repository, wanted, zone, damaged -> {
            throw damaged;
        });
    }

    /// @param damaged told of those that cannot be read, when none is named
    List<Snapshot> select(
            Repository repository, List<String> wanted, ZoneId zone, Consumer<HoldfastException.Damaged> damaged)
            throws IOException {
        SnapshotFilter fitting = filter(repository);
        if (wanted.isEmpty()) {
            return repository.snapshots(damaged).stream()
                    .filter(fitting::admits)
                    .toList();
        }
        Set<Snapshot> named = new LinkedHashSet<>();
        for (String one : wanted) {
            named.add(repository.find(one, fitting, zone));
        }
        return List.copyOf(named);
    }

    /// One that cannot be read has none.
    private static String label(Repository repository, Snapshot snapshot) throws IOException {
        try {
            return Manifests.read(repository, snapshot).map(Manifest::label).orElse("");
        } catch (HoldfastException.Damaged e) {
            return "";
        }
    }

    /// `a,b` means both; the empty text means: no tags at all.
    static List<List<String>> tagLists(List<String> options) {
        return options.stream().map(list -> List.of(list.split(",", -1))).toList();
    }
}
