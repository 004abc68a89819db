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
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Goal: what a server cannot take is told before anything is touched, by name and with what to do.
final class PreChecksTest {
    private static final TargetServer.Facts FACTS = new TargetServer.Facts(
            16,
            false,
            true,
            "1",
            true,
            Set.of("postgres"),
            Set.of("me", "other"),
            Set.of("me"),
            Set.of("pg_default"),
            Set.of("citext"));

    private static TocEntry entry(String kind, String definition, String owner, String tablespace) {
        return new TocEntry(
                1,
                false,
                "0",
                "0",
                "thing",
                kind,
                TocEntry.SECTION_PRE_DATA,
                definition,
                "DROP " + kind + " thing;",
                "",
                "public",
                tablespace,
                "",
                0,
                owner,
                "false",
                List.of());
    }

    private static List<String> run(String version, RestoreOptions options, TocEntry... entries) {
        ArchiveHeader header = new ArchiveHeader(
                new ArchiveVersion(1, 15, 0), 0, LocalDateTime.of(2026, 1, 1, 0, 0), false, "x", version, version);
        List<TocEntry> all = List.of(entries);
        return new PreChecks("the target", new TableOfContents(header, all), all, FACTS).run(options);
    }

    private static RestoreOptions options(boolean owners, boolean privileges, boolean tablespaces) {
        RestoreOptions usual = RestoreOptions.DEFAULTS;
        return new RestoreOptions(
                1,
                1,
                usual.timeout(),
                usual.connectTimeout(),
                1,
                usual.content(),
                usual.placement(),
                owners,
                privileges,
                tablespaces,
                usual.checks());
    }

    private static void assertRefused(String message, String hint, RestoreOptions without, TocEntry entry) {
        assertThatThrownBy(() -> run("16.1", RestoreOptions.DEFAULTS, entry))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessage("cannot restore into the target: " + message)
                .extracting(thrown -> ((HoldfastException) thrown).hint())
                .asString()
                .contains(hint);
        assertThat(run("16.1", without, entry)).isEmpty();
    }

    @Test
    void aRoleThatIsMissing() {
        assertRefused(
                "there is no role gone",
                "--no-owner",
                options(false, true, true),
                entry("TABLE", "CREATE TABLE", "gone", ""));
        assertRefused(
                "there is no role gone",
                "--no-privileges",
                options(true, false, true),
                entry("ACL", "GRANT SELECT ON TABLE public.thing TO gone;", "", ""));
    }

    @Test
    void aRoleThatMayNotBeMadeAnOwner() {
        assertRefused(
                "this role may not give objects to other",
                "--no-owner",
                options(false, true, true),
                entry("TABLE", "CREATE TABLE", "other", ""));
    }

    @Test
    void aTablespaceThatIsMissing() {
        assertRefused(
                "there is no tablespace fast",
                "--no-tablespaces",
                options(true, true, false),
                entry("TABLE", "CREATE TABLE", "me", "fast"));
    }

    @Test
    void anExtensionThatIsMissing() {
        assertThatThrownBy(() -> run(
                        "16.1",
                        RestoreOptions.DEFAULTS,
                        entry(
                                "EXTENSION",
                                "CREATE EXTENSION IF NOT EXISTS \"some-thing\" WITH SCHEMA public;",
                                "",
                                "")))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("does not have the extension some-thing");
        assertThat(run("16.1", RestoreOptions.DEFAULTS, entry("EXTENSION", "CREATE EXTENSION citext;", "", "")))
                .isEmpty();
    }

    /// An older server may well know all that is in a backup: so it is a warning.
    @Test
    void aNewerBackupIsAWarning() {
        assertThat(run("17.2 (Debian)", RestoreOptions.DEFAULTS))
                .containsExactly(
                        "the backup is of PostgreSQL 17, the target is 16: what the older one does not know will fail");
        assertThat(run("15.9", RestoreOptions.DEFAULTS)).isEmpty();
    }

    @Test
    void roomThatCannotBeEnough() {
        new Room(100L << 20, 90L << 20, 91L << 20).require("the target");
        new Room(100L << 20, 90L << 20, -1).require("the target");
        assertThatThrownBy(() -> new Room(100L << 20, 90L << 20, 89L << 20).require("the target"))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessage(
                        "cannot restore into the target: its server has 89 MiB free, and the rows take at least 90 MiB");
    }
}
