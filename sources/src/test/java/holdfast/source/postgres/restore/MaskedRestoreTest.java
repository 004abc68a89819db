package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.CheckResult;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.SourceRecord;
import holdfast.repository.Repository;
import holdfast.source.postgres.ClientPrograms;
import holdfast.source.postgres.DatabaseStructure;
import holdfast.source.postgres.PostgresOptions;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.mask.MaskProfile;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import holdfast.source.postgres.restore.RestoreOptions.Placement;
import holdfast.storage.MemoryStorage;
import holdfast.view.StoredFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: no clear value gets to the server, not even on the way, and what a profile cannot promise is
/// refused or found. Method: a backup of a live database whose clear values are easily recognised,
/// restored by a profile through a wiretap, searched as a dump.
@Tag("slow")
final class MaskedRestoreTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    /// Something of every clear value.
    private static final List<String> CLEAR = List.of("@geheim.example", "Klarname", "+41 79 555");

    private static final String PROFILE = """
            masks:
              test:
                secret-env: SECRET
                large-objects: empty
                tables:
                  crm.customer:
                    id: {rule: shuffle, domain: customer}
                    email: fake-email
                    name: fake-name
                    phone: fake-phone
                  sales.invoice:
                    customer: {rule: shuffle, domain: customer}
                    remark: null
                  sales.visit: {guest: fake-name}
            """;

    private static final Placement NEW = new Placement(true, false, false);

    @TempDir
    static Path folder;

    private static Repository repository;
    private static BackupResult backup;
    private static String source;

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private List<String> databasesBefore = List.of();

    @BeforeAll
    static void backUp() throws Exception {
        source = SERVER.database("source");
        SERVER.run(
                source,
                "CREATE SCHEMA crm",
                "CREATE SCHEMA sales",
                "CREATE TABLE crm.customer (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, phone text,"
                        + " country text CHECK (length(country) = 2), shout text GENERATED ALWAYS AS (upper(name)) STORED)",
                "INSERT INTO crm.customer SELECT g + 100000, 'kunde' || g || '@geheim.example', 'Klarname\\' || g,"
                        + " CASE WHEN g % 3 > 0 THEN '+41 79 555 ' || (1000 + g) END, 'CH'"
                        + " FROM generate_series(1, 5000) g",
                // longer than any buffer, with everything that COPY must escape
                "UPDATE crm.customer SET name = 'Klarname' || chr(9) || chr(10) || repeat('Klarname ', 100000)"
                        + " WHERE id = 100007",
                "CREATE TABLE sales.invoice (id int PRIMARY KEY, customer int NOT NULL REFERENCES crm.customer,"
                        + " total numeric, remark text)",
                "INSERT INTO sales.invoice SELECT g, g % 5000 + 100001, g, 'for kunde' || g || '@geheim.example'"
                        + " FROM generate_series(1, 12000) g",
                "CREATE TABLE sales.visit (day date NOT NULL, guest text) PARTITION BY RANGE (day)",
                "CREATE TABLE sales.visit_25 PARTITION OF sales.visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
                "CREATE TABLE sales.visit_26 PARTITION OF sales.visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
                "INSERT INTO sales.visit SELECT '2025-06-01'::date + g, 'Klarname V' || g FROM generate_series(1, 500) g",
                "CREATE MATERIALIZED VIEW sales.names AS SELECT name, country FROM crm.customer",
                "CREATE TABLE public.country (code text, name text)",
                "INSERT INTO public.country VALUES ('CH', 'Switzerland')",
                "SELECT lo_from_bytea(0, 'Klarname in an object')");
        repository = Backups.init(new MemoryStorage());
        backup = backUp(source);
    }

    private static BackupResult backUp(String database) throws IOException {
        return Backups.backUp(
                repository,
                new PostgresSource(
                        ConnectionTarget.of(SERVER.url(database), Map.of()),
                        programs(),
                        PostgresOptions.DEFAULTS,
                        folder,
                        InstantSource.system()));
    }

    @AfterAll
    static void closeRepository() {
        repository.close();
    }

    @BeforeEach
    void rememberDatabases() throws Exception {
        databasesBefore = databases();
    }

    private static List<String> databases() throws Exception {
        return SERVER.ask("postgres", "SELECT datname FROM pg_database ORDER BY 1");
    }

    private static ClientPrograms programs() throws IOException {
        return ClientPrograms.find(SERVER.programs().path());
    }

    private static MaskProfile profile(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("masks.yaml"), text);
        return MaskProfile.read(file, "", Map.of("SECRET", "0123456789abcdef0123456789abcdef")::get);
    }

    private DatabaseRestore restore(
            BackupResult of, ConnectionTarget into, String profile, Content content, Placement placement)
            throws IOException {
        SourceRecord record = of.manifest().sources().getFirst();
        RestoreOptions usual = RestoreOptions.DEFAULTS;
        return new DatabaseRestore(
                        new StoredDump(new StoredFolder(repository, of.snapshot(), record.path())),
                        record,
                        into,
                        new RestoreOptions(
                                3,
                                100_000,
                                usual.timeout(),
                                usual.connectTimeout(),
                                64,
                                content,
                                placement,
                                false,
                                false,
                                true,
                                usual.checks()),
                        new DatabaseRestore.Surroundings(
                                new DatabaseStructure(programs(), 0, folder, Duration.ofSeconds(10)),
                                new Progress(),
                                log::add,
                                _ -> {},
                                InstantSource.system()))
                .masked(profile(profile));
    }

    private DatabaseResult run(String into, String profile, Placement placement) throws IOException {
        DatabaseRestore restore =
                restore(backup, ConnectionTarget.of(SERVER.url(into), Map.of()), profile, Content.ALL, placement);
        return restore.run(restore.plan());
    }

    private static void assertNoneClear(String where, String text) {
        for (String clear : CLEAR) {
            assertThat(text.contains(clear)).as(clear + " in " + where).isFalse();
            assertThat(text.toUpperCase(Locale.ROOT).contains(clear.toUpperCase(Locale.ROOT)))
                    .as(clear + " in capitals in " + where)
                    .isFalse();
        }
    }

    private static String dump(String database) throws IOException {
        Process process = new ProcessBuilder(
                        SERVER.programs().program("pg_dump").toString(), "--blobs", "-d", SERVER.url(database))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("PostgreSQL database dump complete");
        return text;
    }

    private static final String CUSTOMERS = "SELECT c::text FROM crm.customer c ORDER BY 1";

    @Test
    void nothingClearGetsToTheServerAndJoinsHold() throws Exception {
        try (Wiretap tap = new Wiretap(SERVER.port())) {
            String url = SERVER.url("masked").replace(":" + SERVER.port() + "/", ":" + tap.port() + "/");
            DatabaseRestore restore =
                    restore(backup, ConnectionTarget.of(url + "?sslmode=disable", Map.of()), PROFILE, Content.ALL, NEW);
            DatabasePlan plan = restore.plan();
            assertThat(plan.mask()).isEqualTo("test");
            assertThat(plan.warnings()).anyMatch(warning -> warning.contains("large objects"));
            DatabaseResult result = restore.run(plan);
            assertThat(result.failures()).isEmpty();
            assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
            assertThat(result.inPlace()).isTrue();
            assertThat(result.checks())
                    .extracting(CheckResult::subject, CheckResult::detail)
                    .contains(
                            tuple("table crm.customer", "masked, 5000 rows as in the backup"),
                            tuple("table public.country", "1 row identical to the backup"))
                    .anySatisfy(one -> assertThat(one.toString()).contains("leak scan"));
            assertNoneClear("the result", result.toString());
            // what went over the wire, and that the wiretap would have seen it
            assertThat(tap.sent()).contains("Switzerland", "@example.");
            assertNoneClear("what was sent", tap.sent());
        }
        assertNoneClear("the log", String.join("\n", log));
        assertNoneClear("the dump of the result", dump("masked"));
        assertThat(dump(source)).contains(CLEAR);
        String joined = "SELECT count(*), sum(total), count(DISTINCT c.id), count(DISTINCT email), count(phone)"
                + " FROM sales.invoice i JOIN crm.customer c ON c.id = i.customer";
        assertThat(SERVER.ask("masked", joined)).isEqualTo(SERVER.ask(source, joined));
        assertThat(SERVER.ask("masked", "SELECT count(*) FROM sales.visit")).containsExactly("500");
        assertThat(SERVER.ask("masked", "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"))
                .containsExactly("0");
        assertThat(SERVER.ask("masked", "SELECT count(*), sum(length(lo_get(oid))) FROM pg_largeobject_metadata"))
                .containsExactly("1|0");
        assertThat(databases()).hasSize(databasesBefore.size() + 1);
    }

    @Test
    void oneSecretGivesTheSameValuesAgain() throws Exception {
        assertThat(run("first", PROFILE, NEW).passed()).isTrue();
        String second = SERVER.database("second");
        assertThat(run(second, PROFILE, new Placement(false, false, false)).passed())
                .isTrue();
        assertThat(SERVER.ask("first", CUSTOMERS))
                .hasSize(5000)
                .isEqualTo(SERVER.ask(second, CUSTOMERS))
                .doesNotContainAnyElementsOf(SERVER.ask(source, CUSTOMERS));
    }

    @Test
    void rowsAloneAreMaskedIntoTablesThatAreThere() throws Exception {
        assertThat(run("rows", PROFILE, NEW).passed()).isTrue();
        List<String> before = SERVER.ask("rows", CUSTOMERS);
        SERVER.run("rows", "DELETE FROM sales.invoice", "UPDATE crm.customer SET name = 'other'");
        DatabaseRestore restore = restore(
                backup,
                ConnectionTarget.of(SERVER.url("rows"), Map.of()),
                PROFILE,
                new Content(List.of("crm", "sales"), List.of(), Part.DATA_REPLACED),
                new Placement(false, false, false));
        DatabaseResult result = restore.run(restore.plan());
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        assertThat(SERVER.ask("rows", CUSTOMERS)).isEqualTo(before);
        assertNoneClear("the dump of the result", dump("rows"));
    }

    @Test
    void aProfileThatDoesNotFitTouchesNothing() throws Exception {
        // told by the table of contents
        refused(
                PROFILE.replace("email: fake-email", "e_mail: fake-email").replace("sales.visit:", "sales.visits:"),
                true,
                "has no column e_mail",
                "there is no table sales.visits");
        // told by the schema only: NULL in the primary key, a foreign key masked on one side
        refused(
                PROFILE.replace("id: {rule: shuffle, domain: customer}", "id: null"),
                false,
                "crm.customer.id",
                "refers to crm.customer.id");
        refused(PROFILE.replace("    large-objects: empty\n", ""), true, "large objects");
    }

    private void refused(String profile, boolean planned, String... messages) throws Exception {
        DatabaseRestore restore =
                restore(backup, ConnectionTarget.of(SERVER.url("never"), Map.of()), profile, Content.ALL, NEW);
        var refusal =
                planned ? assertThatThrownBy(restore::plan) : assertThatThrownBy(() -> restore.run(restore.plan()));
        refusal.isInstanceOf(HoldfastException.PreCheckFailed.class);
        for (String message : messages) {
            refusal.hasMessageContaining(message);
        }
        assertThat(databases()).isEqualTo(databasesBefore);
    }

    @Test
    void whoMayNotCreateDatabasesIsToldSoAtOnce() throws Exception {
        SERVER.run("postgres", "CREATE ROLE poor LOGIN");
        String own = SERVER.database("poors");
        SERVER.run("postgres", "ALTER DATABASE poors OWNER TO poor");
        String url = SERVER.url(own).replace("//postgres@", "//poor@");
        DatabaseRestore restore = restore(
                backup,
                ConnectionTarget.of(url, Map.of()),
                PROFILE,
                new Content(List.of(), List.of("public.country"), Part.ALL),
                new Placement(false, false, false));
        assertThatThrownBy(restore::plan)
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("cannot check the mask profile: this role may not create databases");
    }

    @Test
    void aCopyOfAClearValueFailsTheRestoreAndLeavesNothing() throws Exception {
        String leaky = SERVER.database("leaky");
        SERVER.run(
                leaky,
                "CREATE TABLE person (id int PRIMARY KEY, email text)",
                "INSERT INTO person SELECT g, 'kunde' || g || '@geheim.example' FROM generate_series(1, 100) g",
                "CREATE TABLE note (id int, body text)",
                "INSERT INTO note SELECT id, 'call <' || email || '> again' FROM person WHERE id % 10 = 0");
        BackupResult of = backUp(leaky);
        databasesBefore = databases();
        String profile = "masks: {test: {secret-env: SECRET, tables: {person: {email: fake-email}}}}";
        DatabaseRestore beside =
                restore(of, ConnectionTarget.of(SERVER.url("leaked"), Map.of()), profile, Content.ALL, NEW);
        DatabaseResult result = beside.run(beside.plan());
        assertThat(result.passed()).isFalse();
        assertThat(result.inPlace()).isFalse();
        assertThat(result.checks())
                .contains(CheckResult.fail(
                        "public.note.body", "10 of 10 values hold a clear value of public.person.email"));
        assertNoneClear("the result", result.toString());
        assertThat(databases()).isEqualTo(databasesBefore);

        String own = SERVER.database("own");
        DatabaseRestore into = restore(
                of,
                ConnectionTarget.of(SERVER.url(own), Map.of()),
                profile,
                Content.ALL,
                new Placement(false, false, false));
        DatabaseResult filled = into.run(into.plan());
        assertThat(filled.passed()).isFalse();
        assertThat(filled.checks()).anySatisfy(check -> {
            assertThat(check.subject()).startsWith("database ");
            assertThat(check.detail()).contains("holds clear values", "drop it");
        });
    }

    @Test
    void whatTheServerRefusesIsToldWithoutItsRow() throws Exception {
        String strict = SERVER.database("strict");
        SERVER.run(
                strict,
                "CREATE TABLE person (email text, kind text, CHECK (email LIKE '%geheim%'))",
                "INSERT INTO person VALUES ('kunde@geheim.example', 'Besondere')");
        BackupResult of = backUp(strict);
        databasesBefore = databases();
        DatabaseRestore restore = restore(
                of,
                ConnectionTarget.of(SERVER.url("refused"), Map.of()),
                "masks: {test: {secret-env: SECRET, tables: {person: {email: fake-email}}}}",
                Content.ALL,
                NEW);
        DatabaseResult result = restore.run(restore.plan());
        assertThat(result.failed()).isPositive();
        assertThat(result.failures().toString() + log)
                .contains("violates check constraint")
                .doesNotContain("Besondere", "geheim.example", "Failing row");
        assertThat(databases()).isEqualTo(databasesBefore);
    }
}
