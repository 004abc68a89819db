package holdfast.simulation;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What must be true of the repository, kept as plainly as can be: which backups were made of what, which of them
/// somebody asked to forget, and whether the storage was damaged on purpose.
final class Model {
    private static final Pattern NAMED = Pattern.compile("[0-9a-f]{64}");

    private final Map<String, Run> runs = new TreeMap<>();
    private final Set<ObjectId> forgotten = new HashSet<>();
    private final Set<String> damaged = new TreeSet<>();

    /// What is known of one backup.
    private static final class Run {
        private final Map<String, String> files;
        private boolean saved;
        private boolean toForget;

        private Run(Map<String, String> files) {
            this.files = files;
        }
    }

    /// The engine broke a promise.
    @SuppressWarnings("serial")
    static final class Violation extends AssertionError {
        Violation(String message) {
            super(message);
        }

        Violation(String message, Throwable cause) {
            super(message, cause);
        }

        /// Whether another one says the same of other files and snapshots.
        boolean isLike(@Nullable Violation other) {
            return other != null && kind().equals(other.kind());
        }

        private String kind() {
            String words = String.valueOf(getMessage()).replaceAll("[0-9a-f]{8,}|[0-9]+", "");
            return words.substring(0, Math.min(words.length(), 60));
        }
    }

    /// A backup begins; from now on there may be a snapshot of it.
    void begins(String run, SimulatedFiles files) {
        runs.put(run, new Run(files.described()));
    }

    /// A backup was said to be done; from now on there must be a snapshot of it.
    void saved(String run) {
        run(run).saved = true;
    }

    /// Somebody asked to forget snapshots; from now on they need not be there.
    void toForget(List<Snapshot> snapshots) {
        snapshots.forEach(snapshot -> run(tag(snapshot)).toForget = true);
    }

    /// Snapshots were said to be forgotten or replaced; from now on they must not be there.
    void forgotten(List<Snapshot> snapshots) {
        snapshots.forEach(snapshot -> forgotten.add(snapshot.id()));
    }

    /// A power loss brought files back that had been removed.
    void back(List<String> names) {
        forgotten.removeIf(id -> names.contains("snapshots/" + id));
    }

    /// A file was changed as no storage may.
    void damaged(String name) {
        damaged.add(name);
    }

    boolean isDamaged() {
        return !damaged.isEmpty();
    }

    private Run run(String tag) {
        Run run = runs.get(tag);
        if (run == null) {
            throw new Violation("there is a snapshot that nobody made: " + tag);
        }
        return run;
    }

    /// The tag that says of which backup a snapshot is.
    static String tag(Snapshot snapshot) {
        return snapshot.tags().stream()
                .filter(tag -> tag.startsWith("run-"))
                .findFirst()
                .orElse("none");
    }

    /// Holds the snapshots there are against what must be there.
    ///
    /// @param unreadable whether some could not be read
    void checkListed(List<Snapshot> listed, boolean unreadable) {
        Set<String> tags = new HashSet<>();
        for (Snapshot snapshot : listed) {
            tags.add(tag(snapshot));
            run(tag(snapshot));
            if (forgotten.contains(snapshot.id())) {
                throw new Violation("snapshot " + snapshot.id().brief() + " was forgotten and is listed");
            }
        }
        if (isDamaged() && (unreadable || damaged.stream().anyMatch(name -> name.startsWith("snapshots/")))) {
            return;
        }
        runs.forEach((tag, run) -> {
            if (run.saved && !run.toForget && !tags.contains(tag)) {
                throw new Violation(tag + " was saved, never to be forgotten, and is not listed");
            }
        });
    }

    /// Holds what a snapshot holds against what was backed up.
    void checkContent(Snapshot snapshot, Map<String, String> files) {
        Map<String, String> expected = run(tag(snapshot)).files;
        if (!expected.equals(files)) {
            Map<String, String> differing = new HashMap<>(expected);
            differing.entrySet().removeAll(files.entrySet());
            throw new Violation("snapshot " + snapshot.id().brief() + " of " + tag(snapshot)
                    + " restores to something else: of " + expected.size() + " files differ " + differing + " in "
                    + files);
        }
    }

    /// Whether a refusal to read is right: only when the storage was damaged, and if the damage is named.
    void checkDamage(@Nullable Snapshot snapshot, HoldfastException.Damaged damage) {
        String what = snapshot == null ? "" : "snapshot " + snapshot.id().brief() + " of " + tag(snapshot) + ": ";
        if (!isDamaged()) {
            throw new Violation("damage where none was done: " + what + damage.getMessage(), damage);
        }
        if (!NAMED.matcher(String.valueOf(damage.getMessage())).find()) {
            throw new Violation("damage without a name: " + what + damage.getMessage(), damage);
        }
    }
}
