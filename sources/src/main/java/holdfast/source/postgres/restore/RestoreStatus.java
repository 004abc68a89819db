package holdfast.source.postgres.restore;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

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
    /// @param damaged whether the backup is to blame
    public record Failure(String object, String reason, boolean damaged) {
        Failure(String object, String reason) {
            this(object, reason, false);
        }
    }

    private final Map<String, Table> tables = new LinkedHashMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private final Consumer<Table> listener;
    private int failed;
    private boolean damaged;

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
        damaged |= failure.damaged();
        if (failures.size() < FAILURES_MAX) {
            failures.add(failure);
        }
    }

    /// Nothing more will be done.
    ///
    /// @param all tables that were wanted
    void abandoned(String reason, Collection<String> all) {
        failed(new Failure("the restore", "ended early: " + reason));
        Map<String, Table> known = tables().stream().collect(Collectors.toMap(Table::name, Function.identity()));
        for (String name : all) {
            Table table = known.getOrDefault(name, new Table(name, State.PENDING, 0, -1, 0));
            if (table.state() == State.PENDING || table.state() == State.RESTORING) {
                String what = table.rows() == 0 ? "no row of it was loaded" : table.rows() + " of its rows were loaded";
                failed(new Failure("table " + name, what));
                table(new Table(name, State.FAILED, table.rows(), table.expected(), table.seconds()));
            }
        }
    }

    public synchronized List<Table> tables() {
        return List.copyOf(tables.values());
    }

    /// The first of them.
    public synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    /// Whether anything failed since the backup is damaged.
    synchronized boolean damaged() {
        return damaged;
    }

    public synchronized int failed() {
        return failed;
    }
}
