package holdfast.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The files of a storage, and what of them would survive if the power failed now.
///
/// In a folder of a machine ([holdfast.storage.LocalStorage]) a file gets its name when it is whole and on disk, but
/// the name itself is on disk only when the call that stored the file returns; most removals are on disk only when a
/// file is stored in the same folder afterwards. An object store forgets nothing.
final class SimulatedDisk {
    /// How long an object store's listing may lag behind: less than whoever takes a lock waits for others.
    private static final Duration LAG_MAX = Duration.ofMillis(150);

    /// Folders in which a removal is on disk when it is done.
    private static final Set<String> FORCED_REMOVALS = Set.of("snapshots/", "index/");

    private final boolean local;
    private final SimulatedTime time;
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Set<String> unforced = new HashSet<>();
    private final Map<String, byte[]> removed = new LinkedHashMap<>();
    private final List<Change> recent = new ArrayList<>();

    private record Change(Instant at, String name, byte @Nullable [] before) {}

    SimulatedDisk(boolean local, SimulatedTime time) {
        this.local = local;
        this.time = time;
    }

    byte @Nullable [] get(String name) {
        return files.get(name);
    }

    /// The files there are, in the order they came.
    List<String> names(String prefix) {
        return files.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /// The file has its name, which a power loss may still take from it.
    ///
    /// @return whether the name was free
    boolean link(String name, byte[] content) {
        if (files.putIfAbsent(name, content) != null) {
            return false;
        }
        if (local) {
            unforced.add(name);
        }
        note(name, null);
        return true;
    }

    /// What happened in the folder of this file is on disk.
    void force(String name) {
        String folder = folder(name);
        unforced.removeIf(other -> folder(other).equals(folder));
        removed.keySet().removeIf(other -> folder(other).equals(folder));
    }

    private static String folder(String name) {
        int slash = name.indexOf('/');
        return name.substring(0, name.startsWith("data/") ? slash + 3 : slash + 1);
    }

    void delete(String name) {
        byte[] content = files.remove(name);
        if (content != null) {
            note(name, content);
            if (local && !unforced.remove(name)) {
                removed.put(name, content);
            }
            if (FORCED_REMOVALS.contains(folder(name))) {
                force(name);
            }
        }
    }

    private void note(String name, byte @Nullable [] before) {
        recent.removeIf(change -> change.at().isBefore(time.now().minus(LAG_MAX)));
        recent.add(new Change(time.now(), name, before));
    }

    /// As [#names], but with some of the last changes undone.
    Map<String, byte[]> listing(String prefix, boolean stale, Random random) {
        Map<String, byte[]> shown = new LinkedHashMap<>();
        files.forEach((name, content) -> {
            if (name.startsWith(prefix)) {
                shown.put(name, content);
            }
        });
        if (stale) {
            for (Change change : recent.reversed()) {
                boolean undo = change.name().startsWith(prefix)
                        && !change.at().isBefore(time.now().minus(LAG_MAX))
                        && random.nextBoolean();
                byte[] before = change.before();
                if (undo && before == null) {
                    shown.remove(change.name());
                } else if (undo && before != null) {
                    shown.put(change.name(), before);
                }
            }
        }
        return shown;
    }

    /// What was not on disk is so by chance.
    ///
    /// @return files that were removed and are back
    List<String> losePower(Random random) {
        for (String name : unforced.stream().sorted().toList()) {
            if (random.nextBoolean()) {
                files.remove(name);
            }
        }
        List<String> back = new ArrayList<>();
        removed.forEach((name, content) -> {
            if (random.nextBoolean() && files.putIfAbsent(name, content) == null) {
                back.add(name);
            }
        });
        unforced.clear();
        removed.clear();
        return back;
    }

    /// Changes a file as no storage may: null takes it away.
    void damage(String name, byte @Nullable [] content) {
        if (content == null) {
            files.remove(name);
        } else {
            files.put(name, content);
        }
    }
}
