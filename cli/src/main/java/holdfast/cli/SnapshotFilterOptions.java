package holdfast.cli;

import holdfast.repository.SnapshotFilter;
import java.util.ArrayList;
import java.util.List;
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

    SnapshotFilter filter() {
        return new SnapshotFilter(hosts, tagLists(tags), paths);
    }

    /// `a,b` means both; the empty text means: no tags at all.
    static List<List<String>> tagLists(List<String> options) {
        return options.stream().map(list -> List.of(list.split(",", -1))).toList();
    }
}
