package holdfast.repository.json;

import holdfast.model.Fingerprint;
import holdfast.model.TableRecord;
import holdfast.model.TableState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A table in `holdfast.json`.
final class TableJson {
    private TableJson() {}

    static void write(TableRecord table, JsonOut out) {
        out.beginObject();
        out.key("name").string(table.name());
        out.key("rows").number(table.rows());
        out.key("fingerprint").string(table.fingerprint().toString());
        if (table.critical()) {
            out.key("critical").flag(true);
        }
        if (table.readAt() != null) {
            out.key("read_at").time(table.readAt());
        }
        TableState state = table.state();
        if (state != null) {
            out.key("state").beginObject();
            out.key("file").string(state.file());
            out.key("bytes").number(state.bytes());
            out.key("definition").string(state.definition());
            out.endObject();
        }
        out.endObject();
    }

    static TableRecord read(JsonIn in) throws BrokenFormatException {
        Fields fields = new Fields();
        in.object(key -> fields.read(key, in));
        try {
            return new TableRecord(
                    fields.name,
                    fields.rows,
                    Fingerprint.parse(fields.fingerprint),
                    fields.critical,
                    fields.readAt,
                    fields.state);
        } catch (IllegalArgumentException e) {
            throw new BrokenFormatException("a table with a broken fingerprint", e);
        }
    }

    /// A table while it is being read.
    private static final class Fields {
        private String name = "";
        private long rows;
        private String fingerprint = "";
        private boolean critical;
        private @Nullable Instant readAt;
        private @Nullable TableState state;

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "name" -> name = in.string();
                case "rows" -> rows = in.number(Long.MAX_VALUE);
                case "fingerprint" -> fingerprint = in.string();
                case "critical" -> critical = in.flag();
                case "read_at" -> readAt = in.time();
                case "state" -> state = state(in);
                default -> {}
            }
        }
    }

    private static TableState state(JsonIn in) throws BrokenFormatException {
        String[] texts = {"", ""};
        long[] bytes = new long[1];
        in.object(key -> {
            switch (key) {
                case "file" -> texts[0] = in.string();
                case "bytes" -> bytes[0] = in.number(Long.MAX_VALUE);
                case "definition" -> texts[1] = in.string();
                default -> {}
            }
        });
        return new TableState(texts[0], bytes[0], texts[1]);
    }
}
