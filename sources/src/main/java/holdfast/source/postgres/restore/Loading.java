package holdfast.source.postgres.restore;

import holdfast.io.Parallel;
import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.model.TableRecord;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.restore.Schedule.Task;
import holdfast.source.postgres.restore.Schedule.Work;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/// Runs the entries of a dump against one database. What fails is noted, and the rest goes on,
/// unless all is one transaction: whoever called decides what a half restored database is worth.
/// Used by one thread, works with several.
final class Loading {
    /// @param jobs sessions at the same time
    /// @param segmentBytes of a table's data that go in with one transaction
    /// @param memory of the server for indexes and foreign keys
    /// @param masking what becomes of rows on their way
    /// @param triggers that shall not fire
    record Setting(
            int jobs,
            long segmentBytes,
            TargetSession.Manner manner,
            SortMemory memory,
            EntrySql sql,
            TableLoad.Fresh tables,
            RowMasking masking,
            TableTriggers triggers) {
        /// Into tables that have no triggers yet.
        Setting(
                int jobs,
                long segmentBytes,
                TargetSession.Manner manner,
                SortMemory memory,
                EntrySql sql,
                TableLoad.Fresh tables,
                RowMasking masking) {
            this(jobs, segmentBytes, manner, memory, sql, tables, masking, TableTriggers.NONE);
        }
    }

    private final Sessions sessions;
    private final TableOfContents toc;
    private final ArchiveFiles files;
    private final Map<String, TableRecord> recorded;
    private final Setting setting;
    private final RestoreStatus status;
    private final Progress progress;
    private final Consumer<String> log;
    private final InstantSource clock;
    private final Attempts attempts;
    private final Set<String> made = new HashSet<>();

    /// @param recorded by schema and name, what was backed up
    Loading(
            Sessions sessions,
            TableOfContents toc,
            ArchiveFiles files,
            Map<String, TableRecord> recorded,
            Setting setting,
            RestoreStatus status,
            Progress progress,
            InstantSource clock) {
        this.sessions = sessions;
        this.toc = toc;
        this.files = files;
        this.recorded = Map.copyOf(recorded);
        this.setting = setting;
        this.status = status;
        this.progress = progress;
        this.log = setting.manner().log();
        this.clock = clock;
        this.attempts = new Attempts(setting.manner(), setting.masking().isOn());
    }

    /// @throws HoldfastException when the server cannot be reached any more, or time is over
    void run(List<TocEntry> chosen) throws IOException {
        Passes passes = Passes.of(chosen);
        try (TargetSession session = sessions.open()) {
            progress.step("making tables");
            serially(session, passes.before());
        }
        progress.step("restoring");
        parallel(passes.parallel());
        try (TargetSession session = sessions.open()) {
            progress.step("granting");
            serially(session, passes.rights());
            serially(session, passes.last());
            durable(session);
        }
    }

    private void serially(TargetSession session, List<TocEntry> entries) throws IOException {
        for (TocEntry entry : entries) {
            if (statements(session, entry, setting.memory().most()) && entry.is(TocEntry.TABLE)) {
                made.add(name(entry));
            }
        }
    }

    /// The other sessions did not wait for the server's disk; when this one has, all that they did
    /// is there too.
    private void durable(TargetSession session) throws IOException {
        Attempts.Reason reason = attempts.tried(session, () -> {
            session.execute("SET synchronous_commit = on");
            session.execute("SELECT pg_catalog.txid_current()");
        });
        if (reason != null) {
            throw new IOException("the server did not confirm that everything is written: " + reason);
        }
    }

    private void parallel(List<TocEntry> entries) throws IOException {
        Schedule.Tables tables = Schedule.Tables.of(toc.entries());
        Map<Integer, Task> tasks = new LinkedHashMap<>();
        for (TocEntry entry : rowsFirst(entries)) {
            try {
                tasks.put(entry.dumpId(), task(entry, tables, tasks));
            } catch (HoldfastException.Damaged e) {
                unreadable(entry, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                failed(entry, new Attempts.Reason(String.valueOf(e.getMessage()), false));
            }
        }
        Schedule schedule = new Schedule(tasks.values(), tables);
        List<TargetSession> opened = new ArrayList<>();
        for (int i = 0; i < setting.jobs(); i++) {
            opened.add(sessions.open());
        }
        try {
            Parallel.each(opened, opened.size(), session -> work(schedule, session));
        } finally {
            opened.forEach(TargetSession::close);
        }
    }

    /// A table of which not even the end can be read; others may be whole.
    private void unreadable(TocEntry entry, String reason) {
        String name = name(entry);
        status.failed(new RestoreStatus.Failure("table " + name, reason, true));
        status.table(new RestoreStatus.Table(name, RestoreStatus.State.FAILED, 0, -1, 0));
        log.accept("FAILED table " + name + ": " + reason);
    }

    private static List<TocEntry> rowsFirst(List<TocEntry> entries) {
        return entries.stream()
                .sorted(Comparator.comparing(Loading::isRows).reversed())
                .toList();
    }

    private static boolean isRows(TocEntry entry) {
        return entry.is(TocEntry.TABLE_DATA) && entry.data();
    }

    /// @param before those of all rows, by their dump id
    private Task task(TocEntry entry, Schedule.Tables tables, Map<Integer, Task> before) throws IOException {
        if (isRows(entry)) {
            TableLoad load = load(entry);
            progress.expect(load.bytes(), 1);
            List<Work> rows = new ArrayList<>();
            load.segments().forEach(segment -> rows.add(new Work.Rows(load, segment)));
            return new Task(entry, rows, load.bytes());
        }
        long weight = entry.dependencies().stream()
                .map(table -> before.get(tables.rows().get(Integer.valueOf(table))))
                .filter(Objects::nonNull)
                .mapToLong(Task::weight)
                .sum();
        Work work = entry.is(TocEntry.LARGE_OBJECTS)
                ? new Work.Objects(entry)
                : new Work.Statements(entry, setting.memory().of(entry, weight));
        return new Task(entry, List.of(work), weight);
    }

    private TableLoad load(TocEntry entry) throws IOException {
        CopyStatement copy = CopyStatement.of(entry);
        String name = name(entry);
        TableRecord before = recorded.get(name);
        // rows of a partition may go in by the table that it is part of
        boolean itself = copy.schema().equals(entry.namespace()) && copy.table().equals(entry.tag());
        boolean fresh = setting.tables() == TableLoad.Fresh.NEW && itself && made.contains(name);
        return new TableLoad(
                entry,
                name,
                copy,
                Segment.of(files, toc.file(entry), setting.segmentBytes()),
                fresh ? TableLoad.Fresh.NEW : TableLoad.Fresh.OLD,
                setting.triggers(),
                before == null ? -1 : before.rows(),
                status,
                clock);
    }

    private void work(Schedule schedule, TargetSession session) throws IOException {
        try {
            for (Work work = schedule.take(); work != null; work = schedule.take()) {
                try {
                    one(session, work);
                } finally {
                    schedule.done(work);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Attempts.interrupted();
        }
    }

    private void one(TargetSession session, Work work) throws IOException {
        setting.manner().deadline().left();
        progress.item(label(work.entry()));
        switch (work) {
            case Work.Statements(TocEntry entry, int memory) -> {
                Instant start = clock.instant();
                if (statements(session, entry, memory)) {
                    long millis = Duration.between(start, clock.instant()).toMillis();
                    log.accept("made " + label(entry) + " in " + millis + " ms");
                }
            }
            case Work.Rows(TableLoad table, Segment segment) -> {
                Attempts.Reason reason = attempts.tried(session, () -> {
                    TableLoad.Filter filter = setting.masking().filter(table.entry());
                    table.load(segment, session, files, filter, progress);
                });
                if (reason != null) {
                    table.fail(reason);
                    log.accept("FAILED table " + table.name() + ": " + reason);
                    end(session);
                }
            }
            case Work.Objects(TocEntry entry) -> {
                Attempts.Reason reason =
                        attempts.tried(session, () -> new ObjectLoad(files, toc.file(entry), progress).load(session));
                if (reason != null) {
                    failed(entry, reason);
                    end(session);
                }
            }
        }
    }

    private boolean statements(TargetSession session, TocEntry entry, int memory) throws IOException {
        Attempts.Reason reason = attempts.tried(session, () -> {
            session.useMemory(memory);
            session.make(entry, setting.sql());
        });
        if (reason != null) {
            failed(entry, reason);
            end(session);
        }
        return reason == null;
    }

    /// After a failure a transaction takes nothing more.
    private static void end(TargetSession session) throws Sessions.Stopped {
        if (session.inOneTransaction()) {
            throw new Sessions.Stopped();
        }
    }

    private void failed(TocEntry entry, Attempts.Reason reason) {
        status.failed(new RestoreStatus.Failure(label(entry), reason.text(), reason.damaged()));
        log.accept("FAILED " + label(entry) + ": " + reason);
    }

    static String name(TocEntry entry) {
        return Identifiers.display(String.valueOf(entry.namespace()), String.valueOf(entry.tag()));
    }

    private static String label(TocEntry entry) {
        String schema = Objects.requireNonNullElse(entry.namespace(), "");
        return entry.description() + " " + (schema.isEmpty() ? "" : schema + ".") + entry.tag();
    }
}
