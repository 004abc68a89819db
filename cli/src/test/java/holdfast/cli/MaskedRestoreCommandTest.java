package holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.cli.FakeWorld.Result;
import holdfast.source.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Goal: a masked restore says what it will do and what it found, to people and to programs, and never
/// replaces what it came from by mistake.
@Tag("slow")
final class MaskedRestoreCommandTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static int databases;

    @TempDir
    Path folder;

    private FakeWorld world;
    private String database;
    private String to;

    @BeforeEach
    void takeSnapshot() throws SQLException, IOException {
        database = SERVER.database("mask" + databases);
        to = "dev" + databases++;
        SERVER.run(
                database,
                "CREATE TABLE customers (id int PRIMARY KEY, email text, note text)",
                "INSERT INTO customers VALUES (1, 'ann@geheim.example', 'tall'), (2, 'bob@geheim.example', 'small')");
        Files.writeString(folder.resolve("mask.secret"), "0123456789abcdef0123456789abcdef");
        Files.writeString(folder.resolve("masks.yaml"), """
                masks:
                  development:
                    secret-file: mask.secret
                    tables: {customers: {email: fake-email}}
                  broken:
                    secret-file: mask.secret
                    tables: {customers: {e_mail: fake-email}}
                """);
        world = new FakeWorld(folder)
                .with("HOLDFAST_PASSWORD", "x")
                .with("TMPDIR", folder.toString())
                .with("PATH", SERVER.programs().path());
        ok("init", "--key-cost", "10");
        ok("backup", SERVER.url(database));
    }

    private Result ok(String... arguments) {
        Result result = world.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private Result restore(String... more) {
        List<String> arguments = new ArrayList<>(List.of("restore", "--target", SERVER.url(to), "--create"));
        arguments.addAll(List.of(more));
        return world.run(arguments.toArray(String[]::new));
    }

    private List<String> emails(String from) throws SQLException {
        return SERVER.ask(from, "SELECT email FROM customers ORDER BY id");
    }

    @Test
    void theProfileIsNamedAndTheResultIsProven() throws SQLException {
        Result dry = restore("--mask", "masks.yaml#development", "--dry-run");
        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out() + dry.err()).contains("rows are masked by the profile development");
        Result restored = restore("--mask", "masks.yaml#development", "--json");
        assertThat(restored.code()).as(restored.err()).isZero();
        List<String> lines = restored.out().lines().toList();
        JsonNode summary = new ObjectMapper().readTree(lines.getLast());
        JsonNode one = summary.get("databases").get(0);
        assertThat(one.get("mask").asString()).isEqualTo("development");
        assertThat(one.get("status").asString()).isEqualTo("completed");
        assertThat(one.get("checks").toString()).contains("leak scan", "masked, 2 rows as in the backup");
        assertThat(restored.out() + restored.err()).doesNotContain("geheim");
        assertThat(emails(to)).hasSize(2).allMatch(email -> email.contains("@example."));
        assertThat(emails(database)).containsExactly("ann@geheim.example", "bob@geheim.example");
    }

    @Test
    void theEvidenceSaysWhatWasMaskedLookedForAndFound() throws Exception {
        SERVER.run(database, "UPDATE customers SET note = email WHERE id = 2");
        ok("backup", SERVER.url(database));
        Files.writeString(folder.resolve("open.yaml"), """
                masks:
                  development:
                    secret-file: mask.secret
                    tables: {customers: {email: fake-email}}
                    unmasked: [public.customers.note]
                """);
        Path evidence = folder.resolve("evidence.json");
        Result restored = restore("--mask", "open.yaml#development", "--evidence", evidence.toString());
        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(restored.out())
                .contains("completed: masked; 0 of 3 columns hold clear values")
                .contains("public.customers.note does, which the profile declares unmasked", "not looked for: values");
        JsonNode document = new ObjectMapper().readTree(Files.readString(evidence));
        assertThat(document.get("message_type").asString()).isEqualTo("evidence");
        assertThat(document.get("profile_sha256").asString())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(Files.readAllBytes(folder.resolve("open.yaml")))));
        JsonNode one = document.get("databases").get(0);
        assertThat(one.get("mask").asString()).isEqualTo("development");
        assertThat(one.get("target").asString()).endsWith("/" + to);
        assertThat(one.get("checks").toString())
                .contains("public.customers.email: fake-email", "2 values masked", "leak scan");
        assertThat(Files.readString(evidence)).doesNotContain("geheim");
        SERVER.run("postgres", "DROP DATABASE " + to);
        Result again = restore("--mask", "open.yaml#development", "--evidence", evidence.toString());
        mistake(4, "there is such a file", again);
    }

    @Test
    void aLeakEndsWithDamageAndNothingIsThere() throws Exception {
        SERVER.run(database, "UPDATE customers SET note = 'write to ' || email WHERE id = 2");
        ok("backup", SERVER.url(database));
        Result leaked = restore("--mask", "masks.yaml#development");
        assertThat(leaked.code()).as(leaked.err()).isEqualTo(ExitCode.DAMAGED);
        assertThat(leaked.err())
                .contains("1 of 2 values hold a clear value of public.customers.email", "nothing was put in place")
                .doesNotContain("geheim");
        assertThat(SERVER.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '" + to + "%'"))
                .isEmpty();
    }

    @Test
    void mistakesAreToldAndChangeNothing() throws SQLException {
        mistake(2, "--mask needs a --target", world.run("restore", "--mask", "masks.yaml#development"));
        mistake(
                2,
                "is a folder",
                world.run("restore", "--target", folder.resolve("out").toString(), "--mask", "masks.yaml#development"));
        mistake(2, "there are 2 mask profiles", restore("--mask", "masks.yaml"));
        mistake(2, "no mask profile 'developement'", restore("--mask", "masks.yaml#developement"));
        mistake(4, "has no column e_mail", restore("--mask", "masks.yaml#broken", "--dry-run"));
        String home = SERVER.url(database);
        mistake(
                2,
                "would put masked rows where those",
                world.run("restore", "--target", home, "--mask", "masks.yaml#development"));
        mistake(
                2,
                "would put masked rows where those",
                world.with("DATABASE_BACKUP_URL", home).run("restore", "--mask", "masks.yaml#development", "--yes"));
        assertThat(emails(database)).containsExactly("ann@geheim.example", "bob@geheim.example");
    }

    private static void mistake(int code, String message, Result result) {
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).contains(message, "hint: ");
    }
}
