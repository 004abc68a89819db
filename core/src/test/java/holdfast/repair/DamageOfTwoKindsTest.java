package holdfast.repair;

import static holdfast.repair.Repaired.random;
import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.Backups;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.Repository;
import holdfast.repository.SampleRepository;
import holdfast.repository.SampleTree;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Goal: whatever two files of a repository are damaged, and however, the repairs one after the other leave a
/// repository without an error, in which every file is what it was or what is left of it, and is named if it lost
/// anything; what does not need the damaged files is whole.
/// Method: a repository of four snapshots; 80 times two of its files, of any kind but config and keys, are damaged
/// by chance.
@Tag("slow")
class DamageOfTwoKindsTest {
    private static final int ROUNDS = 80;
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private final SampleRepository repository = new SampleRepository();
    private final Map<Instant, Snapshot> snapshots = new HashMap<>();
    private final Map<Instant, SortedMap<String, byte[]>> contents = new HashMap<>();

    DamageOfTwoKindsTest() throws IOException {
        SampleTree tree = new SampleTree().file("/a", random(4000, 1)).file("/d/b", random(3500, 2));
        save(tree, 1);
        save(tree.file("/d/e/c", random(2500, 3)), 2);
        save(tree.remove("/a").file("/f/a", random(4000, 1)).file("/f/g", random(1500, 4)), 3);
        save(tree.copy(), 4); // the same again
    }

    private void save(SampleTree tree, int day) throws IOException {
        Snapshot snapshot = tree.save(repository.open(), Instant.EPOCH.plusSeconds(86_400L * day));
        snapshots.put(snapshot.time(), snapshot);
        contents.put(snapshot.time(), Backups.contents(repository.reopen(), snapshot));
    }

    @Test
    void repairsLeaveWhatIsIntact() throws IOException {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            SampleRepository copy = repository.copy();
            List<String> files = new ArrayList<>();
            for (String kind : List.of("data/", "index/", "snapshots/")) {
                files.addAll(copy.names(kind));
            }
            List<String> done = new ArrayList<>();
            for (int number = 0; number < 2; number++) {
                done.add(damage(copy, files.remove(random.nextInt(files.size())), random));
            }
            repairAndCompare(copy, "-Dseed=" + SEED + " round " + round + ": " + done);
        }
    }

    private static String damage(SampleRepository copy, String file, Random random) throws IOException {
        byte[] bytes = copy.bytes(file);
        return switch (random.nextInt(4)) {
            case 0 -> {
                copy.storage().delete(file);
                yield file + " missing";
            }
            case 1 -> {
                int length = random.nextInt(bytes.length);
                copy.replace(file, Arrays.copyOf(bytes, length));
                yield file + " cut to " + length + " of " + bytes.length;
            }
            case 2 -> {
                copy.replace(file, new byte[0]);
                yield file + " emptied";
            }
            default -> {
                int at = random.nextInt(bytes.length);
                copy.flip(file, at);
                yield file + " flipped at " + at + " of " + bytes.length;
            }
        };
    }

    private void repairAndCompare(SampleRepository copy, String when) throws IOException {
        Map<ObjectId, SortedMap<String, byte[]>> restorable = wholeBefore(copy);
        Repaired.index(copy.reopen());
        Repaired.packs(copy.reopen(), List.of(), true);
        for (String file : copy.names("snapshots/")) {
            forgetIfUnreadable(copy, file);
        }
        List<SnapshotRepair.Result> results = Repaired.snapshots(copy.reopen(), true);
        Repository open = copy.reopen();
        Repaired.assertNothingLost(restorable, open, when);
        assertThat(Repaired.check(open).errors()).as(when).isZero();
        Map<ObjectId, SnapshotRepair.Result> changed = new HashMap<>();
        results.forEach(result -> result.after().ifPresent(after -> changed.put(after.id(), result)));
        for (Snapshot snapshot : open.snapshots()) {
            SortedMap<String, byte[]> before = Objects.requireNonNull(contents.get(snapshot.time()));
            SortedMap<String, byte[]> now = Backups.contents(open, snapshot);
            if (!changed.containsKey(snapshot.id())) {
                assertThat(Repaired.same(now, before)).as(when).isTrue();
            } else {
                assertThat(Repaired.same(now, before)).as(when).isFalse();
                assertThat(before.keySet()).as(when).containsAll(now.keySet());
                now.forEach((path, content) -> assertThat(isPartOf(content, Objects.requireNonNull(before.get(path))))
                        .as(when)
                        .isTrue());
                assertThat(snapshot.tags()).as(when).contains("repaired", "incomplete");
            }
        }
        Recovery.Origin origin = new Recovery.Origin("h", "u", 0, 0, "p", Instant.EPOCH);
        try (var lock = SampleRepository.exclusive(open)) {
            Recovery recovery = new Recovery(open, new holdfast.model.Progress());
            recovery.apply(recovery.plan(), origin, lock);
        }
        assertThat(Repaired.check(copy.reopen()).errors())
                .as(when + ", recovered")
                .isZero();
    }

    /// Those that restore although something is damaged.
    private static Map<ObjectId, SortedMap<String, byte[]>> wholeBefore(SampleRepository copy) throws IOException {
        return Repaired.restorable(copy.reopen());
    }

    private static void forgetIfUnreadable(SampleRepository copy, String file) throws IOException {
        ObjectId id = ObjectId.parse(file.substring(file.indexOf('/') + 1));
        try {
            copy.open().snapshot(id);
        } catch (HoldfastException.Damaged e) {
            copy.open().delete(id);
        }
    }

    /// Whether content is some of the blobs of 1000 bytes, in their order.
    private static boolean isPartOf(byte[] content, byte[] whole) {
        int from = 0;
        for (int at = 0; at < whole.length && from < content.length; at += 1000) {
            int length = Math.min(1000, whole.length - at);
            if (content.length - from >= length
                    && Arrays.equals(content, from, from + length, whole, at, at + length)) {
                from += length;
            }
        }
        return from == content.length;
    }
}
