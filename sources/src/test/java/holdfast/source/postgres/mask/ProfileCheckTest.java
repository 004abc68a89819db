package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: what of a profile does not fit the database is told before a row is touched. Method: the
/// facts are read from a real database.
final class ProfileCheckTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static List<TableColumns> tables = List.of();

    @BeforeAll
    static void read() throws SQLException {
        String database = SERVER.database("shop");
        SERVER.run(
                database,
                "CREATE DOMAIN inner_text AS varchar(10)",
                "CREATE DOMAIN outer_text AS inner_text NOT NULL",
                "CREATE TABLE people (id int PRIMARY KEY, email varchar(20), login text UNIQUE, age int, born date,"
                        + " big boolean, low text, tag outer_text, gen int GENERATED ALWAYS AS (age + 1) STORED, a int, b text,"
                        + " gone int, UNIQUE (a, b), CHECK (age > 0))",
                "ALTER TABLE people DROP COLUMN gone",
                "CREATE UNIQUE INDEX people_low ON people (lower(low))",
                "CREATE TABLE visits (id bigint, person int REFERENCES people, who bigint REFERENCES people (id), login text"
                        + " REFERENCES people (login), at date, a int, b text, FOREIGN KEY (a, b) REFERENCES people (a, b))",
                "CREATE TABLE log (day date, email text, person int) PARTITION BY RANGE (day)",
                "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY HASH (person)",
                "CREATE TABLE log_1_1 PARTITION OF log_1 FOR VALUES WITH (MODULUS 1, REMAINDER 0)");
        try (Connection connection = SERVER.connect(database)) {
            tables = SchemaFacts.read(connection);
        }
    }

    private static List<String> problems(String tablesAndMore) {
        return Masking.profile("masks: {test: {secret-env: SECRET, tables: " + tablesAndMore + "}}")
                .check(tables, "UTF8")
                .stream()
                .map(problem -> problem.severity() + " " + problem.message()
                        + (problem.hint().isEmpty() ? "" : " | " + problem.hint()))
                .toList();
    }

    @Test
    void factsAreReadAsTheyAre() {
        TableColumns people = tables.stream()
                .filter(table -> table.name().table().equals("people"))
                .findFirst()
                .orElseThrow();
        assertThat(people.column("tag"))
                .contains(new TableColumns.Column("tag", "character varying(10)", true, false, false));
        assertThat(people.column("gen")).contains(new TableColumns.Column("gen", "integer", false, true, false));
        assertThat(people.copied()).doesNotContain("gen").contains("b").hasSize(10);
        assertThat(people.uniques())
                .containsExactlyInAnyOrder(
                        new TableColumns.Unique("people_pkey", List.of("id"), false),
                        new TableColumns.Unique("people_login_key", List.of("login"), false),
                        new TableColumns.Unique("people_a_b_key", List.of("a", "b"), false),
                        new TableColumns.Unique("people_low", List.of("low"), true));
        TableColumns leaf = tables.stream()
                .filter(table -> table.name().table().equals("log_1_1"))
                .findFirst()
                .orElseThrow();
        assertThat(leaf.ancestors())
                .containsExactlyInAnyOrder(new TableName("public", "log"), new TableName("public", "log_1"));
        assertThat(leaf.columns())
                .filteredOn(TableColumns.Column::partitionKey)
                .extracting(TableColumns.Column::name)
                .containsExactly("day", "person");
    }

    @Test
    void unknownNamesGetTheNearestOnes() {
        assertThat(problems(
                        "{public.peeple: {x: hash}, visits: {logn: hash}}, unmasked: [public.log.emial, public.nix]"))
                .containsExactly(
                        "ERROR there is no table public.peeple | did you mean public.people?",
                        "ERROR the table public.visits has no column logn | did you mean login?",
                        "ERROR the table public.log has no column emial | did you mean email?",
                        "ERROR there is no table public.nix | did you mean public.log?");
    }

    @Test
    void rulesThatDoNotFitTheTypeAreRefused() {
        assertThat(
                        problems(
                                "{people: {email: fake-email, age: fake-name, born: shuffle, big: hash, gen: null, tag: null}}"))
                .containsExactly(
                        "ERROR public.people.email is of type character varying(20), too short for what fake-email gives"
                                + " | shuffle keeps the length",
                        "ERROR public.people.age is of type integer, to which the rule fake-name does not apply | it is for text",
                        "ERROR public.people.born is of type date, to which the rule shuffle does not apply"
                                + " | date-shift is for dates",
                        "ERROR public.people.big is of type boolean, to which the rule hash does not apply | shuffle keeps types",
                        "ERROR public.people.gen is generated | mask the columns it is computed from instead",
                        "ERROR public.people.tag must not be NULL | fixed gives it a value");
        assertThat(problems("{people: {tag: hash, age: {rule: fixed, value: x}, email: {rule: fixed, value: "
                        + "x".repeat(21) + "}, born: {rule: date-shift, days: 3, by: nobody}}}"))
                .containsExactly(
                        "ERROR public.people.tag is of type character varying(10), for which a hash of 32 digits is too long"
                                + " | set length: to at most 10, or use shuffle",
                        "ERROR public.people.age is of type integer, which does not take the value",
                        "ERROR public.people.email is of type character varying(20), which does not take the value",
                        "ERROR the table public.people has no column nobody | it has a, age, b, big, born, email, gen, id,"
                                + " login, low, tag");
    }

    @Test
    void rulesThatMakeValuesCollideAreRefusedOnUniqueColumns() {
        assertThat(
                        problems(
                                "{people: {login: fake-name, low: shuffle, b: fake-name}, visits: {login: fake-name, b: fake-name}}"))
                .containsExactlyInAnyOrder(
                        "ERROR public.people.login is unique (people_login_key) but the rule fake-name can give two rows the"
                                + " same value | shuffle, fake-email, and hash of 20 digits or more keep values apart",
                        "WARNING public.people.low is unique (people_low) together with other columns or by an expression;"
                                + " masked rows may collide",
                        "WARNING public.people.b is unique (people_a_b_key) together with other columns or by an expression;"
                                + " masked rows may collide");
        assertThat(problems("{people: {login: {rule: hash, length: 8}}, visits: {login: {rule: hash, length: 8}}}"))
                .hasSize(1);
    }

    @Test
    void bothSidesOfAForeignKeyMustBeMaskedAlike() {
        String hint = " | give both the same rule, options and domain, or neither";
        assertThat(
                        problems(
                                "{people: {id: shuffle, login: hash}, visits: {person: shuffle, who: shuffle, login: {rule: hash, domain: x}}}"))
                .containsExactlyInAnyOrder(
                        "ERROR public.visits.who refers to public.people.id (visits_who_fkey): whose types differ, so that the"
                                + " same value is masked differently" + hint,
                        "ERROR public.visits.login refers to public.people.login (visits_login_fkey): which are masked in"
                                + " different ways" + hint);
        assertThat(problems("{people: {login: hash}, visits: {b: shuffle, person: null}}"))
                .containsExactlyInAnyOrder(
                        "ERROR public.visits.login refers to public.people.login (visits_login_fkey): of which only one is"
                                + " masked" + hint,
                        "ERROR public.visits.b refers to public.people.b (visits_a_b_fkey): of which only one is masked"
                                + hint);
        assertThat(problems("{people: {login: hash}, visits: {login: hash, at: null}}"))
                .isEmpty();
    }

    @Test
    void partitionsAreMaskedByTheRulesOfTheirTable() {
        assertThat(problems("{log: {day: {rule: date-shift, days: 3}, email: fake-email}}"))
                .hasSize(3)
                .allMatch(problem -> problem.contains("decides in which partition a row lies"));
        MaskProfile profile = Masking.profile(
                "masks: {test: {secret-env: SECRET, tables: {log: {email: hash}, log_1_1: {email: null}}}}");
        assertThat(profile.check(tables, "UTF8")).isEmpty();
        TableColumns leaf = tables.stream()
                .filter(table -> table.name().table().equals("log_1_1"))
                .findFirst()
                .orElseThrow();
        assertThat(Masking.apply(profile.mask(leaf).orElseThrow().open(), "2020-01-01\tx\t1"))
                .isEqualTo("2020-01-01\t\\N\t1");
    }

    @Test
    void onlyUtf8CanBeMasked() {
        MaskProfile profile = Masking.profile(Map.of("c", "hash"));
        assertThat(profile.check(List.of(Masking.table("t", "c", "text")), "LATIN1"))
                .extracting(Problem::message)
                .containsExactly("rows encoded in LATIN1 cannot be masked");
    }

    @Test
    void aColumnThatTheDumpLacksStopsMasking() {
        MaskProfile profile = Masking.profile(Map.of("c", "hash"));
        TableColumns table = Masking.table("t", "c", "text", "d", "text");
        assertThatThrownBy(() -> profile.mask(table, List.of("d")))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessage("cannot mask public.t.c: its values are not in the dump");
        assertThat(Masking.apply(
                        profile.mask(table, List.of("d", "c")).orElseThrow().open(), "x\ty"))
                .startsWith("x\t");
    }
}
