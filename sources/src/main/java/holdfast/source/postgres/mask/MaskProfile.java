package holdfast.source.postgres.mask;

import holdfast.model.HoldfastException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.datafaker.Faker;
import org.jspecify.annotations.Nullable;

/// What becomes of which columns when a database is restored masked: one profile of a file as
/// docs/MASKING.md describes it. Shows no secret. Immutable; safe to share between threads.
public final class MaskProfile {
    /// The only encoding that rows may have.
    public static final String ENCODING = "UTF8";

    /// What becomes of large objects, whose bytes nobody masks.
    public enum LargeObjects {
        /// The profile does not say, so a dump that has some is not restored.
        REFUSE,
        /// They are restored as they are.
        KEEP,
        /// They are made, without their bytes.
        EMPTY
    }

    private final String name;
    private final ProfileReader.Parsed parsed;
    private final Secret secret;
    private final WordLists words;
    private final List<Problem> warnings;

    private MaskProfile(String name, ProfileReader.Parsed parsed, Secret secret, List<Problem> warnings) {
        this.name = name;
        this.parsed = parsed;
        this.secret = secret;
        this.warnings = warnings;
        words = new WordLists(locale(parsed));
    }

    /// @param file at most 1 MiB of YAML
    /// @param name may be empty when the file has just one profile
    /// @param environment gives the value of an environment variable, for `secret-env`
    /// @throws HoldfastException.BadUsage when there is no such profile, or anything in the file
    ///     is wrong; the message has a line for every problem
    public static MaskProfile read(Path file, String name, Function<String, @Nullable String> environment) {
        Problems problems = new Problems();
        YamlNode root = YamlFile.read(file, problems);
        Map<String, ProfileReader.Parsed> all =
                new ProfileReader(String.valueOf(file.getFileName()), problems).read(root);
        String wanted =
                name.isEmpty() && all.size() == 1 ? all.keySet().iterator().next() : name;
        ProfileReader.Parsed parsed = all.get(wanted);
        if (parsed == null) {
            refuse(file, problems.list());
            if (wanted.isEmpty()) {
                throw new HoldfastException.BadUsage(
                        "there are " + all.size() + " mask profiles in " + file,
                        "say which, as FILE#PROFILE: " + String.join(", ", all.keySet()));
            }
            throw new HoldfastException.BadUsage(
                    "there is no mask profile '" + name + "' in " + file,
                    Nearest.hint(name, all.keySet(), "it has " + String.join(", ", all.keySet())));
        }
        Path folder = file.toAbsolutePath().getParent();
        Secret secret = new SecretReader(folder == null ? file : folder, environment, problems).read(parsed);
        requireLocale(parsed, problems);
        refuse(file, problems.list());
        return new MaskProfile(wanted, parsed, secret, problems.list());
    }

    private static void refuse(Path file, List<Problem> problems) {
        List<Problem> errors = problems.stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .toList();
        if (!errors.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "the mask profile " + file + " cannot be used:\n"
                            + errors.stream().map(one -> "  " + one).collect(Collectors.joining("\n")),
                    "see docs/MASKING.md for its form");
        }
    }

    private static Locale locale(ProfileReader.Parsed parsed) {
        return parsed.locale().isEmpty() ? Locale.ENGLISH : Locale.forLanguageTag(parsed.locale());
    }

    private static void requireLocale(ProfileReader.Parsed parsed, Problems problems) {
        String language = locale(parsed).getLanguage();
        if (language.isEmpty() || Faker.class.getResource("/" + language + ".yml") == null) {
            problems.error(
                    parsed.place(),
                    "there are no words for the locale '" + parsed.locale() + "'",
                    "de, fr-CH or pt-BR");
        }
    }

    public String name() {
        return name;
    }

    /// What a person should know though it hinders nothing, such as that there is no secret.
    public List<Problem> warnings() {
        return warnings;
    }

    /// What of the profile does not fit a database, all at once. No row may be masked while an
    /// error is among it.
    ///
    /// @param tables all tables of the database, partitioned ones included, also those that are
    ///     not restored: a name that is not among them is a mistake
    /// @param encoding the dump's, as `client_encoding` has it
    public List<Problem> check(List<TableColumns> tables, String encoding) {
        return new ProfileCheck(this, tables).run(encoding);
    }

    /// What can be told of that before there is a database, by a dump's table of contents alone: the
    /// encoding, tables and columns that are not there.
    ///
    /// @param copied for every table of the dump the columns of its rows; none when it has no rows
    ///     of its own
    public List<Problem> checkNames(Map<TableName, List<String>> copied, String encoding) {
        List<TableColumns> tables = copied.entrySet().stream()
                .map(table -> new TableColumns(
                        table.getKey(),
                        table.getValue().stream()
                                .map(column -> new TableColumns.Column(column, "", false, false, false))
                                .toList(),
                        List.of(),
                        List.of(),
                        List.of()))
                .toList();
        return new ProfileCheck(this, tables).runNames(encoding);
    }

    /// What becomes of large objects.
    public LargeObjects largeObjects() {
        return parsed.largeObjects();
    }

    /// How the rows of a table are masked; nothing when none of its columns is.
    ///
    /// @param copied the columns in the order in which COPY carries them
    /// @throws HoldfastException.PreCheckFailed when a masked column is not among them
    public Optional<MaskedTable> mask(TableColumns table, List<String> copied) {
        Map<String, ColumnRule> rules = rules(table.name(), table.ancestors());
        return rules.isEmpty() ? Optional.empty() : Optional.of(new MaskedTable(this, table, rules, copied));
    }

    /// The same for the columns that `pg_dump` has COPY carry.
    public Optional<MaskedTable> mask(TableColumns table) {
        return mask(table, table.copied());
    }

    /// The rules of a table and of those above it, its own before theirs.
    Map<String, ColumnRule> rules(TableName table, List<TableName> ancestors) {
        Map<String, ColumnRule> rules = new LinkedHashMap<>(parsed.rules().getOrDefault(table, Map.of()));
        for (TableName ancestor : ancestors) {
            parsed.rules().getOrDefault(ancestor, Map.of()).forEach(rules::putIfAbsent);
        }
        return rules;
    }

    /// Whether somebody declared that the column holds nothing worth masking.
    boolean isDeclaredUnmasked(TableColumns table, String column) {
        Set<ProfileReader.UnmaskedColumn> declared = parsed.unmasked().keySet();
        return Stream.concat(Stream.of(table.name()), table.ancestors().stream())
                .anyMatch(one -> declared.contains(new ProfileReader.UnmaskedColumn(one, column))
                        || declared.contains(new ProfileReader.UnmaskedColumn(one, "")));
    }

    ProfileReader.Parsed parsed() {
        return parsed;
    }

    byte[] key(ColumnRule rule) {
        return secret.derive(rule.rule().key(), rule.domain());
    }

    WordLists words() {
        return words;
    }

    @Override
    public String toString() {
        return name;
    }
}
