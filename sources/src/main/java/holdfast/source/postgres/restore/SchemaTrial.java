package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.model.Progress;
import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.mask.SchemaFacts;
import holdfast.source.postgres.mask.TableColumns;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes the tables of a dump, without rows, in a database that is dropped again, to learn what a
/// mask profile must know of them. Used by one thread.
///
/// @param manner of its sessions
record SchemaTrial(
        ArchiveFiles files,
        ConnectionTarget target,
        RestoreOptions options,
        TargetSession.Manner manner,
        InstantSource clock) {
    private static final int NAMED = 5;

    /// Whatever locales its server has.
    private static final Database PLAIN =
            new Database("TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C'", "", List.of());

    /// What tells nothing of columns and keys. A subscription would keep its database from being
    /// dropped.
    private static final Set<String> LEFT_OUT = Set.of(
            "ACL",
            "DEFAULT ACL",
            "COMMENT",
            "SECURITY LABEL",
            "TRIGGER",
            "EVENT TRIGGER",
            "POLICY",
            "ROW SECURITY",
            "PUBLICATION",
            "PUBLICATION TABLE",
            "PUBLICATION TABLES IN SCHEMA",
            "SUBSCRIPTION",
            "SUBSCRIPTION TABLE",
            "STATISTICS",
            "STATISTICS DATA",
            "SEQUENCE SET",
            "BLOB",
            "BLOB METADATA",
            TocEntry.LARGE_OBJECTS,
            "MATERIALIZED VIEW DATA",
            TocEntry.TABLE_DATA);

    /// @throws HoldfastException.PreCheckFailed when that database, or something in it, cannot be
    ///     made; nothing of it is left
    List<TableColumns> tables(TableOfContents toc) throws IOException {
        try (TargetServer server = TargetServer.reach(target, options.connectTimeout())) {
            String name = DatabaseNames.trial(
                    target.database(),
                    clock.instant(),
                    server.facts(target.database()).databases());
            DatabaseSwap swap = new DatabaseSwap(server, target.database(), name, "");
            try {
                swap.createScratch(PLAIN);
            } catch (HoldfastException.PreCheckFailed e) {
                throw new HoldfastException.PreCheckFailed(
                        "cannot check the mask profile against the schema: " + e.getMessage(),
                        "the profile is tried in a database that is made for it and dropped: ALTER ROLE … CREATEDB",
                        e);
            }
            try {
                return made(toc, new Connections(target.withDatabase(name), options.connectTimeout()));
            } finally {
                swap.dropScratch();
            }
        }
    }

    private List<TableColumns> made(TableOfContents toc, Connections connections) throws IOException {
        RestoreStatus status = new RestoreStatus(_ -> {});
        List<TocEntry> schema = toc.entries().stream()
                .filter(entry -> !LEFT_OUT.contains(Objects.requireNonNullElse(entry.description(), "")))
                .toList();
        Loading.Setting setting = new Loading.Setting(
                options.jobs(),
                1,
                manner,
                options.memory(),
                new EntrySql(toc, false, false),
                TableLoad.Fresh.NEW,
                RowMasking.NONE);
        new Loading(Sessions.of(connections, manner), toc, files, Map.of(), setting, status, new Progress(), clock)
                .run(schema);
        if (status.failed() > 0) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot check the mask profile against the schema, which cannot be made: "
                            + status.failures().stream()
                                    .limit(NAMED)
                                    .map(failure -> failure.object() + ": " + failure.reason())
                                    .collect(Collectors.joining("; ")),
                    "a restore without a mask would fail at the same; see its log");
        }
        return facts(connections);
    }

    /// Of a database as it is.
    static List<TableColumns> facts(Connections connections) throws IOException {
        try (Connection connection = connections.openForRestore("UTF8")) {
            return SchemaFacts.read(connection);
        } catch (SQLException e) {
            throw new IOException("cannot read the schema to mask by: " + FirstLine.withoutDetail(e), e);
        }
    }
}
