package holdfast.source.postgres;

import holdfast.model.SourceRecord;
import holdfast.source.postgres.rows.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What of a database is stored, as `pg_dump` lets one choose it. Immutable.
public record DumpSelection(List<Choice> choices, Content content) {
    public static final DumpSelection EVERYTHING = new DumpSelection(List.of(), Content.ALL);

    /// The key in a snapshot's document that says what was chosen, as on a command line; of a whole
    /// database there is none.
    public static final String DETAIL = "postgres.selection";

    /// What a pattern is given for.
    public enum Kind {
        SCHEMA("--schema"),
        EXCLUDE_SCHEMA("--exclude-schema"),
        TABLE("--table"),
        EXCLUDE_TABLE("--exclude-table"),
        EXCLUDE_TABLE_DATA("--exclude-table-data"),
        /// No option of `pg_dump`: tables that are marked.
        CRITICAL("--critical");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        boolean isOfSchemas() {
            return this == SCHEMA || this == EXCLUDE_SCHEMA;
        }

        boolean includes() {
            return this == SCHEMA || this == TABLE;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// One pattern.
    public record Choice(Kind kind, String pattern) {
        /// @throws holdfast.model.HoldfastException.BadUsage when it is no pattern
        NamePattern names() {
            return kind.isOfSchemas() ? NamePattern.ofName(pattern) : NamePattern.of(pattern);
        }

        @Override
        public String toString() {
            return kind + " " + pattern;
        }
    }

    public enum Content {
        ALL(""),
        SCHEMA("--schema-only"),
        DATA("--data-only");

        private final String option;

        Content(String option) {
            this.option = option;
        }
    }

    public DumpSelection {
        choices = List.copyOf(choices);
    }

    boolean isEverything() {
        return choices.isEmpty() && content == Content.ALL;
    }

    /// Whether it names what is wanted, and not only what is not.
    public boolean includes() {
        return choices.stream().anyMatch(choice -> choice.kind().includes());
    }

    List<String> patterns(Kind kind) {
        return choices.stream()
                .filter(choice -> choice.kind() == kind)
                .map(Choice::pattern)
                .toList();
    }

    /// The same with fewer patterns.
    DumpSelection without(List<Choice> unwanted) {
        return new DumpSelection(
                choices.stream().filter(choice -> !unwanted.contains(choice)).toList(), content);
    }

    /// As `pg_dump` takes them. It refuses a pattern of what is wanted that fits nothing; of the others
    /// it would say nothing.
    List<String> options() {
        List<String> options = choices.stream()
                .map(choice -> choice.kind() + "=" + choice.pattern())
                .collect(Collectors.toCollection(ArrayList::new));
        if (includes()) {
            options.add("--strict-names");
        }
        if (content != Content.ALL) {
            options.add(content.option);
        }
        return List.copyOf(options);
    }

    /// Whether a snapshot holds rows, and nothing that they could be loaded into.
    static boolean isRowsAlone(SourceRecord recorded) {
        return recorded.details().getOrDefault(DETAIL, "").endsWith(Content.DATA.option);
    }

    /// As it would be written on a command line.
    @Override
    public String toString() {
        String patterns = choices.stream().map(Choice::toString).collect(Collectors.joining(" "));
        return (patterns + " " + content.option).strip();
    }
}
