package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.source.postgres.ServerPrograms;
import holdfast.systest.HoldfastProcess.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The real program on one repository, as its user runs it. Whatever it is told to do, and however that ends, it
/// must show neither a stack trace nor a secret: every run is held to that.
final class Holdfast {
    static final String PASSWORD = "correct-h\u00f6rse";

    private static final String OPTIONS = "HOLDFAST_JAVA_OPTS";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;
    private final Path repository;
    private final Map<String, String> environment;
    private final List<String> prefix;

    private Holdfast(Path folder, Path repository, Map<String, String> environment, List<String> prefix) {
        this.folder = folder;
        this.repository = repository;
        this.environment = Map.copyOf(environment);
        this.prefix = List.copyOf(prefix);
    }

    /// @param folder working directory of the program
    /// @param scratch where it may put temporary files
    static Holdfast on(Path repository, Path folder, Path scratch) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOLDFAST_REPOSITORY", repository.toString());
        environment.put("HOLDFAST_PASSWORD", PASSWORD);
        environment.put("TMPDIR", scratch.toString());
        // compiled quickly, not well: most runs here have little data, and end before the second compiler pays
        environment.put(OPTIONS, "-XX:TieredStopAtLevel=1");
        return new Holdfast(folder, repository, environment, List.of());
    }

    /// @param value empty to leave the variable out
    Holdfast with(String variable, String value) {
        Map<String, String> changed = new HashMap<>(environment);
        if (value.isEmpty()) {
            changed.remove(variable);
        } else {
            changed.put(variable, value);
        }
        return new Holdfast(folder, repository, changed, prefix);
    }

    /// Finds these programs of PostgreSQL before all others.
    Holdfast with(ServerPrograms programs) {
        return with("PATH", programs.path() + ":" + System.getenv("PATH"));
    }

    /// Run by another command, such as `setpriv`.
    Holdfast by(List<String> command) {
        return new Holdfast(folder, repository, environment, command);
    }

    /// Compiled as it is for users: for runs with much data, and where it counts what the compiler does.
    Holdfast optimised() {
        return with(OPTIONS, "");
    }

    Path repository() {
        return repository;
    }

    /// What a run printed on stdout, which must have ended well.
    String run(String... arguments) throws IOException {
        return attempt(0, arguments).out();
    }

    /// A run that must end with the given exit code.
    Result attempt(int exitCode, String... arguments) throws IOException {
        Result result = attempt(arguments);
        assertThat(result.exitCode())
                .as("holdfast " + String.join(" ", arguments) + "\n" + result.all())
                .isEqualTo(exitCode);
        return result;
    }

    /// A run that may end as it likes.
    Result attempt(String... arguments) throws IOException {
        try (HoldfastProcess process = start(arguments)) {
            return finish(process);
        }
    }

    /// A run that is still going on.
    HoldfastProcess start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(HoldfastProcess.root().resolve("holdfast").toString());
        command.addAll(List.of(arguments));
        if (arguments.length > 0 && arguments[0].equals("init") && !command.contains("--key-cost")) {
            // opening is not what these tests are about, and they open thousands of times
            command.addAll(List.of("--key-cost", "10"));
        }
        return HoldfastProcess.start(folder, environment, command);
    }

    /// Waits for the end of what [#start] began.
    static Result finish(HoldfastProcess process) throws IOException {
        Result result = process.await(PATIENCE);
        assertThat(result.out() + result.err())
                .as("no stack trace, no secret: " + result.all())
                .doesNotContain("\tat ", "internal error", "java.lang", PASSWORD);
        return result;
    }

    /// A failure as the user meets it: one line that says what failed, and at most one with a hint.
    Result refused(int exitCode, String... arguments) throws IOException {
        Result result = attempt(exitCode, arguments);
        assertThat(result.err().lines().filter(line -> line.startsWith("holdfast: ")))
                .as("one line says what failed: " + result.all())
                .hasSize(1);
        assertThat(result.err().lines().filter(line -> line.startsWith("hint: ")))
                .as("one line says what to do: " + result.all())
                .hasSize(1);
        return result;
    }

    /// What a run with `--json` printed last.
    JsonNode json(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(arguments));
        words.add("--json");
        return last(run(words.toArray(String[]::new)));
    }

    static JsonNode last(String lines) {
        return JSON.readTree(lines.lines().reduce((_, line) -> line).orElse("null"));
    }

    /// Backs up and gives the id of the snapshot.
    String backup(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("backup"));
        words.addAll(List.of(arguments));
        return json(words.toArray(String[]::new)).get("snapshot_id").asString();
    }

    /// A snapshot as `snapshots` lists it.
    ///
    /// @param proof name of the level it is proven to; empty when it is not
    record Listed(String id, String host, List<String> paths, List<String> tags, String proof, boolean damaged) {}

    /// All snapshots, oldest first.
    List<Listed> snapshots() throws IOException {
        return listed(json("snapshots"));
    }

    /// @param document what `snapshots --json` prints
    static List<Listed> listed(JsonNode document) {
        return elements(document.get("snapshots"))
                .map(one -> new Listed(
                        one.get("id").asString(),
                        one.get("hostname").asString(),
                        elements(one.get("paths")).map(JsonNode::asString).toList(),
                        elements(one.get("tags")).map(JsonNode::asString).toList(),
                        one.get("proof").isNull()
                                        || !one.get("proof").get("passed").asBoolean()
                                ? ""
                                : one.get("proof").get("level").asString(),
                        one.get("damaged").asBoolean()))
                .toList();
    }

    static java.util.stream.Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    List<String> ids() throws IOException {
        return snapshots().stream().map(Listed::id).toList();
    }
}
