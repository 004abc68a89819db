package holdfast.repository.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.CheckResult;
import holdfast.model.FileNames;
import holdfast.model.Fingerprint;
import holdfast.model.Manifest;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.TableRecord;
import holdfast.model.TableState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Snapshots, proofs and manifests as bytes.
class DocumentsTest {
    private static final ObjectId A = ObjectId.parse("ab".repeat(32));
    private static final ObjectId B = ObjectId.parse("0f".repeat(32));
    private static final Instant T = Instant.parse("2026-03-01T10:20:30.120Z");

    private static String text(ByteBuffer json) {
        return StandardCharsets.UTF_8.decode(json).toString();
    }

    private static ByteBuffer bytes(String json) {
        return ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
    }

    private static Snapshot snapshot(List<String> tags, ObjectId parent, Snapshot.Summary summary) {
        return new Snapshot(
                A,
                T,
                B,
                List.of("/a", "/ü<"),
                "host",
                "ann",
                7,
                0,
                List.of(),
                tags,
                parent,
                null,
                "holdfast 1",
                summary);
    }

    @Test
    void snapshotsAreWrittenInGosOrderWithoutWhatIsEmpty() throws BrokenFormatException {
        Snapshot.Summary summary = new Snapshot.Summary(T, T, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        Snapshot full = snapshot(List.of("t"), A, summary);
        assertThat(text(SnapshotJson.write(full)))
                .isEqualTo("{\"time\":\"2026-03-01T10:20:30.12Z\",\"parent\":\"" + A + "\",\"tree\":\"" + B
                        + "\",\"paths\":[\"/a\",\"/ü\\u003c\"],\"hostname\":\"host\",\"username\":\"ann\",\"uid\":7,"
                        + "\"tags\":[\"t\"],\"program_version\":\"holdfast 1\",\"summary\":{"
                        + "\"backup_start\":\"2026-03-01T10:20:30.12Z\",\"backup_end\":\"2026-03-01T10:20:30.12Z\","
                        + "\"files_new\":1,\"files_changed\":2,\"files_unmodified\":3,\"dirs_new\":4,"
                        + "\"dirs_changed\":5,\"dirs_unmodified\":6,\"data_blobs\":7,\"tree_blobs\":8,"
                        + "\"data_added\":9,\"data_added_packed\":10,\"total_files_processed\":11,"
                        + "\"total_bytes_processed\":12}}");
        assertThat(SnapshotJson.read(A, SnapshotJson.write(full))).isEqualTo(full);
    }

    @Test
    void snapshotsOfOtherProgramsAreRead() throws BrokenFormatException {
        Snapshot old = SnapshotJson.read(
                A,
                bytes("{\"time\":\"2015-01-08T21:29:14.5+01:00\",\"tree\":\"" + B
                        + "\",\"paths\":null,\"future\":{\"x\":[1]},\"tags\":null,\"parent\":null,\"gid\":100}"));
        assertThat(old.time()).isEqualTo(Instant.parse("2015-01-08T20:29:14.500Z"));
        assertThat(old.paths()).isEmpty();
        assertThat(old.gid()).isEqualTo(100);
        assertThat(old.parent()).isNull();
        assertThat(old.summary()).isNull();
        assertThatThrownBy(() -> SnapshotJson.read(A, bytes("{\"tree\":\"" + B + "\"}")))
                .isInstanceOf(BrokenFormatException.class)
                .hasMessageContaining("time");
        assertThatThrownBy(() -> SnapshotJson.read(A, bytes("{\"time\":\"2015-01-08T21:29:14Z\"}")))
                .hasMessageContaining("tree");
    }

    @Test
    void proofsSurvive() throws BrokenFormatException {
        Proof proof = new Proof(
                A,
                ProofLevel.IDENTICAL,
                false,
                T,
                Duration.ofMillis(1234),
                "host",
                List.of(CheckResult.fail("app.db: table \"o\"", "3 rows < 4"), CheckResult.pass("x", "")));
        assertThat(ProofJson.read(ProofJson.write(proof))).isEqualTo(proof);
        assertThat(text(ProofJson.write(proof))).startsWith("{\"version\":1,\"snapshot\":\"" + A);
        assertThatThrownBy(() -> ProofJson.read(bytes("{\"snapshot\":\"" + A + "\",\"level\":\"perfect\"}")))
                .isInstanceOf(BrokenFormatException.class);
    }

    @Test
    void manifestsAreReadableStableAndSurvive() throws BrokenFormatException {
        Manifest manifest = new Manifest(
                1,
                T,
                "holdfast 0.1",
                "host",
                "ann",
                "production",
                "",
                "nightly",
                List.of(new SourceRecord(
                        SourceKind.SQLITE,
                        FileNames.decode(new byte[] {'/', 'a', -1}),
                        "/a",
                        Map.of("sqlite.version", "3.50", "sqlite.page-size", "4096"),
                        List.of(
                                new TableRecord("orders", 3, new Fingerprint(1, -1)),
                                new TableRecord("tax", 1, new Fingerprint(0, 2))
                                        .withReadAt(T)
                                        .withState(new TableState("7.dat", 12, "ab"))),
                        1,
                        8192,
                        List.of("row 3 missing"),
                        List.of(new SourceRecord.Failure("x", "changed", true)))),
                2);
        String json = text(ManifestJson.write(manifest));
        assertThat(json).isEqualTo("""
                {
                  "version": 1,
                  "taken_at": "2026-03-01T10:20:30.12Z",
                  "program": "holdfast 0.1",
                  "host": "host",
                  "operator": "ann",
                  "environment": "production",
                  "label": "",
                  "reason": "nightly",
                  "nodes": 2,
                  "sources": [
                    {
                      "kind": "sqlite",
                      "location": "/a\\udcff",
                      "path": "/a",
                      "files": 1,
                      "bytes": 8192,
                      "details": {
                        "sqlite.page-size": "4096",
                        "sqlite.version": "3.50"
                      },
                      "tables": [
                        {
                          "name": "orders",
                          "rows": 3,
                          "fingerprint": "0000000000000001ffffffffffffffff"
                        },
                        {
                          "name": "tax",
                          "rows": 1,
                          "fingerprint": "00000000000000000000000000000002",
                          "read_at": "2026-03-01T10:20:30.12Z",
                          "state": {
                            "file": "7.dat",
                            "bytes": 12,
                            "definition": "ab"
                          }
                        }
                      ],
                      "damage": [
                        "row 3 missing"
                      ],
                      "failures": [
                        {
                          "item": "x",
                          "reason": "changed",
                          "stored": true
                        }
                      ]
                    }
                  ]
                }
                """);
        assertThat(ManifestJson.read(bytes(json))).isEqualTo(manifest);
        assertThatThrownBy(() -> ManifestJson.read(bytes(json.replace("\"version\": 1", "\"version\": 2"))))
                .isInstanceOf(BrokenFormatException.class)
                .hasMessageContaining("newer Holdfast");
        assertThatThrownBy(() -> ManifestJson.read(bytes(json.replace("\"sqlite\"", "\"oracle\""))))
                .hasMessageContaining("unknown kind");
    }
}
