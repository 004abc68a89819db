package holdfast.source.postgres;

import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.model.TableState;
import holdfast.source.DirectorySink;
import holdfast.source.postgres.TableDefinitions.Definition;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.CopyStatement;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tables that need not be read, since the server proves that they are as the parent snapshot has
/// them; and what the next backup needs for such a proof. What cannot be proven is read. See ADR 7.
/// [#again] may be called by many threads.
final class UnchangedTables {
    /// A table that is smaller is read as quickly as it is compared.
    private static final long WORTHWHILE_BYTES = 1 << 20;

    /// A table whose rows are to be stored.
    ///
    /// @param name in the snapshot's document
    /// @param file in its folder
    record Candidate(String oid, String name, String file, CopyStatement copy, Relation relation) {}

    private final Readers readers;
    /// Null when the server cannot prove anything.
    private final @Nullable Chronicle chronicle;
    private final Map<String, Candidate> candidates = new HashMap<>();
    private final Map<String, Definition> definitions = new HashMap<>();

    /// Proven ones, as the parent has them; by name.
    private final Map<String, TableRecord> unchanged = new HashMap<>();

    /// Of those, the ones that could be taken from the parent.
    private final Map<String, TableRecord> taken = new ConcurrentHashMap<>();

    private UnchangedTables(Readers readers, @Nullable Chronicle chronicle) {
        this.readers = readers;
        this.chronicle = chronicle;
    }

    /// @param before what the parent snapshot says of the database
    /// @param details of the database, as they will stand in the snapshot's document
    /// @param width connections that compare at the same time
    static UnchangedTables find(
            Connections connections,
            Readers readers,
            Instant takenAt,
            Optional<SourceRecord> before,
            Map<String, String> details,
            List<Candidate> tables,
            int width)
            throws IOException {
        Chronicle chronicle = Chronicle.of(connections, readers, takenAt).orElse(null);
        UnchangedTables found = new UnchangedTables(readers, chronicle);
        if (chronicle != null) {
            chronicle.begin();
            found.define(tables);
            if (before.isPresent() && sameVersion(before.get().details(), details)) {
                found.compare(chronicle, before.get(), width);
            }
        }
        return found;
    }

    private static boolean sameVersion(Map<String, String> then, Map<String, String> now) {
        String version = now.get("postgres.server-version");
        return version != null && version.equals(then.get("postgres.server-version"));
    }

    private void define(List<Candidate> tables) throws IOException {
        for (Candidate table : tables) {
            if (!table.relation().foreign() && table.relation().condition().isEmpty()) {
                candidates.put(table.name(), table);
            }
        }
        try {
            definitions.putAll(TableDefinitions.of(
                    readers, candidates.values().stream().map(Candidate::oid).toList()));
        } catch (SQLException e) {
            definitions.clear();
        }
        candidates
                .values()
                .removeIf(table -> !definitions.containsKey(table.oid())
                        || table.relation().bytes() < WORTHWHILE_BYTES);
    }

    private void compare(Chronicle now, SourceRecord before, int width) throws IOException {
        Optional<History> earlier = History.parse(before.details().getOrDefault(History.DETAIL, ""));
        if (earlier.isEmpty() || !now.continues(earlier.get())) {
            return;
        }
        Map<String, TableRecord> known = before.tables().stream()
                .collect(Collectors.toMap(TableRecord::name, Function.identity(), (one, _) -> one));
        Map<String, RowVersions.Scan> scans = new HashMap<>();
        for (Candidate table : candidates.values()) {
            TableRecord then = known.get(table.name());
            if (then != null
                    && then.state() != null
                    && then.state().definition().equals(definition(table))) {
                scans.put(table.name(), new RowVersions.Scan(table.copy().qualified(), table.relation(), then.rows()));
            }
        }
        new RowVersions(readers, earlier.get().rowXmin()).compare(scans.values(), width);
        scans.forEach((name, scan) -> {
            TableRecord then = known.get(name);
            if (scan.same() && then != null) {
                Instant readAt = then.readAt() == null ? earlier.get().takenAt() : then.readAt();
                unchanged.put(name, then.withReadAt(readAt));
            }
        });
    }

    private String definition(Candidate table) {
        Definition definition = definitions.get(table.oid());
        if (definition == null) {
            throw new IllegalArgumentException(table.name());
        }
        return definition.with(table.oid(), table.copy());
    }

    /// Takes a table from the parent snapshot.
    ///
    /// @return whether that was done; if not, the table is to be read
    boolean again(DirectorySink directory, TableData table) throws IOException {
        TableRecord then = unchanged.get(table.name());
        TableState state = then == null ? null : then.state();
        if (then == null || state == null || !directory.again(table.node(), state.file(), state.bytes())) {
            return false;
        }
        taken.put(table.name(), then);
        return true;
    }

    /// The record of a table that was taken or read.
    TableRecord record(TableData table) {
        TableRecord then = taken.get(table.name());
        return then == null ? table.table() : then;
    }

    /// Adds to what was read what the next backup needs, if it can be had.
    ///
    /// @param details of the database
    /// @return the same records, in the same order
    List<TableRecord> remember(List<TableRecord> records, List<TableData> tables, Map<String, String> details)
            throws IOException {
        Optional<History> history = chronicle == null ? Optional.empty() : chronicle.end();
        history.ifPresent(known -> details.put(History.DETAIL, known.toString()));
        Map<String, Long> bytes = new HashMap<>();
        tables.forEach(table -> bytes.put(table.name(), table.storedBytes()));
        List<TableRecord> remembered = new ArrayList<>();
        for (TableRecord record : records) {
            Candidate table = candidates.get(record.name());
            TableState then = record.state(); // of the parent, for one that was taken from there
            remembered.add(record.withState(
                    history.isEmpty() || table == null
                            ? null
                            : new TableState(
                                    table.file(),
                                    then == null ? bytes.getOrDefault(record.name(), -1L) : then.bytes(),
                                    definition(table))));
        }
        return remembered;
    }
}
