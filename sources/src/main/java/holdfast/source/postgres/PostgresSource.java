package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.model.Node;
import holdfast.model.SourceKind;
import holdfast.source.Capture;
import holdfast.source.Source;
import holdfast.source.postgres.ClientPrograms.Installation;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.connection.Libpq;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// One PostgreSQL database, read logically: its schema by `pg_dump`, its rows by COPY over several
/// connections, all in one exported snapshot, stored as `pg_dump`'s directory format. Safe for use
/// by many threads.
public final class PostgresSource implements Source {
    /// The key in a snapshot's document that says how often the backup of a database was begun
    /// again, so that it is of a later instant than the rest.
    public static final String REPEATS = "postgres.begun-again";

    /// Keys of sentences in a snapshot's document: what the provider of a managed server withholds,
    /// and which pooler was gone round.
    public static final List<String> NOTES = List.of("postgres.provider", "postgres.pooler");

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String OUT_OF_MEMORY = "53200";

    private final ConnectionTarget target;
    private final ClientPrograms programs;
    private final PostgresOptions options;
    private final Path scratch;
    private final InstantSource clock;
    private final Consumer<String> notices;

    /// As the other one, without notices.
    public PostgresSource(
            ConnectionTarget target,
            ClientPrograms programs,
            PostgresOptions options,
            Path scratch,
            InstantSource clock) {
        this(target, programs, options, scratch, clock, _ -> {});
    }

    /// @param scratch folder for small temporary files
    /// @param notices told what keeps the work waiting; called by another thread
    public PostgresSource(
            ConnectionTarget target,
            ClientPrograms programs,
            PostgresOptions options,
            Path scratch,
            InstantSource clock,
            Consumer<String> notices) {
        this.target = target;
        this.programs = programs;
        this.options = options;
        this.scratch = scratch;
        this.clock = clock;
        this.notices = notices;
    }

    /// Where a database lies in the tree of a snapshot.
    public static String path(ConnectionTarget target) {
        return DatabasePath.of(target).path();
    }

    /// The folder of a server in the tree of a snapshot, in which its databases lie.
    public static String serverPath(ConnectionTarget target) {
        return DatabasePath.of(target).folder();
    }

    /// Whether a folder of a snapshot's tree is one above databases, which nobody has on disk.
    public static boolean isAbove(String path) {
        return DatabasePath.isAbove(path);
    }

    /// Name and attributes of such a folder, always the same.
    public static Node folder(String name) {
        return new StoredNodes(Instant.EPOCH).directory(name);
    }

    @Override
    public SourceKind kind() {
        return SourceKind.POSTGRES_DATABASE;
    }

    @Override
    public String location() {
        return target.display();
    }

    @Override
    public Capture capture() throws IOException {
        return new RepeatedCapture(new Taking(), options.absence(), this::tell).begin();
    }

    private void tell(String notice) {
        notices.accept(location() + ": " + notice);
    }

    private final class Taking implements RepeatedCapture.Taking {
        /// Of several servers the one that will do now, which need not be the one from before.
        @Override
        public ExportedSnapshot snapshot() throws IOException {
            try {
                return ExportedSnapshot.take(
                        new Connections(target, options.connectTimeout(), options.answerTimeout()));
            } catch (SQLException e) {
                throw new IOException("cannot read " + location() + ": " + Attempts.reason(e), e);
            }
        }

        @Override
        public DatabaseCapture capture(ExportedSnapshot snapshot, int repeats) throws IOException {
            boolean done = false;
            try {
                DatabaseCapture capture = describe(snapshot, repeats);
                done = true;
                return capture;
            } catch (SQLException | IOException | HoldfastException.PreCheckFailed | HoldfastException.Failed e) {
                String said = Attempts.reason(e);
                if (SnapshotLostException.in(e).isPresent() || snapshot.lost()) {
                    snapshot.abandon();
                    throw SnapshotLostException.in(e)
                            .orElseGet(() -> new SnapshotLostException(
                                    "lost the server while the database was described: " + said, e));
                }
                switch (e) {
                    case HoldfastException toldAlready -> throw toldAlready;
                    case IOException io -> throw io;
                    default -> throw new IOException("cannot read " + location() + ": " + said, e);
                }
            } finally {
                if (!done) {
                    snapshot.end();
                }
            }
        }
    }

    private DatabaseCapture describe(ExportedSnapshot snapshot, int repeats) throws IOException, SQLException {
        Connections connections = snapshot.connections();
        Catalog catalog = new Catalog(snapshot::rows);
        int major = catalog.serverMajor();
        catalog.requireNameable(location());
        FittingPatterns.of(snapshot::rows, options.selection(), options.critical())
                .requireAll(location());
        catalog.requireReadable(location(), options.selection());
        Installation installation = programs.dumping(major);
        Libpq libpq = connections.libpq();
        Map<String, String> details = new ServerDetails(snapshot).read();
        SchemaDump dump =
                new SchemaDump(installation.program("pg_dump"), libpq, scratch, options.silence(), this::tell);
        TableOfContents toc = tableOfContents(dump, connections, snapshot).undated();
        Set<String> tables = tables(toc);
        catalog.requireWhole(location(), tables);
        details.put("postgres.dump-version", toc.header().dumpVersion());
        target.provider().ifPresent(provider -> details.put(NOTES.getFirst(), provider.missing()));
        target.aroundPooler().ifPresent(around -> details.put(NOTES.getLast(), around));
        if (!options.selection().isEverything()) {
            details.put(DumpSelection.DETAIL, options.selection().toString());
        }
        if (repeats > 0) {
            details.put(REPEATS, Integer.toString(repeats));
            details.put("postgres.taken-at", clock.instant().toString());
        }
        Readers readers = new Readers(snapshot, options.readers(), "", options.silence());
        return new DatabaseCapture(
                location(),
                DatabasePath.of(target),
                toc,
                catalog.relations(tables),
                details,
                new Globals(installation.program("pg_dumpall"), libpq, options.silence(), this::tell),
                snapshot,
                readers,
                options,
                new StoredNodes(clock.instant()));
    }

    /// Their oids.
    private static Set<String> tables(TableOfContents toc) {
        return toc.entries().stream()
                .filter(entry -> entry.is(TocEntry.TABLE_DATA))
                .map(entry -> String.valueOf(entry.oid()))
                .collect(Collectors.toSet());
    }

    private TableOfContents tableOfContents(SchemaDump dump, Connections connections, ExportedSnapshot snapshot)
            throws IOException, SQLException {
        Catalog catalog = new Catalog(snapshot::rows);
        String encoding = catalog.encoding();
        long patience = options.lockTimeout().toMillis();
        try (LockWatch watch = LockWatch.start(connections, this::tell)) {
            try {
                return dump.run(
                        snapshot,
                        encoding,
                        patience,
                        options.selection().options(),
                        watch::working,
                        described -> lock(snapshot, described, catalog.relations(tables(described))));
            } catch (HoldfastException.PreCheckFailed e) {
                if (watch.last().isEmpty()) {
                    throw e;
                }
                throw new HoldfastException.PreCheckFailed(
                        e.getMessage() + "; it was " + watch.last(),
                        "try again when that lock is given back, or end the session that holds it",
                        e);
            }
        }
    }

    /// Whoever waits to change a table waits for us, and everybody else for them: they go first, and
    /// this begins again behind them.
    private void lock(ExportedSnapshot snapshot, TableOfContents toc, Map<String, Relation> relations)
            throws SQLException, SnapshotLostException {
        List<String> tables = toc.entries().stream()
                .filter(entry -> entry.data() && entry.is(TocEntry.TABLE_DATA))
                .map(entry -> String.valueOf(entry.oid()))
                .filter(oid -> !relations.getOrDefault(oid, Relation.UNKNOWN).foreign())
                .toList();
        try {
            snapshot.lock(tables);
        } catch (SQLException e) {
            String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw SnapshotLostException.givingWay("somebody waits to change a table: " + message, e);
            }
            if (OUT_OF_MEMORY.equals(e.getSQLState())) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot back up " + location() + ": " + message,
                        "so many tables need a higher max_locks_per_transaction, as for pg_dump --jobs",
                        e);
            }
            throw e;
        }
    }
}
