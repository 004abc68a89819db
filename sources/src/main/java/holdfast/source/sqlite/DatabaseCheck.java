package holdfast.source.sqlite;

import holdfast.source.sqlite.TableFingerprints.Survey;
import holdfast.source.sqlite.TableFingerprints.Unreadable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Everything SQLite can tell of a database file that nobody changes: `PRAGMA integrity_check`, `PRAGMA
/// foreign_key_check`, and every table read. One use by one thread; [#cancel] by any.
final class DatabaseCheck {
    private static final int READERS_MAX = 3;

    private final Path database;
    private final SqliteOptions options;
    private final Cancellation cancellation = new Cancellation();
    private final List<String> damage = new ArrayList<>();
    private final List<String> unchecked = new ArrayList<>();
    private ForeignKeys foreignKeys = new ForeignKeys(0, "");

    DatabaseCheck(Path database, SqliteOptions options) {
        this.database = database;
        this.options = options;
    }

    /// @param violations rows that refer to a row which is not there
    /// @param example one of them, in words; empty if there is none
    record ForeignKeys(long violations, String example) {}

    /// @param damage what is broken in the file; a bounded list, empty when it is sound
    /// @param unchecked what could not be checked because it needs something that only the application has
    record Findings(List<String> damage, List<String> unchecked, ForeignKeys foreignKeys, Survey survey) {
        Findings {
            damage = List.copyOf(damage);
            unchecked = List.copyOf(unchecked);
        }

        /// Keys of [#details].
        static final String VIOLATIONS = "sqlite.foreign-key-violations";

        private static final int NAMED_MAX = 20;

        /// What `holdfast.json` says beside damage and tables.
        Map<String, String> details() {
            Map<String, String> details = new TreeMap<>();
            details.put(VIOLATIONS, Long.toString(foreignKeys.violations()));
            if (foreignKeys.violations() > 0) {
                details.put("sqlite.foreign-key-example", foreignKeys.example());
            }
            List<String> notChecked = new ArrayList<>(unchecked);
            survey.unreadable().stream()
                    .filter(table -> !table.damaged())
                    .map(Unreadable::message)
                    .forEach(notChecked::add);
            if (!notChecked.isEmpty()) {
                details.put("sqlite.not-checked", some(notChecked));
            }
            if (!survey.virtual().isEmpty()) {
                details.put("sqlite.virtual-tables", some(survey.virtual()));
            }
            return details;
        }

        private static String some(List<String> texts) {
            String shown = String.join("; ", texts.subList(0, Math.min(NAMED_MAX, texts.size())));
            return texts.size() > NAMED_MAX ? shown + "; and " + (texts.size() - NAMED_MAX) + " more" : shown;
        }

        static Findings ofEmptyFile() {
            return new Findings(
                    List.of(), List.of(), new ForeignKeys(0, ""), new Survey(List.of(), List.of(), List.of()));
        }
    }

    /// Integrity on one thread, the tables on others.
    ///
    /// @param tables whether the tables are to be read as well
    /// @throws IOException when the file cannot be read for reasons outside of it, or after [#cancel]
    Findings run(boolean tables) throws IOException {
        if (Files.size(database) == 0) {
            return Findings.ofEmptyFile();
        }
        TableFingerprints fingerprints = new TableFingerprints(database, cancellation);
        int readers = tables ? Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, READERS_MAX) : 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(readers + 1)) {
            List<Future<?>> running = new ArrayList<>();
            running.add(threads.submit(() -> {
                integrity();
                return null;
            }));
            for (int i = 0; i < readers; i++) {
                running.add(threads.submit(() -> {
                    fingerprints.readTables();
                    return null;
                }));
            }
            try {
                for (Future<?> each : running) {
                    await(each);
                }
            } finally {
                if (running.stream().anyMatch(each -> !each.isDone())) {
                    cancellation.cancel();
                }
            }
        }
        Survey survey = fingerprints.survey();
        return new Findings(damage, unchecked, foreignKeys, survey);
    }

    /// Ends the check early; [#run] then fails.
    void cancel() {
        cancellation.cancel();
    }

    private void await(Future<?> work) throws IOException {
        try {
            work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while checking " + database);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException failure) {
                cannotCheck(failure);
            } else {
                throw new IllegalStateException(e);
            }
        }
    }

    private void cannotCheck(SQLException failure) throws IOException {
        if (!SqliteConnections.isDamage(failure)) {
            throw new IOException("cannot check " + database + ": " + SqliteConnections.reason(failure), failure);
        }
        addDamage("the tables cannot be listed: " + SqliteConnections.reason(failure));
    }

    private void integrity() throws SQLException {
        try (Connection connection = SqliteConnections.unchanging(database);
                Cancellation.Watch _ = cancellation.watch(connection)) {
            cancellation.check();
            wholeFile(connection);
            cancellation.check();
            checkForeignKeys(connection);
            cancellation.check();
        }
    }

    private void wholeFile(Connection connection) throws SQLException {
        try {
            integrityOf(connection, Integer.toString(options.damageMessagesMax()));
        } catch (SQLException e) {
            cancellation.check();
            if (SqliteConnections.isDamage(e)) {
                addDamage(SqliteConnections.reason(e));
                return;
            }
            // Something the application defines is missing here, and the whole check gave up: check what can
            // be.
            for (String table : Tables.of(connection).stored()) {
                tableAlone(connection, table);
            }
        }
    }

    private void tableAlone(Connection connection, String table) throws SQLException {
        try {
            integrityOf(connection, Tables.quoted(table));
        } catch (SQLException e) {
            cancellation.check();
            if (SqliteConnections.isDamage(e)) {
                addDamage("table " + table + ": " + SqliteConnections.reason(e));
            } else {
                unchecked.add("table " + table + ": " + SqliteConnections.reason(e));
            }
        }
    }

    private void integrityOf(Connection connection, String argument) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet each = statement.executeQuery("PRAGMA main.integrity_check(" + argument + ")")) {
            while (each.next()) {
                String message = each.getString(1);
                if (!message.equals("ok")) {
                    message.lines()
                            .filter(line -> !line.startsWith("*** in database"))
                            .forEach(this::addDamage);
                }
            }
        }
    }

    private synchronized void addDamage(String message) {
        if (damage.size() < options.damageMessagesMax() && !damage.contains(message)) {
            damage.add(message);
        }
    }

    private void checkForeignKeys(Connection connection) throws SQLException {
        long violations = 0;
        String example = "";
        try (Statement statement = connection.createStatement();
                ResultSet each = statement.executeQuery("PRAGMA main.foreign_key_check")) {
            while (each.next()) {
                if (violations++ == 0) {
                    String row = each.getString(2) == null ? "a row" : "row " + each.getString(2);
                    example = row + " of " + each.getString(1) + " refers to a row missing in " + each.getString(3);
                }
            }
        } catch (SQLException e) {
            cancellation.check();
            if (SqliteConnections.isDamage(e)) {
                addDamage("foreign keys: " + SqliteConnections.reason(e));
            } else {
                unchecked.add("foreign keys: " + SqliteConnections.reason(e));
            }
        }
        foreignKeys = new ForeignKeys(violations, example);
    }
}
