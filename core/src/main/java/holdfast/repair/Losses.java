package holdfast.repair;

import holdfast.model.SourceRecord;
import java.util.ArrayList;
import java.util.List;

/// What is lost of one snapshot: the first places by name, and of each of its sources the first ones, whatever
/// their number. Used by one thread.
final class Losses {
    static final int NAMED_MAX = 1000;
    static final int NAMED_OF_SOURCE_MAX = 100;

    private final List<SourceRecord> sources;
    private final List<List<Loss>> ofSources = new ArrayList<>();
    private final long[] counts;
    private final List<Loss> named = new ArrayList<>();
    private long changes;
    private long lost;

    /// @param sources what the snapshot's manifest lists; none without a manifest
    Losses(List<SourceRecord> sources) {
        this.sources = sources;
        sources.forEach(_ -> ofSources.add(new ArrayList<>()));
        counts = new long[sources.size()];
    }

    void add(Loss loss) {
        changes++;
        if (named.size() < NAMED_MAX) {
            named.add(loss);
        }
        if (!loss.kind().lost()) {
            return;
        }
        lost++;
        for (int source = 0; source < sources.size(); source++) {
            if (concerns(loss.path(), source)) {
                counts[source]++;
                if (ofSources.get(source).size() < NAMED_OF_SOURCE_MAX) {
                    ofSources.get(source).add(loss);
                }
            }
        }
    }

    /// A place belongs to the innermost source it lies in; with a folder go the sources below it.
    private boolean concerns(String path, int number) {
        String root = sources.get(number).path();
        if (below(root, path)) {
            return true;
        }
        return below(path, root)
                && sources.stream()
                        .map(SourceRecord::path)
                        .noneMatch(other -> other.length() > root.length() && below(path, other));
    }

    static boolean below(String path, String root) {
        return path.equals(root) || path.startsWith(root.endsWith("/") ? root : root + "/");
    }

    /// The first places.
    List<Loss> named() {
        return named;
    }

    /// How many places are changed.
    long changes() {
        return changes;
    }

    /// At how many places something that was backed up is gone.
    long lost() {
        return lost;
    }

    /// The first places where a source, by its number in the manifest, has lost something.
    List<Loss> ofSource(int number) {
        return ofSources.get(number);
    }

    /// At how many places a source has lost something.
    long lostOfSource(int number) {
        return counts[number];
    }
}
