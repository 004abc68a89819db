package holdfast.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.backup.BackupResult;
import holdfast.backup.Backups;
import holdfast.model.CheckResult;
import holdfast.model.ProofLevel;
import holdfast.model.SequenceRecord;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.repository.Manifests;
import holdfast.repository.Repository;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.rows.NamePattern;
import holdfast.storage.MemoryStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Goal: the snapshot's document tells critical tables apart and knows the sequences' values, and proofs begin with
/// the former and hold the dump against the latter.
@Tag("slow")
final class MarkedTablesTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @TempDir
    static Path folder;

    @Test
    void criticalTablesAreProvenFirstAndSequencesHaveTheirValues() throws Exception {
        // a server that root starts for a proof runs as somebody else
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        String database = SERVER.database("marked");
        SERVER.run(
                database,
                "CREATE SCHEMA billing",
                "CREATE TABLE a (id int)",
                "INSERT INTO a VALUES (1), (2)",
                "CREATE TABLE orders (id serial)",
                "INSERT INTO orders DEFAULT VALUES",
                "INSERT INTO orders DEFAULT VALUES",
                "CREATE TABLE billing.z (id int)",
                "CREATE SEQUENCE \"do.wn\" INCREMENT -1",
                "SELECT setval('\"do.wn\"', -9223372036854775808 + 7)",
                "CREATE SEQUENCE fresh START 5");
        PostgresOptions usual = PostgresOptions.DEFAULTS;
        PostgresSource source = new PostgresSource(
                ConnectionTarget.of(SERVER.url(database), Map.of()),
                ClientPrograms.find(SERVER.programs().path()),
                new PostgresOptions(
                        2,
                        usual.connectTimeout(),
                        usual.lockTimeout(),
                        usual.silence(),
                        DumpSelection.EVERYTHING,
                        List.of(NamePattern.of("orders"), NamePattern.of("billing.*"))),
                folder,
                InstantSource.system());
        try (Repository repository = Backups.init(new MemoryStorage())) {
            BackupResult backup = Backups.backUp(repository, source);
            SourceRecord record = Manifests.read(repository, backup.snapshot())
                    .orElseThrow()
                    .sources()
                    .getFirst();
            assertThat(record).isEqualTo(backup.manifest().sources().getFirst());
            assertThat(record.tables())
                    .filteredOn(TableRecord::critical)
                    .extracting(TableRecord::name)
                    .containsExactly("billing.z", "public.orders");
            assertThat(record.sequences())
                    .containsExactly(
                            new SequenceRecord("public.\"do.wn\"", -9223372036854775801L, true),
                            new SequenceRecord("public.fresh", 5, false),
                            new SequenceRecord("public.orders_id_seq", 2, true));
            Path dump = Files.createTempDirectory(folder, "restored");
            for (Map.Entry<String, byte[]> file :
                    Backups.contents(repository, backup.snapshot()).entrySet()) {
                String name = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
                Files.write(dump.resolve(name), file.getValue());
            }
            PostgresInspector inspector =
                    new PostgresInspector(SERVER.programs().path(), folder);
            List<CheckResult> checks = inspector.inspect(record, dump, ProofLevel.IDENTICAL);
            assertThat(checks).allMatch(CheckResult::passed);
            assertThat(checks.subList(0, 2))
                    .extracting(CheckResult::subject)
                    .containsExactlyInAnyOrder(
                            "marked: critical table billing.z", "marked: critical table public.orders");
            assertThat(checks)
                    .extracting(CheckResult::subject)
                    .contains("marked: sequences", record.location() + ": critical table public.orders");
            SourceRecord other = new SourceRecord(
                    record.kind(),
                    record.location(),
                    record.path(),
                    record.details(),
                    record.tables(),
                    List.of(new SequenceRecord("public.fresh", 6, false)),
                    record.files(),
                    record.bytes(),
                    List.of(),
                    List.of());
            assertThat(inspector.inspect(other, dump, ProofLevel.SOUND))
                    .filteredOn(check -> !check.passed())
                    .singleElement()
                    .satisfies(check -> assertThat(check.detail()).contains("public.fresh"));
        }
    }
}
