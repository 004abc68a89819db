package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which piece of work may begin next, while others are being done: each after what it depends on,
/// none beside another one that would wait for its locks; rows before indexes, the large before the
/// small. See `fix_dependencies` and `identify_locking_dependencies` in PostgreSQL's
/// `pg_backup_archiver.c`. Safe for use by many threads.
final class Schedule {
    /// A piece of work.
    sealed interface Work {
        TocEntry entry();

        /// Statements of an entry.
        ///
        /// @param memory that the server may use for it, in MiB; 0 for its own setting
        record Statements(TocEntry entry, int memory) implements Work {}

        /// Some rows of a table.
        record Rows(TableLoad table, Segment segment) implements Work {
            @Override
            public TocEntry entry() {
                return table.entry();
            }
        }

        /// Contents of a list of large objects.
        record Objects(TocEntry entry) implements Work {}
    }

    /// Everything that is done for one entry.
    private static final class Node {
        private final TocEntry entry;
        private final long weight;
        private final List<Work> waiting;
        private final Set<Integer> dependencies = new HashSet<>();
        private final Set<Integer> locks = new HashSet<>();
        private final List<Node> followers = new ArrayList<>();
        private int open;
        private int before;

        Node(TocEntry entry, List<Work> work, long weight) {
            this.entry = entry;
            this.weight = weight;
            this.waiting = new ArrayList<>(work);
            this.open = work.size();
        }

        boolean data() {
            return entry.section() == TocEntry.SECTION_DATA;
        }

        /// Whether it waits for whoever reads or writes a table: all but indexes do.
        boolean locks() {
            return entry.section() == TocEntry.SECTION_POST_DATA && !entry.is("INDEX");
        }

        boolean conflicts(Node other) {
            return locks.stream().anyMatch(other.dependencies::contains)
                    || other.locks.stream().anyMatch(dependencies::contains);
        }
    }

    private static final Comparator<Node> ORDER = Comparator.comparing(Node::data)
            .reversed()
            .thenComparing(Comparator.comparingLong((Node node) -> node.weight).reversed());

    private final List<Node> ready = new ArrayList<>();
    private final Map<Node, Integer> running = new HashMap<>();
    private final Map<Integer, Node> nodes = new HashMap<>();
    private int left;

    /// An entry and what has to be done for it.
    ///
    /// @param weight by which the larger goes first, in bytes
    record Task(TocEntry entry, List<Work> work, long weight) {}

    /// What depends on a table waits for its rows.
    ///
    /// @param rows for each table's dump id that of its rows, if they are restored
    /// @param tables dump ids of all tables and their rows
    record Tables(Map<Integer, Integer> rows, Set<Integer> tables) {
        static Tables of(Collection<TocEntry> entries) {
            Map<Integer, Integer> rows = new HashMap<>();
            Set<Integer> tables = new HashSet<>();
            for (TocEntry entry : entries) {
                if (entry.is(TocEntry.TABLE) || entry.is(TocEntry.TABLE_DATA)) {
                    tables.add(entry.dumpId());
                }
            }
            for (TocEntry entry : entries) {
                if (entry.is(TocEntry.TABLE_DATA)) {
                    entry.dependencies().stream()
                            .map(Integer::valueOf)
                            .filter(tables::contains)
                            .forEach(table -> rows.put(table, entry.dumpId()));
                }
            }
            return new Tables(rows, tables);
        }
    }

    Schedule(Collection<Task> tasks, Tables tables) {
        for (Task task : tasks) {
            nodes.put(task.entry().dumpId(), new Node(task.entry(), task.work(), task.weight()));
        }
        nodes.values().forEach(node -> connect(node, tables));
        left = nodes.size();
        nodes.values().stream().filter(node -> node.before == 0).forEach(ready::add);
        ready.sort(ORDER);
    }

    private void connect(Node node, Tables tables) {
        for (String text : node.entry.dependencies()) {
            int id = Integer.parseInt(text);
            int target = node.data() ? id : tables.rows().getOrDefault(id, id);
            node.dependencies.add(target);
            if (node.locks() && tables.tables().contains(id)) {
                node.locks.add(target);
            }
            Node before = nodes.get(target);
            if (before != null && before != node) {
                before.followers.add(node);
                node.before++;
            }
        }
    }

    /// Waits for work; null when there is none left.
    synchronized @Nullable Work take() throws InterruptedException {
        while (left > 0) {
            Node next = ready.stream().filter(this::mayRun).findFirst().orElse(null);
            if (next != null) {
                Work work = next.waiting.removeFirst();
                if (next.waiting.isEmpty()) {
                    ready.remove(next);
                }
                running.merge(next, 1, Integer::sum);
                return work;
            }
            if (running.isEmpty()) {
                throw new IllegalStateException("the entries of the dump wait for each other");
            }
            wait();
        }
        return null;
    }

    private boolean mayRun(Node node) {
        return running.keySet().stream().noneMatch(other -> other != node && node.conflicts(other));
    }

    /// After it was done, or has failed.
    synchronized void done(Work work) {
        Node node = nodes.get(work.entry().dumpId());
        if (node == null) {
            throw new IllegalArgumentException("no work of this schedule");
        }
        running.computeIfPresent(node, (_, count) -> count == 1 ? null : count - 1);
        node.open--;
        if (node.open == 0) {
            left--;
            for (Node follower : node.followers) {
                follower.before--;
                if (follower.before == 0) {
                    int place = Collections.binarySearch(ready, follower, ORDER);
                    ready.add(place < 0 ? -place - 1 : place, follower);
                }
            }
        }
        notifyAll();
    }
}
