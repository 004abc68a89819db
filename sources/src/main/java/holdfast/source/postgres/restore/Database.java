package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.rows.Identifiers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a dump says of the database itself, fit for one of another name: nothing here may ever name
/// the database that was dumped, which lives on beside it. Immutable.
///
/// @param properties behind `WITH` of CREATE DATABASE; empty when the dump does not say
record Database(String properties, String owner, List<Setting> settings) {
    /// A statement, around the database's name.
    record Setting(String before, String after) {}

    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[a-z_][a-z0-9_$]*)";
    /// A string as `pg_dump` writes it: with `E` when it has backslashes, which are doubled then.
    private static final String TEXT = "(?:'(?:[^'\\\\]|'')*'| ?E'(?:[^'\\\\]|''|\\\\\\\\)*')";

    /// What `dumpDatabase` in PostgreSQL's `pg_dump.c` writes behind WITH, and nothing else: a forged TEMPLATE would
    /// copy another database of the server.
    private static final String PROPERTY = " (?:TEMPLATE = template0|TABLESPACE = " + NAME.replace("(\"", "(?:\"")
            + "|LOCALE_PROVIDER = [a-z]+|(?:ENCODING|LOCALE|LC_COLLATE|LC_CTYPE|ICU_LOCALE|BUILTIN_LOCALE|ICU_RULES"
            + "|COLLATION_VERSION) = " + TEXT + ")";

    private static final Pattern CREATE = Pattern.compile("CREATE DATABASE " + NAME + " WITH((?:" + PROPERTY + ")*)");
    private static final int FIRST_WITH_LOCALE_PROVIDER = 15;
    private static final String USUAL_PROVIDER = " LOCALE_PROVIDER = libc";
    private static final Pattern TABLESPACE = Pattern.compile(" TABLESPACE = " + NAME);
    private static final Pattern SETTING = Pattern.compile(
            "(ALTER DATABASE|GRANT [A-Z, ]+ ON DATABASE|REVOKE [A-Z, ]+ ON DATABASE|COMMENT ON DATABASE"
                    + "|SECURITY LABEL FOR " + NAME + " ON DATABASE|ALTER ROLE " + NAME + " IN DATABASE) " + NAME
                    + "(\\s.*)",
            Pattern.DOTALL);

    Database {
        settings = List.copyOf(settings);
    }

    /// @param tablespaces whether the database shall lie where the dumped one did
    /// @throws HoldfastException.Damaged when the dump holds what `pg_dump` does not write
    static Database of(TableOfContents toc, boolean tablespaces) {
        String properties = "";
        String owner = "";
        List<Setting> settings = new ArrayList<>();
        for (TocEntry entry : toc.entries()) {
            String definition = Objects.requireNonNullElse(entry.definition(), "");
            if (entry.is("DATABASE")) {
                properties = properties(definition);
                owner = Objects.requireNonNullElse(entry.owner(), "");
            } else if (entry.is("DATABASE PROPERTIES") || isOf(entry)) {
                SqlStatements.split(definition).stream()
                        .flatMap(statement -> setting(statement).stream())
                        .forEach(settings::add);
            }
        }
        return new Database(
                tablespaces ? properties : TABLESPACE.matcher(properties).replaceAll(""), owner, settings);
    }

    private static String properties(String definition) {
        List<String> statements = SqlStatements.split(definition);
        Matcher create = CREATE.matcher(statements.size() == 1 ? statements.getFirst() : "");
        if (!create.matches()) {
            throw new HoldfastException.Damaged(
                    "the dump makes its database by what pg_dump does not write: " + definition.strip(),
                    "do not restore what you do not trust; with --target an existing database, it is not run");
        }
        return create.group(2).strip();
    }

    private static boolean isOf(TocEntry entry) {
        return (entry.is("COMMENT") || entry.is("ACL") || entry.is("SECURITY LABEL"))
                && Objects.requireNonNullElse(entry.tag(), "").startsWith("DATABASE ");
    }

    /// Only what is about a database.
    private static Optional<Setting> setting(String statement) {
        Matcher parts = SETTING.matcher(statement);
        return parts.matches()
                ? Optional.of(new Setting(parts.group(1) + " ", parts.group(parts.groupCount())))
                : Optional.empty();
    }

    /// In words that a server knows: a `pg_dump` that is newer writes who provides the locale, also
    /// when it is who always did.
    ///
    /// @param major version of the server
    Database on(int major) {
        return major < FIRST_WITH_LOCALE_PROVIDER
                ? new Database(properties.replace(USUAL_PROVIDER, ""), owner, settings)
                : this;
    }

    String create(String name) {
        String with = properties.isEmpty() ? "TEMPLATE = template0" : properties;
        return "CREATE DATABASE " + Identifiers.quote(name) + " WITH " + with;
    }

    List<String> settings(String name) {
        return statements(name, false);
    }

    /// What is said of it; a database has one comment.
    List<String> comments(String name) {
        return statements(name, true);
    }

    private List<String> statements(String name, boolean comments) {
        return settings.stream()
                .filter(setting -> setting.before().startsWith("COMMENT") == comments)
                .map(setting -> setting.before() + Identifiers.quote(name) + setting.after())
                .toList();
    }
}
