package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.source.postgres.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.BaseConnection;

/// Goal: masked rows are rows that PostgreSQL takes, under all its constraints, with every join
/// intact, no clear value left and all other columns as they were. Method: `COPY … TO STDOUT` of
/// one database through [RowMask] into `COPY … FROM STDIN` of another.
@Tag("slow")
final class MaskedCopyTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final String[] SCHEMA = {
        "CREATE EXTENSION citext",
        "CREATE DOMAIN short_name AS varchar(12) CHECK (value <> '')",
        "CREATE TABLE customers (id int PRIMARY KEY, code char(8) NOT NULL UNIQUE, login citext UNIQUE,"
                + " email varchar(60) UNIQUE NOT NULL, first short_name NOT NULL, name text, phone varchar(20),"
                + " born date, seen timestamptz, credit numeric(10,2), score real, weight double precision, rank smallint,"
                + " big bigint UNIQUE, token uuid UNIQUE, secret bytea, notes text, tags text[], more jsonb,"
                + " upper_code text GENERATED ALWAYS AS (upper(code)) STORED, street text, city text, address text,"
                + " company text, iban text, plain text)",
        "CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL REFERENCES customers,"
                + " login citext REFERENCES customers (login), token uuid REFERENCES customers (token),"
                + " placed date, sent date, total numeric, plain text)",
        "CREATE TABLE parts (id int, at date, email text) PARTITION BY LIST (id)",
        "CREATE TABLE part_even PARTITION OF parts FOR VALUES IN (0)",
        "CREATE TABLE part_odd PARTITION OF parts FOR VALUES IN (1)"
    };

    private static final String[] ROWS = {
        "INSERT INTO customers (id, code, login, email, first, name, phone, born, seen, credit, score, weight, rank,"
                + " big, token, secret, notes, tags, more, street, city, address, company, iban, plain)"
                + " SELECT g, 'C' || g, 'User' || g, 'person' || g || '@corp.test', 'Given' || g % 900,"
                + " 'Family\tName\n' || g, '+41 79 ' || 1000000 + g, date '1950-01-01' + g, timestamptz '2020-02-29 12:34:56.789+00'"
                + " + g * interval '1 hour', g * 1.11, g / 7.0, g / 3.0, g % 300, g * 4611686018427, gen_random_uuid(),"
                + " decode(md5(g::text), 'hex'), E'note\\\\ ' || g || E' of person' || g || E'@corp.test\\r\\n\\b\\f\\v', ARRAY['a', 'b' || g],"
                + " '{\"a\": \"b\"}', 'Street ' || g, 'City' || g, 'Street ' || g || ', Town', 'Company ' || g,"
                + " 'CH9300762011623852957', E'as it \\\\ is\\t' || g FROM generate_series(1, 3000) g",
        "INSERT INTO customers (id, code, email, first) VALUES (-5, '', '', 'x'), (0, 'Zürich-Ж', 'ä@b.ch', 'ÿ'),"
                + " (2147483647, '𝔘한', 'same', 'y'), (-2147483648, ' a', 'SAME', 'z')",
        "UPDATE customers SET born = 'infinity', seen = '-infinity' WHERE id = 7",
        "UPDATE customers SET born = '0044-03-15 BC', seen = '4000-01-01 BC', credit = 'NaN', score = 'Infinity' WHERE id = 8",
        "UPDATE customers SET born = '5874897-12-31', credit = 99999999.99, rank = 32767, weight = 1.7e308 WHERE id = 9",
        "INSERT INTO orders SELECT g, 1 + g % 3000, c.login, c.token, CASE WHEN c.id <> 9 THEN c.born + 1 END, CASE WHEN c.id <> 9 THEN c.born + 11 END, g / 3.0, 'plain ' || g"
                + " FROM generate_series(1, 9000) g JOIN customers c ON c.id = 1 + g % 3000",
        "INSERT INTO parts SELECT g % 2, '2020-01-01', 'person' || g || '@corp.test' FROM generate_series(1, 100) g"
    };

    private static final String PROFILE = """
            masks:
              test:
                secret-env: SECRET
                tables:
                  public.customers:
                    id: {rule: shuffle, domain: customer}
                    code: shuffle
                    login: {rule: hash, length: 24}
                    email: fake-email
                    first: fake-first-name
                    name: fake-name
                    phone: fake-phone
                    born: {rule: date-shift, days: 40, by: id, domain: customer}
                    seen: {rule: date-shift, days: 40, by: id, domain: customer}
                    credit: {rule: number, percent: 10}
                    score: {rule: number, percent: 10}
                    weight: {rule: number, percent: 10}
                    rank: {rule: number, percent: 50}
                    big: shuffle
                    token: shuffle
                    secret: shuffle
                    notes: {rule: regex, pattern: '[^ ]+@[^ ]+', replacement: '(address)'}
                    tags: null
                    more: {rule: fixed, value: '{}', also-null: true}
                    street: fake-street
                    city: fake-city
                    address: fake-address
                    company: fake-company
                    iban: {rule: partial, first: 2, last: 2}
                  public.orders:
                    customer: {rule: shuffle, domain: customer}
                    login: {rule: hash, length: 24}
                    token: shuffle
                    placed: {rule: date-shift, days: 40, by: customer, domain: customer}
                    sent: {rule: date-shift, days: 40, by: customer, domain: customer}
                  public.parts:
                    email: fake-email
            """;

    private static String source;
    private static String target;
    private static List<CheckResult> leaks;

    @BeforeAll
    static void copy() throws Exception {
        source = SERVER.database("source");
        target = SERVER.database("target");
        SERVER.run(source, SCHEMA);
        SERVER.run(source, ROWS);
        SERVER.run(target, SCHEMA);
        MaskProfile profile = Masking.profile(PROFILE);
        try (Connection from = session(source);
                Connection to = session(target)) {
            List<TableColumns> tables = SchemaFacts.read(from);
            assertThat(profile.check(tables, "UTF8")).isEmpty();
            LeakScan scan = new LeakScan(profile);
            // the one referred to first
            for (String name : List.of("customers", "orders", "part_even", "part_odd")) {
                copy(profile, named(tables, name), scan, from, to);
            }
            leaks = scan(scan, to);
        }
    }

    private static List<CheckResult> scan(LeakScan scan, Connection connection) throws SQLException {
        for (TableColumns table : SchemaFacts.read(connection)) {
            if (table.name().table().equals("parts")) {
                continue;
            }
            try (TableScan rows = scan.scan(table, table.copied())) {
                CopyOut out = manager(connection).copyOut("COPY " + table.name() + columns(table) + " TO STDOUT");
                for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                    rows.row(row, 0, row.length);
                }
            }
        }
        return scan.results();
    }

    private static Connection session(String database) throws SQLException {
        Connection connection = SERVER.connect(database);
        connection.createStatement().execute("SET timezone TO 'UTC'");
        return connection;
    }

    private static CopyManager manager(Connection connection) throws SQLException {
        return new CopyManager(connection.unwrap(BaseConnection.class));
    }

    private static TableColumns named(List<TableColumns> tables, String name) {
        return tables.stream()
                .filter(table -> table.name().table().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String columns(TableColumns table) {
        return table.copied().stream().map(PostgresServer::identifier).collect(Collectors.joining(", ", " (", ")"));
    }

    private static void copy(MaskProfile profile, TableColumns table, LeakScan scan, Connection from, Connection to)
            throws SQLException {
        RowBytes masked = new RowBytes();
        CopyOut out = manager(from).copyOut("COPY " + table.name() + columns(table) + " TO STDOUT");
        CopyIn in = manager(to).copyIn("COPY " + table.name() + columns(table) + " FROM STDIN");
        try (RowMask mask = profile.mask(table).orElseThrow().open(scan)) {
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                masked.clear();
                mask.apply(row, 0, row.length - 1, masked);
                masked.put('\n');
                in.writeToCopy(masked.array(), 0, masked.length());
            }
        }
        in.endCopy();
    }

    private static void same(String query) throws SQLException {
        assertThat(SERVER.ask(target, query)).as(query).isEqualTo(SERVER.ask(source, query));
    }

    @Test
    void everyRowIsThereAndJoinsGiveAsMany() throws SQLException {
        same("SELECT count(*) FROM customers");
        same("SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer AND c.token = o.token"
                + " AND c.login = o.login");
        same("SELECT n, count(*) FROM (SELECT count(*) n FROM orders GROUP BY customer) s GROUP BY n ORDER BY n");
        same("SELECT count(*), count(DISTINCT email) FROM parts");
        assertThat(SERVER.ask(
                        target,
                        "SELECT count(*) FROM parts p WHERE EXISTS (SELECT FROM customers c WHERE c.email = p.email)"))
                .containsExactly("100");
    }

    @Test
    void columnsThatAreNotMaskedAreAsTheyWere() throws SQLException {
        same("SELECT md5(string_agg(plain, ',' ORDER BY plain)) FROM customers");
        same("SELECT md5(string_agg(row(id, total, plain)::text, ',' ORDER BY id)) FROM orders");
        same("SELECT id, at, count(*) FROM parts GROUP BY 1, 2 ORDER BY 1");
    }

    @Test
    void nullStaysNullUnlessTheRuleSaysOtherwise() throws SQLException {
        for (String column : List.of(
                "login", "name", "phone", "born", "seen", "credit", "score", "big", "token", "secret", "notes",
                "iban")) {
            same("SELECT count(" + column + ") FROM customers");
        }
        assertThat(SERVER.ask(
                        target, "SELECT count(tags), count(*) FILTER (WHERE more = '{}'), count(*) FROM customers"))
                .containsExactly("0|3004|3004");
    }

    @Test
    void shapesAndIntervalsStay() throws SQLException {
        same("SELECT length(id::text), count(*) FROM customers GROUP BY 1 ORDER BY 1");
        same("SELECT length(code), count(*) FROM customers GROUP BY 1 ORDER BY 1");
        same("SELECT length(secret), count(*) FROM customers GROUP BY 1 ORDER BY 1");
        same("SELECT sent - placed, count(*) FROM orders WHERE isfinite(sent) GROUP BY 1 ORDER BY 1");
        same("SELECT o.placed - c.born, count(*) FROM orders o JOIN customers c ON c.id = o.customer"
                + " WHERE isfinite(c.born) GROUP BY 1 ORDER BY 1");
        same("SELECT seen::time, count(*) FROM customers WHERE isfinite(seen) GROUP BY 1 ORDER BY 1");
        same("SELECT count(*) FILTER (WHERE born = 'infinity'), count(*) FILTER (WHERE seen = '-infinity'),"
                + " count(*) FILTER (WHERE credit = 'NaN'), count(*) FILTER (WHERE score = 'Infinity') FROM customers");
        same("SELECT count(*) FROM customers WHERE upper_code = upper(code)");
        assertThat(SERVER.ask(target, "SELECT count(*) FROM customers WHERE notes LIKE '%@%'"))
                .containsExactly("0");
    }

    @Test
    void noClearValueIsLeft() throws SQLException {
        for (String column : List.of(
                "login", "email", "first", "name", "phone", "big", "token", "secret", "street", "address", "company")) {
            String query = "SELECT DISTINCT " + column + " FROM customers WHERE " + column + "::text <> ''";
            assertThat(SERVER.ask(target, query))
                    .as(column)
                    .isNotEmpty()
                    .doesNotContainAnyElementsOf(SERVER.ask(source, query));
        }
        assertThat(leaks).filteredOn(check -> !check.passed()).isEmpty();
        assertThat(leaks.getLast().subject()).isEqualTo("leak scan");
        assertThat(leaks.toString()).doesNotContain("corp.test", "Given", "Family");
    }

    @Test
    void aRowOfAnotherTableIsRefused() {
        RowMask mask = Masking.profile(PROFILE)
                .mask(Masking.table("public.parts", "id", "integer", "at", "date", "email", "text"))
                .orElseThrow()
                .open();
        for (String row : List.of("1\t2", "1", "", "1\t2\t3\t4")) {
            byte[] bytes = row.getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> mask.apply(bytes, 0, bytes.length, new RowBytes()))
                    .as(row)
                    .hasMessageContaining("cannot mask public.parts: a row has not the 3 columns");
        }
    }
}
