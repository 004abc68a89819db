package holdfast.repository.json;

import holdfast.model.Manifest;
import holdfast.model.SequenceRecord;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `holdfast.json`: indented, its keys always in the same order, so that it can be read and
/// compared by eye. Bytes of a path that are no UTF-8 appear as escaped lone surrogates U+DC80 to
/// U+DCFF, which Python's `json` reads back as the file name they belong to.
public final class ManifestJson {
    private ManifestJson() {}

    public static ByteBuffer write(Manifest manifest) {
        JsonOut out = JsonOut.pretty().beginObject();
        out.key("version").number(manifest.version());
        out.key("taken_at").time(manifest.takenAt());
        out.key("program").string(manifest.program());
        out.key("host").string(manifest.host());
        out.key("operator").string(manifest.operator());
        out.key("environment").string(manifest.environment());
        out.key("label").string(manifest.label());
        out.key("reason").string(manifest.reason());
        out.key("nodes").number(manifest.nodes());
        out.key("sources").beginArray();
        manifest.sources().forEach(source -> write(source, out));
        return out.endArray().endObject().lineBreak().done();
    }

    private static void write(SourceRecord source, JsonOut out) {
        out.beginObject();
        out.key("kind").string(source.kind().label());
        out.key("location").string(source.location());
        out.key("path").string(source.path());
        out.key("files").number(source.files());
        out.key("bytes").number(source.bytes());
        out.key("details").beginObject();
        source.details().forEach((key, value) -> out.key(key).string(value));
        out.endObject();
        out.key("tables").beginArray();
        source.tables().forEach(table -> TableJson.write(table, out));
        out.endArray();
        write(source.sequences(), out);
        out.key("damage").strings(source.damage());
        out.key("failures").beginArray();
        for (SourceRecord.Failure failure : source.failures()) {
            out.beginObject();
            out.key("item").string(failure.item());
            out.key("reason").string(failure.reason());
            out.key("stored").flag(failure.stored());
            out.endObject();
        }
        out.endArray();
        out.endObject();
    }

    /// Left out when there are none, so that documents of other sources stay as they were.
    private static void write(List<SequenceRecord> sequences, JsonOut out) {
        if (sequences.isEmpty()) {
            return;
        }
        out.key("sequences").beginArray();
        for (SequenceRecord sequence : sequences) {
            out.beginObject();
            out.key("name").string(sequence.name());
            out.key("last_value").number(sequence.lastValue());
            out.key("called").flag(sequence.called());
            out.endObject();
        }
        out.endArray();
    }

    public static Manifest read(ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            Fields fields = new Fields();
            in.object(key -> fields.read(key, in));
            return fields.manifest();
        });
    }

    /// A manifest while it is being read.
    private static final class Fields {
        private int version;
        private @Nullable Instant takenAt;
        private String program = "";
        private String host = "";
        private String operator = "";
        private String environment = "";
        private String label = "";
        private String reason = "";
        private long nodes;
        private final List<SourceRecord> sources = new ArrayList<>();

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "version" -> {
                    version = (int) in.number(Integer.MAX_VALUE);
                    if (version > Manifest.VERSION) {
                        throw new BrokenFormatException("written by a newer Holdfast, in version " + version);
                    }
                }
                case "taken_at" -> takenAt = in.time();
                case "program" -> program = in.string();
                case "host" -> host = in.string();
                case "operator" -> operator = in.string();
                case "environment" -> environment = in.string();
                case "label" -> label = in.string();
                case "reason" -> reason = in.string();
                case "nodes" -> nodes = in.number(Long.MAX_VALUE);
                case "sources" -> in.array(() -> sources.add(source(in)));
                default -> {}
            }
        }

        private Manifest manifest() throws BrokenFormatException {
            if (version == 0 || takenAt == null) {
                throw new BrokenFormatException("a manifest without version or time");
            }
            return new Manifest(version, takenAt, program, host, operator, environment, label, reason, sources, nodes);
        }
    }

    private static SourceRecord source(JsonIn in) throws BrokenFormatException {
        SourceFields fields = new SourceFields();
        in.object(key -> fields.read(key, in));
        if (fields.kind == null) {
            throw new BrokenFormatException("a source without kind");
        }
        return new SourceRecord(
                fields.kind,
                fields.location,
                fields.path,
                fields.details,
                fields.tables,
                fields.sequences,
                fields.files,
                fields.bytes,
                fields.damage,
                fields.failures);
    }

    /// A source while it is being read.
    private static final class SourceFields {
        private @Nullable SourceKind kind;
        private String location = "";
        private String path = "";
        private final Map<String, String> details = new TreeMap<>();
        private final List<TableRecord> tables = new ArrayList<>();
        private final List<SequenceRecord> sequences = new ArrayList<>();
        private long files;
        private long bytes;
        private List<String> damage = List.of();
        private final List<SourceRecord.Failure> failures = new ArrayList<>();

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "kind" -> kind = kind(in.string());
                case "location" -> location = in.name();
                case "path" -> path = in.name();
                case "details" -> in.object(detail -> details.put(detail, in.string()));
                case "tables" -> in.array(() -> tables.add(TableJson.read(in)));
                case "sequences" -> in.array(() -> sequences.add(sequence(in)));
                case "files" -> files = in.number(Long.MAX_VALUE);
                case "bytes" -> bytes = in.number(Long.MAX_VALUE);
                case "damage" -> damage = in.strings();
                case "failures" -> in.array(() -> failures.add(failure(in)));
                default -> {}
            }
        }
    }

    private static SourceKind kind(String label) throws BrokenFormatException {
        return Arrays.stream(SourceKind.values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new BrokenFormatException("a source of unknown kind: " + label));
    }

    private static SequenceRecord sequence(JsonIn in) throws BrokenFormatException {
        String[] name = {""};
        long[] value = new long[1];
        boolean[] called = new boolean[1];
        in.object(key -> {
            switch (key) {
                case "name" -> name[0] = in.string();
                case "last_value" -> value[0] = in.signed();
                case "called" -> called[0] = in.flag();
                default -> {}
            }
        });
        return new SequenceRecord(name[0], value[0], called[0]);
    }

    private static SourceRecord.Failure failure(JsonIn in) throws BrokenFormatException {
        String[] texts = {"", ""};
        boolean[] stored = new boolean[1];
        in.object(key -> {
            switch (key) {
                case "item" -> texts[0] = in.name();
                case "reason" -> texts[1] = in.string();
                case "stored" -> stored[0] = in.flag();
                default -> {}
            }
        });
        return new SourceRecord.Failure(texts[0], texts[1], stored[0]);
    }
}
