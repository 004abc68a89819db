package holdfast.extract;

import java.util.Set;

/// Where a part of a snapshot's tree is to stand on this host.
///
/// @param from absolute path of a node in the snapshot, `/` for the root
/// @param directory absolute path of the directory to write into; made if it is missing
/// @param name the node's new name in `directory`; empty to write only the entries of the directory
///     `from` into it
/// @param except absolute paths in the snapshot that are placed elsewhere: sources within this one
public record Placement(String from, String directory, String name, Set<String> except) {
    public Placement {
        except = Set.copyOf(except);
    }

    public Placement(String from, String directory, String name) {
        this(from, directory, name, Set.of());
    }
}
