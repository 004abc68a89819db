package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Fingerprint;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// Goal: docs/COMMANDS.md is true. Method: the part between its marks is written from the program itself and
/// compared; `-Dgolden=write` writes it anew.
final class CommandsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "COMMANDS.md");
    private static final int COLUMNS = 100;
    private static final String END = "<!-- end -->";

    /// @param messageType as the document gives it
    private record Shape(String messageType, Class<? extends Record> type) {}

    /// The documents of `--json`, by what prints them.
    private static final Map<String, List<Shape>> DOCUMENTS = documents();

    private static Map<String, List<Shape>> documents() {
        Map<String, List<Shape>> documents = new LinkedHashMap<>();
        documents.put("any command that fails, on stderr", List.of(new Shape("error", Failure.ErrorDocument.class)));
        documents.put("init", List.of(new Shape("initialized", InitCommand.Document.class)));
        documents.put("backup", List.of(new Shape("summary", BackupReport.Document.class)));
        documents.put("snapshots", List.of(new Shape("snapshots", SnapshotsCommand.Document.class)));
        documents.put("show", List.of(new Shape("snapshot", ShowCommand.Document.class)));
        documents.put(
                "ls",
                List.of(new Shape("snapshot", LsCommand.Head.class), new Shape("node", LsCommand.NodeDocument.class)));
        documents.put(
                "diff",
                List.of(
                        new Shape("change", DiffCommand.ChangeDocument.class),
                        new Shape("statistics", DiffCommand.TotalsDocument.class)));
        documents.put("stats", List.of(new Shape("stats", StatsCommand.Document.class)));
        documents.put(
                "verify",
                List.of(
                        new Shape("proof", VerifyCommand.Document.class),
                        new Shape("file_proof", BareFiles.Document.class)));
        documents.put(
                "restore, undo",
                List.of(
                        new Shape("plan", RestoreAction.PlanDocument.class),
                        new Shape("summary", RestoreAction.Document.class)));
        documents.put("copy", List.of(new Shape("copy", CopyCommand.Document.class)));
        documents.put("tag", List.of(new Shape("tag", TagCommand.Document.class)));
        documents.put("rewrite", List.of(new Shape("rewrite", RewriteCommand.Document.class)));
        documents.put("forget", List.of(new Shape("forget", ForgetReport.Document.class)));
        documents.put("prune", List.of(new Shape("prune", PruneCommand.Document.class)));
        documents.put("check", List.of(new Shape("check", CheckCommand.Document.class)));
        documents.put("repair index", List.of(new Shape("index_repaired", RepairIndexCommand.Document.class)));
        documents.put("repair packs", List.of(new Shape("packs_repaired", RepairPacksCommand.Document.class)));
        documents.put(
                "repair snapshots", List.of(new Shape("snapshots_repaired", RepairSnapshotsCommand.Document.class)));
        documents.put("recover", List.of(new Shape("recovered", RecoverCommand.Document.class)));
        documents.put("doctor", List.of(new Shape("doctor", DoctorCommand.Document.class)));
        documents.put("export", List.of(new Shape("export", ExportCommand.Document.class)));
        documents.put("stash create", List.of(new Shape("stash_created", StashCommand.CreateStash.Created.class)));
        documents.put("stash list", List.of(new Shape("stashes", StashCommand.ListStashes.Listed.class)));
        documents.put("stash restore", List.of(new Shape("stash_restored", StashRestoreCommand.Document.class)));
        documents.put("stash drop", List.of(new Shape("stashes_dropped", StashDropCommand.Document.class)));
        documents.put("unlock", List.of(new Shape("unlocked", UnlockCommand.Document.class)));
        documents.put(
                "key list, key add, key passwd, key remove",
                List.of(
                        new Shape("keys", KeyCommand.ListKeys.Document.class),
                        new Shape("key_added | password_changed | key_removed", KeyCommand.ChangeDocument.class)));
        documents.put("completion", List.of(new Shape("completion", CompletionCommand.Document.class)));
        documents.put("manual", List.of(new Shape("manual", ManualCommand.Document.class)));
        documents.put("version", List.of(new Shape("version", VersionCommand.Document.class)));
        return documents;
    }

    @Test
    void thePageSaysWhatTheProgramSays() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("-->\n", page.indexOf("<!-- begin")) + "-->\n".length();
        int end = page.indexOf(END);
        String written = "\n" + commands() + shapes();
        if (System.getProperty("golden", "").equals("write")) {
            Files.writeString(PAGE, page.substring(0, begin) + written + page.substring(end));
            return;
        }
        assertThat(page.substring(begin, end))
                .as("docs/COMMANDS.md is behind the program; './check page' writes it anew")
                .isEqualTo(written);
    }

    private static String commands() {
        CommandLine line = Holdfast.commandLine(new Session(World.system()));
        StringBuilder text = new StringBuilder();
        append(text, "holdfast", line);
        line.getSubcommands().forEach((name, command) -> {
            if (!name.equals("help")) {
                append(text, name, command);
                command.getSubcommands().forEach((sub, inner) -> append(text, name + " " + sub, inner));
            }
        });
        return text.toString();
    }

    private static void append(StringBuilder text, String name, CommandLine command) {
        text.append("### ").append(name).append("\n\n```\n");
        text.append(command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                .lines()
                .filter(line -> !line.startsWith("Options that all commands take"))
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n")));
        text.append("\n```\n\n");
    }

    private static String shapes() {
        StringBuilder text = new StringBuilder("## The documents of --json\n\n");
        text.append("`?` marks what may be null, `…` a list of any length; times are ISO 8601, durations seconds.\n\n");
        DOCUMENTS.forEach((name, records) -> {
            text.append("### ").append(name).append("\n\n```\n");
            text.append(records.stream()
                    .map(one -> shape(one.type(), "")
                            .replaceFirst("message_type: text", "message_type: " + one.messageType()))
                    .collect(Collectors.joining("\n")));
            text.append("\n```\n\n");
        });
        return text.toString();
    }

    private static String shape(Type type, String indent) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == Optional.class) {
                return shape(last, indent) + "?";
            }
            return generic.getRawType() == Map.class
                    ? "{ name: " + shape(last, indent) + ", … }"
                    : "[" + shape(last, indent) + ", …]";
        }
        return type instanceof Class<?> one ? shape(one, indent) : type.getTypeName();
    }

    private static String shape(Class<?> type, String indent) {
        if (type == ObjectId.class) {
            return "id";
        }
        if (type == Fingerprint.class) {
            return "fingerprint";
        }
        if (type.isRecord()) {
            return record(type, indent);
        }
        if (type.isEnum()) {
            return Stream.of(type.getEnumConstants())
                    .map(constant ->
                            constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(" | "));
        }
        if (type == boolean.class) {
            return "boolean";
        }
        if (type == Instant.class) {
            return "time";
        }
        if (type == Duration.class) {
            return "seconds";
        }
        return type.isPrimitive() || Number.class.isAssignableFrom(type) ? "number" : "text";
    }

    /// On one line if it fits.
    private static String record(Class<?> type, String indent) {
        String deeper = indent + "  ";
        List<String> members = Stream.of(type.getRecordComponents())
                .map(component -> snakeCase(component)
                        + ": "
                        + shape(component.getGenericType(), deeper)
                        + (component.getAnnotatedType().isAnnotationPresent(Nullable.class) ? "?" : ""))
                .toList();
        String line = "{ " + String.join(", ", members) + " }";
        boolean fits = line.length() + indent.length() <= COLUMNS && !line.contains("\n");
        return fits
                ? line
                : members.stream().map(member -> deeper + member).collect(Collectors.joining(",\n", "{\n", " }"));
    }

    private static String snakeCase(RecordComponent component) {
        return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
