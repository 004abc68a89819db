package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The `sqlite3` program on one database, which is nobody else's judgement of what a database holds.
final class Sqlite {
    private final String program = Programs.need("sqlite3");
    private final Path database;

    Sqlite(Path database) {
        this.database = database;
    }

    /// Makes a shop with some thousand rows.
    static Sqlite shop(Path database, String... pragmas) {
        Sqlite made = new Sqlite(database);
        List<String> script = new ArrayList<>(List.of(pragmas));
        script.add("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, joined REAL)");
        script.add(
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INT REFERENCES customers, cents INT, note BLOB)");
        script.add("CREATE INDEX orders_customer ON orders (customer)");
        script.add("CREATE VIEW totals AS SELECT customer, sum(cents) AS cents FROM orders GROUP BY customer");
        script.add("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                + " INSERT INTO customers SELECT i, 'Kunde Nr. ' || i || char(10) || 'Stra\u00dfe', i / 7.0 FROM n");
        made.ask(script.toArray(String[]::new));
        made.sell(3000);
        return made;
    }

    /// Adds orders.
    Sqlite sell(int orders) {
        ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + orders + ")"
                + " INSERT INTO orders (customer, cents, note)"
                + " SELECT abs(random()) % 500 + 1, abs(random()) % 100000, randomblob(100) FROM n");
        return this;
    }

    /// Runs statements; what they answer.
    String ask(String... statements) {
        return run(List.of(), statements);
    }

    private String run(List<String> options, String... statements) {
        List<String> command = new ArrayList<>(List.of(program, "-batch", "-bail"));
        command.addAll(options);
        command.add(database.toString());
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var in = process.getOutputStream()) {
                in.write(".timeout 20000\n".getBytes(StandardCharsets.UTF_8));
                for (String statement : statements) {
                    String end = statement.startsWith(".") ? "\n" : ";\n";
                    in.write((statement + end).getBytes(StandardCharsets.UTF_8));
                }
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError("sqlite3 " + database + " " + List.of(statements) + ": " + said);
            }
            return said.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Schema and every row, as statements.
    String dump() {
        return ask(".dump");
    }

    /// Fails unless the database is whole and holds exactly what `expected` says.
    ///
    /// @param expected what [#dump] said of the original
    void assertHolds(String expected) {
        assertThat(ask("PRAGMA integrity_check", "PRAGMA foreign_key_check")).isEqualTo("ok");
        assertThat(dump().equals(expected))
                .as(database + " holds what was backed up")
                .isTrue();
    }
}
