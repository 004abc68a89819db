package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: ls, diff, stats, check and prune tell the truth of two real snapshots, to people and to
/// programs.
@Tag("slow")
final class InspectingCommandsTest {
    @TempDir
    Path folder;

    private FakeWorld world;
    private Path files;

    @BeforeEach
    void takeTwoSnapshots() throws IOException {
        world = new FakeWorld(folder).with("HOLDFAST_PASSWORD", "x").with("TMPDIR", folder.toString());
        files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("stays"), "same");
        Files.writeString(files.resolve("changes"), "before");
        Files.writeString(files.resolve("goes"), "gone");
        ok("init", "--key-cost", "10");
        ok("backup", "files", "--prove", "written");
        Files.writeString(files.resolve("changes"), "after, and longer");
        Files.delete(files.resolve("goes"));
        Files.writeString(files.resolve("comes\n\u001b[31m"), "new");
        ok("backup", "files", "--prove", "written");
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private List<JsonNode> json(String... arguments) {
        ObjectMapper reader = new ObjectMapper();
        return ok(arguments).out().lines().map(reader::readTree).toList();
    }

    private String first() {
        JsonNode snapshots = json("snapshots", "--json").getFirst().get("snapshots");
        return snapshots.get(0).get("id").asString();
    }

    @Test
    void lsNamesEverythingAndEscapesWhatCouldHarmATerminal() {
        List<String> lines = ok("ls", "latest", "-q").out().lines().toList();
        assertThat(lines).contains("/holdfast.json", files + "/stays", files + "/comes\\n\\x1b[31m");
        assertThat(ok("ls", "latest", files.toString(), "-l", "-q").out())
                .contains("-rw-r--r--")
                .doesNotContain("holdfast.json");
        assertThat(world.run("ls", "latest", "/nowhere").code()).isEqualTo(4);
    }

    @Test
    void lsAsJsonIsOneDocumentALine() {
        List<JsonNode> documents = json("ls", "latest", files.toString(), "--json");
        assertThat(documents.getFirst().get("message_type").asString()).isEqualTo("snapshot");
        assertThat(documents.stream().skip(1).map(node -> node.get("name").asString()))
                .containsExactly("changes", "comes\n\u001b[31m", "stays");
        assertThat(documents.get(1).get("size").asLong()).isEqualTo(17);
    }

    @Test
    void diffNamesWhatCameWentAndChanged() {
        String before = first();
        assertThat(ok("diff", before, "latest", "-q").out().lines())
                .contains(
                        "M    " + files + "/changes", "-    " + files + "/goes", "+    " + files + "/comes\\n\\x1b[31m")
                .noneMatch(line -> line.contains("stays"));
        List<JsonNode> documents = json("diff", before, "latest", "--json");
        JsonNode totals = documents.getLast();
        assertThat(totals.get("message_type").asString()).isEqualTo("statistics");
        assertThat(totals.get("totals").get("added").get("files").asLong()).isEqualTo(1);
        assertThat(totals.get("totals").get("removed").get("files").asLong()).isEqualTo(1);
    }

    @Test
    void statsMeasureWhatSnapshotsHoldAndTheRepositoryTakes() {
        assertThat(ok("stats").out()).contains("restore-size of 2 snapshots: ", "raw-data", "the repository takes ");
        JsonNode document =
                json("stats", "latest", "--mode", "raw-data", "--json").getFirst();
        assertThat(document.get("stats").get(0).get("mode").asString()).isEqualTo("raw-data");
        assertThat(document.get("stats").get(0).get("snapshots").asInt()).isEqualTo(1);
        assertThat(document.get("storage")
                        .get("kinds")
                        .get("snapshots")
                        .get("files")
                        .asInt())
                .isEqualTo(2);
        assertThat(world.run("stats", "--mode", "weight").err()).contains("restore-size, raw-data");
    }

    @Test
    void checkFindsNothingThenADamagedPack() throws IOException {
        assertThat(ok("check", "--read-data").out()).contains("2 snapshots,", "no errors");
        assertThat(ok("check", "--read-data-subset", "1/3").out()).contains("no errors");
        assertThat(world.run("check", "--read-data-subset", "9/3").code()).isEqualTo(2);
        assertThat(world.run("check", "--read-data", "--read-data-subset", "5%").code())
                .isEqualTo(2);
        flipABit();
        Result damaged = world.run("check", "--read-data");
        assertThat(damaged.code()).isEqualTo(9);
        assertThat(damaged.out()).contains("error: data/");
        JsonNode document = new ObjectMapper()
                .readTree(world.run("check", "--read-data", "--json").out());
        assertThat(document.get("passed").asBoolean()).isFalse();
        assertThat(document.get("report").get("findings").get(0).get("severity").asString())
                .isEqualTo("error");
    }

    private void flipABit() throws IOException {
        Path pack;
        try (Stream<Path> packs = Files.walk(folder.resolve("backups/data"))) {
            pack = packs.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        assertThat(pack.toFile().setWritable(true)).isTrue();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[3] ^= 1;
        Files.write(pack, bytes);
    }

    @Test
    void pruneShowsItsPlanAndThenFreesWhatWasForgotten() {
        assertThat(ok("prune", "--dry-run").out()).contains("nothing to free");
        ok("forget", "--keep-last", "1");
        Result dry = ok("prune", "--dry-run", "--max-unused", "0");
        assertThat(dry.out()).contains("would remove");
        JsonNode done = json("prune", "--max-unused", "0", "--json").getFirst();
        assertThat(done.get("dry_run").asBoolean()).isFalse();
        assertThat(done.get("result").get("packs_removed").asInt()
                        + done.get("result").get("packs_repacked").asInt())
                .isPositive();
        assertThat(ok("check", "--read-data").out()).contains("1 snapshot,", "no errors");
        assertThat(world.run("prune", "--max-unused", "100%").code()).isEqualTo(2);
    }

    @Test
    void pruneShowsTheSamePlanDryOrNotAndADryRunChangesNothing() throws IOException {
        ok("forget", "--keep-last", "1");
        var before = stored();
        JsonNode dry = json("prune", "--dry-run", "--max-unused", "0", "--json").getFirst();
        assertThat(stored()).isEqualTo(before);
        assertThat(dry.get("result").isNull()).isTrue();
        JsonNode done = json("prune", "--max-unused", "0", "--json").getFirst();
        assertThat(done.get("plan")).isEqualTo(dry.get("plan"));
        assertThat(ok("prune", "--max-unused", "0").out()).contains("nothing to free");
    }

    private Map<String, String> stored() throws IOException {
        Map<String, String> stored = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder.resolve("backups"))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                stored.put(
                        file.toString(), ObjectId.hash(Files.readAllBytes(file)).hex());
            }
        }
        return stored;
    }

    @Test
    void pruneRemovesNothingWhenItCannotKnowWhatIsUsed() throws IOException {
        try (Stream<Path> packs = Files.walk(folder.resolve("backups/data"))) {
            for (Path pack : packs.filter(Files::isRegularFile).toList()) {
                Files.delete(pack);
            }
        }
        var before = stored();
        Result refused = world.run("prune");
        assertThat(refused.code()).isEqualTo(9);
        assertThat(refused.err()).contains("cannot prune: snapshot ", "hint: nothing was removed");
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void checkNamesTheSnapshotsAndPathsThatSuffer() throws IOException {
        String latest = json("snapshots", "--json")
                .getFirst()
                .get("snapshots")
                .get(1)
                .get("id")
                .asString();
        ok("forget", first());
        ok("prune", "--max-unused", "0");
        try (Stream<Path> packs = Files.walk(folder.resolve("backups/data"))) {
            for (Path pack : packs.filter(Files::isRegularFile).toList()) {
                Files.delete(pack);
            }
        }
        assertThat(world.run("check").out()).contains("is missing", "affects " + latest.substring(0, 8) + ":/");
        JsonNode report =
                new ObjectMapper().readTree(world.run("check", "--json").out()).get("report");
        assertThat(report.get("errors").asInt()).isPositive();
        assertThat(report.get("findings")
                        .valueStream()
                        .flatMap(finding -> finding.get("affected").valueStream()))
                .isNotEmpty()
                .allSatisfy(
                        place -> assertThat(place.get("snapshot").asString()).isEqualTo(latest));
    }

    @Test
    void whatIsNotInTheSnapshotIsRefusedWithWhatIsNear() {
        assertThat(world.run("ls", "latest", files + "/stay").err())
                .contains("cannot find " + files + "/stay in snapshot", "hint: near: stays");
    }

    @Test
    void everyCommandExplainsItselfWithExamples() {
        for (String command : List.of("check", "prune", "ls", "diff", "stats")) {
            assertThat(ok(command, "--help").out()).contains("Examples:", "  holdfast " + command);
        }
    }

    @Test
    void forgetMayPruneAtOnce() {
        assertThat(ok("forget", "--keep-last", "1", "--prune").out()).contains("freed ");
        assertThat(ok("prune", "--dry-run", "--max-unused", "unlimited").out()).contains("nothing to free");
    }
}
