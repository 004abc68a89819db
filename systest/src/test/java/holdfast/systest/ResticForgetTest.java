package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.model.Snapshot;
import holdfast.model.Tree;
import holdfast.repository.BlobWriter;
import holdfast.repository.InitOptions;
import holdfast.repository.Lock;
import holdfast.repository.Password;
import holdfast.repository.Repository;
import holdfast.repository.WriterOptions;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: whoever comes from restic keeps the same snapshots with the same options. Method: both plan the same
/// policies for the same repository of two years, and what they would keep is compared. All counts are used up,
/// for the versions of restic differ in what they do with a count that is not.
final class ResticForgetTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("RESTIC_PASSWORD", "x", "RESTIC_REPOSITORY", "backups", "TZ", "UTC");

    private static final List<List<String>> POLICIES = List.of(
            List.of("--keep-last", "7"),
            List.of("--keep-hourly", "9"),
            List.of("--keep-daily", "10"),
            List.of("--keep-weekly", "8"),
            List.of("--keep-monthly", "6"),
            List.of("--keep-yearly", "1"),
            List.of("--keep-daily", "7", "--keep-weekly", "4", "--keep-monthly", "12"),
            List.of("--keep-within", "2m"),
            List.of("--keep-within-daily", "14d", "--keep-within-weekly", "3m", "--keep-within-monthly", "1y"),
            List.of("--keep-tag", "release", "--keep-last", "1"),
            List.of("--keep-tag", "a,b", "--keep-last", "2", "--group-by", "host"),
            List.of("--keep-last", "2", "--group-by", "host,tags"),
            List.of("--keep-daily", "3", "--host", "two"));

    @TempDir
    Path folder;

    @Test
    void theSameOptionsKeepTheSameSnapshots() throws IOException {
        String restic = Programs.need("restic");
        makeSnapshots();
        for (List<String> policy : POLICIES) {
            Set<String> ours = ours(policy);
            assertThat(ours).as(policy.toString()).isNotEmpty().isEqualTo(theirs(restic, policy));
        }
    }

    private void makeSnapshots() throws IOException {
        Random random = new Random(7);
        MemoryStorage storage = new MemoryStorage();
        try (Repository repository =
                        Repository.init(storage, Password.of("x"), new InitOptions(10), InstantSource.system());
                Lock lock = repository.locks().shared();
                BlobWriter writer = repository.writer(WriterOptions.standard(lock::check, new Progress()))) {
            ObjectId tree = writer.writeTree(new Tree(List.of()));
            writer.finish();
            Instant time = Instant.parse("2023-12-25T00:00:00Z");
            for (int i = 0; i < 160; i++) {
                time = time.plus(Duration.ofMinutes(random.nextInt(i % 3 == 0 ? 90 : 16_000)));
                repository.save(snapshot(time, tree, random));
            }
        }
        copy(storage, folder.resolve("backups"));
    }

    /// As a storage in a folder lays files out, without waiting for the disk at each.
    private static void copy(Storage storage, Path target) throws IOException {
        for (String kind : List.of("data", "index", "keys", "locks", "snapshots")) {
            Files.createDirectories(target.resolve(kind));
            for (StoredFile file : storage.listAll(kind + "/")) {
                String id = file.name().substring(kind.length() + 1);
                Path path = target.resolve(kind.equals("data") ? "data/" + id.substring(0, 2) + "/" + id : file.name());
                Files.createDirectories(path.getParent());
                Files.write(path, bytes(storage.get(file.name())));
            }
        }
        Files.write(target.resolve("config"), bytes(storage.get("config")));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static Snapshot snapshot(Instant time, ObjectId tree, Random random) {
        List<List<String>> tags = List.of(List.of(), List.of("release"), List.of("a"), List.of("a", "b"));
        return new Snapshot(
                new ObjectId(0, 0, 0, 0),
                time,
                tree,
                random.nextInt(4) == 0 ? List.of("/srv/x", "/srv/y") : List.of("/srv/x"),
                random.nextInt(3) == 0 ? "two" : "one",
                "user",
                0,
                0,
                List.of(),
                tags.get(Math.max(0, random.nextInt(9) - 5)),
                null,
                null,
                "holdfast",
                null);
    }

    private Set<String> ours(List<String> policy) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("forget", "--dry-run", "--json", "--minimum-redundancy", "0"));
        arguments.addAll(policy);
        Result result = HoldfastProcess.run(folder, ENVIRONMENT, arguments.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.all()).isZero();
        Set<String> kept = new TreeSet<>();
        for (JsonNode group : new ObjectMapper().readTree(result.out()).get("groups")) {
            group.get("keep")
                    .forEach(one -> kept.add(one.get("snapshot").get("id").asString()));
        }
        return kept;
    }

    private Set<String> theirs(String restic, List<String> policy) throws IOException {
        List<String> command = new ArrayList<>(List.of(restic, "forget", "--dry-run", "--json", "--no-cache"));
        command.addAll(policy);
        try (HoldfastProcess process = HoldfastProcess.start(folder, ENVIRONMENT, command)) {
            Result result = process.await(Duration.ofMinutes(2));
            assertThat(result.exitCode()).as(result.all()).isZero();
            Set<String> kept = new TreeSet<>();
            for (JsonNode group : new ObjectMapper().readTree(result.out())) {
                group.get("keep").forEach(one -> kept.add(one.get("id").asString()));
            }
            return kept;
        }
    }
}
