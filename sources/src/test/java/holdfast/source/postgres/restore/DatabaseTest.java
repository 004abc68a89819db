package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.ArchiveHeader;
import holdfast.source.postgres.archive.ArchiveVersion;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: what a dump says of its database is said of the restored one, and nothing else is run beside it: these
/// statements run outside of the restored database, where a superuser's rights reach furthest.
final class DatabaseTest {
    private static final String CREATE =
            "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C';\n";

    private static TocEntry entry(String kind, String tag, String definition) {
        return new TocEntry(
                1, false, "0", "0", tag, kind, 1, definition, "", "", "", "", "", 0, "keeper", "false", List.of());
    }

    private static Database of(TocEntry... entries) {
        ArchiveHeader header = new ArchiveHeader(
                new ArchiveVersion(1, 14, 0), 0, LocalDateTime.of(2026, 1, 1, 0, 0), false, "shop", "15.4", "15.4");
        return Database.of(new TableOfContents(header, List.of(entries)), true);
    }

    @Test
    void itIsMadeByTheDumpsOwnProperties() {
        assertThat(of(entry("DATABASE", "shop", CREATE)).create("new"))
                .isEqualTo("CREATE DATABASE \"new\" WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc"
                        + " LOCALE = 'C'");
        assertThat(of(entry("DATABASE", "shop", CREATE.replace(";", " TABLESPACE = \"fast;one\";")))
                        .create("new"))
                .endsWith(" TABLESPACE = \"fast;one\"");
    }

    /// As `appendStringLiteral` in PostgreSQL's `string_utils.c` writes them.
    @Test
    void rulesWithBackslashesAndQuotesAreTaken() {
        for (String rules : List.of("E'&a < \\\\u00e4'", " E'&a < ''\\\\'''", "'&a < ''b'''")) {
            String create = "CREATE DATABASE shop WITH TEMPLATE = template0 LOCALE_PROVIDER = icu ICU_LOCALE = 'de-DE'"
                    + " ICU_RULES = " + rules;
            assertThat(of(entry("DATABASE", "shop", create + ";\n")).create("new"))
                    .isEqualTo(create.replace(" shop ", " \"new\" "));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE DATABASE shop WITH TEMPLATE = payroll;",
                "CREATE DATABASE shop WITH TEMPLATE = template0 OWNER = postgres;",
                "CREATE DATABASE shop WITH TEMPLATE = template0 IS_TEMPLATE = true;",
                "CREATE DATABASE shop WITH TEMPLATE = template0; ALTER ROLE mallory SUPERUSER;",
                "CREATE DATABASE shop WITH ENCODING = 'x'; DROP TABLE a; --';",
                "CREATE DATABASE shop WITH TEMPLATE = template0 ICU_RULES = E'\\' LOCALE = ' TEMPLATE = payroll --';",
                "CREATE DATABASE shop WITH TEMPLATE = template0 ICU_RULES = '\\' LOCALE = ' TEMPLATE = payroll --';",
                "DROP DATABASE payroll;"
            })
    void whatPgDumpDoesNotWriteIsRefused(String forged) {
        assertThatThrownBy(() -> of(entry("DATABASE", "shop", forged)))
                .isInstanceOf(HoldfastException.Damaged.class)
                .hasMessageContaining(forged);
    }

    @Test
    void settingsCommentsAndLabelsKeepTheirLines() {
        Database database = of(
                entry("DATABASE PROPERTIES", "shop", "ALTER DATABASE shop SET \"app.note\" TO 'one;\ntwo';\n"),
                entry("COMMENT", "DATABASE shop", "COMMENT ON DATABASE shop IS 'first\nsecond; ''third''';\n"),
                entry("SECURITY LABEL", "DATABASE shop", "SECURITY LABEL FOR p ON DATABASE shop IS 'secret';\n"),
                entry("DATABASE PROPERTIES", "shop", "ALTER ROLE app IN DATABASE shop SET work_mem TO '5MB';\n"));

        assertThat(database.settings("x y"))
                .containsExactly(
                        "ALTER DATABASE \"x y\" SET \"app.note\" TO 'one;\ntwo'",
                        "SECURITY LABEL FOR p ON DATABASE \"x y\" IS 'secret'",
                        "ALTER ROLE app IN DATABASE \"x y\" SET work_mem TO '5MB'");
        assertThat(database.comments("x y"))
                .containsExactly("COMMENT ON DATABASE \"x y\" IS 'first\nsecond; ''third'''");
    }

    @Test
    void aFurtherStatementBehindOneIsNotRun() {
        Database database = of(entry(
                "DATABASE PROPERTIES",
                "shop",
                "ALTER DATABASE shop SET a TO 'b'; ALTER ROLE mallory SUPERUSER;\nDROP DATABASE payroll;"
                        + "ALTER DATABASE shop SET c TO 'd\\'; ALTER ROLE mallory SUPERUSER; --';"));

        assertThat(database.settings("new"))
                .containsExactly("ALTER DATABASE \"new\" SET a TO 'b'", "ALTER DATABASE \"new\" SET c TO 'd\\'");
    }
}
