package holdfast.source.postgres.restore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// How far each table of a restore is, and what failed. Safe for use by many threads.
public final class RestoreStatus {
    private static final int FAILURES_MAX = 1000;

    /// As a person reads them in the documents of a restore.
    public enum State {
        PENDING,
        RESTORING,
        RESTORED,
        FAILED
    }

    /// One table.
    ///
    /// @param name schema and table
    /// @param rows taken by the server so far
    /// @param expected rows in the backup
    /// @param seconds since its first row was sent; 0 before
    public record Table(String name, State state, long rows, long expected, double seconds) {}

    /// Something that could not be made or loaded.
    ///
    /// @param object kind and name
    public record Failure(String object, String reason) {}

    private final Map<String, Table> tables = new LinkedHashMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private final Consumer<Table> listener;
    private int failed;

    /// @param listener told of every change, by the thread that made it
    public RestoreStatus(Consumer<Table> listener) {
        this.listener = listener;
    }

    void table(Table now) {
        synchronized (this) {
            tables.put(now.name(), now);
        }
        listener.accept(now);
    }

    synchronized void failed(Failure failure) {
        failed++;
        if (failures.size() < FAILURES_MAX) {
            failures.add(failure);
        }
    }

    public synchronized List<Table> tables() {
        return List.copyOf(tables.values());
    }

    /// The first of them.
    public synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    public synchronized int failed() {
        return failed;
    }
}
