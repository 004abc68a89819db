package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.Identifiers;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Has the target's server reword definitions for schemas of another name: they are made without
/// rows in a database that is dropped again, where the server renames the schemas, and `pg_dump`
/// reads what has become of them. Nobody searches and replaces in SQL. Used by one thread.
///
/// @param encoding of the database that was backed up, which the other one has too: its rows are
///     in it
record RenamingTrial(
        ArchiveFiles files,
        ConnectionTarget target,
        RestoreOptions options,
        String encoding,
        DatabaseRestore.Surroundings around) {
    private static final int NAMED = 5;

    /// What rows are needed for.
    private static final Set<String> WITH_ROWS = Set.of("MATERIALIZED VIEW DATA", TocEntry.TABLE_DATA);

    /// @param was the table of contents of the backup
    /// @param planned entries of it, by their new names
    /// @throws HoldfastException.PreCheckFailed when that database, or something in it, cannot be
    ///     made; nothing of it is left, and the target is untouched
    RenamedDump dump(TableOfContents was, List<TocEntry> planned, Deadline deadline) throws IOException {
        SchemaNames names = options.content().names();
        around.progress().step("renaming " + names);
        around.log().accept("schema " + names);
        try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
            String name = DatabaseNames.renaming(
                    target.database(),
                    around.clock().instant(),
                    server.facts(target.database()).databases());
            DatabaseSwap swap = new DatabaseSwap(server, target.database(), name, "");
            // whatever locales its server has
            String properties = "TEMPLATE = template0 ENCODING = " + Identifiers.literal(encoding) + " LOCALE = 'C'";
            swap.createScratch(new Database(properties, "", List.of()));
            try {
                Connections connections = new Connections(target.withDatabase(name), options.connectTimeout());
                make(connections, was, planned, deadline);
                TableOfContents made = around.structure().read(connections, encoding);
                return RenamedDump.of(files, was, planned, made, names);
            } finally {
                swap.dropScratch();
            }
        }
    }

    private void make(Connections connections, TableOfContents was, List<TocEntry> planned, Deadline deadline)
            throws IOException {
        TargetSession.Manner manner =
                new TargetSession.Manner(TargetEncoding.of(encoding, encoding), List.of(), deadline, around.log());
        RestoreStatus status = new RestoreStatus(_ -> {});
        Loading.Setting setting = new Loading.Setting(
                options.jobs(),
                1,
                manner,
                options.memory(),
                new EntrySql(was, options.owners(), options.tablespaces()),
                TableLoad.Fresh.NEW,
                RowMasking.NONE);
        new Loading(
                        Sessions.of(connections, manner),
                        was,
                        files,
                        Map.of(),
                        setting,
                        status,
                        new Progress(),
                        around.clock())
                .run(definitions(was, planned));
        if (status.failed() > 0) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + options.content().names() + ", the definitions of which cannot be made: "
                            + status.failures().stream()
                                    .limit(NAMED)
                                    .map(failure -> failure.object() + ": " + failure.reason())
                                    .collect(Collectors.joining("; ")),
                    "a restore under its own name would fail at the same; nothing was changed");
        }
        try (TargetSession session = new TargetSession(connections, manner)) {
            for (Map.Entry<String, String> one :
                    options.content().names().names().entrySet()) {
                rename(session, one.getKey(), one.getValue());
            }
        } catch (SQLException e) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore " + options.content().names() + ": " + FirstLine.of(e), "nothing was changed", e);
        }
    }

    /// Those that are planned, and those that they need.
    private List<TocEntry> definitions(TableOfContents was, List<TocEntry> planned) {
        Set<Integer> ids = planned.stream().map(TocEntry::dumpId).collect(Collectors.toSet());
        List<TocEntry> chosen = was.entries().stream()
                .filter(entry -> ids.contains(entry.dumpId()))
                .toList();
        Set<TocEntry> needed =
                new HashSet<>(new SchemaRenaming(options.content().names(), was).needed(chosen));
        List<TocEntry> all = was.entries().stream()
                .filter(entry -> ids.contains(entry.dumpId()) ? isMade(entry) : needed.contains(entry))
                .toList();
        return Placing.withSchemas(was, all, Set.of("public")).stream()
                .map(entry -> ids.contains(entry.dumpId()) ? entry : entry.withoutOwner())
                .toList();
    }

    private boolean isMade(TocEntry entry) {
        String kind = Objects.requireNonNullElse(entry.description(), "");
        return !WITH_ROWS.contains(kind) && (options.privileges() || !kind.contains("ACL"));
    }

    private static void rename(TargetSession session, String from, String to) throws SQLException {
        session.execute("ALTER SCHEMA " + Identifiers.quote(from) + " RENAME TO " + Identifiers.quote(to));
        List<String> extensions = Rows.column(
                session.raw(),
                "SELECT e.extname FROM pg_catalog.pg_extension e"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = "
                        + Identifiers.literal(to));
        if (!extensions.isEmpty()) {
            session.execute("CREATE SCHEMA " + Identifiers.quote(from));
        }
        for (String extension : extensions) {
            session.execute(
                    "ALTER EXTENSION " + Identifiers.quote(extension) + " SET SCHEMA " + Identifiers.quote(from));
        }
        if (from.equals("public")) {
            // what every database begins with belongs to a role that stands for the owner of each
            session.execute("ALTER SCHEMA " + Identifiers.quote(to) + " OWNER TO CURRENT_USER");
        }
    }
}
