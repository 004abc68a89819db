package holdfast.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.model.Fingerprint;
import holdfast.model.TableRecord;
import holdfast.source.sqlite.TableFingerprints.Survey;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TableFingerprintsTest {
    @TempDir
    private Path folder;

    private Survey survey(String... statements) throws Exception {
        Path database = folder.resolve(folder.toFile().list().length + ".db");
        Databases.make(database, statements);
        return TableFingerprints.of(database);
    }

    private Fingerprint fingerprint(String... statements) throws Exception {
        return survey(statements).table("t").orElseThrow().fingerprint();
    }

    /// The documented form, put together here by hand, so that it cannot change unnoticed: recorded
    /// fingerprints must be found again for ever.
    @Test
    void aRowIsHashedInItsDocumentedForm() throws Exception {
        ByteBuffer row = ByteBuffer.allocate(100);
        row.put((byte) 0);
        row.put((byte) 1).putLong(-7);
        row.put((byte) 2).putLong(Double.doubleToRawLongBits(2.5));
        byte[] text = "grüße".getBytes(StandardCharsets.UTF_8);
        row.put((byte) 3).putLong(text.length).put(text);
        row.put((byte) 4).putLong(2).put((byte) 0xca).put((byte) 0xfe);
        row.flip();
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(row);
        Fingerprint one = Fingerprint.ofDigest(sha256.digest());

        String insert = "INSERT INTO t VALUES (NULL, -7, 2.5, 'grüße', x'cafe')";
        Survey survey = survey("CREATE TABLE t (a, b, c, d, e)", insert, insert, insert);

        assertThat(survey.table("t"))
                .contains(new TableRecord("t", 3, one.plus(one).plus(one)));
    }

    @Test
    void theOrderOfRowsTheirRowidsAndVacuumDoNotMatter() throws Exception {
        String create = "CREATE TABLE t (a, b)";
        Fingerprint rows = fingerprint(create, "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')");
        assertThat(fingerprint(create, "INSERT INTO t VALUES (3, 'z'), (1, 'x'), (2, 'y')"))
                .isEqualTo(rows);
        assertThat(fingerprint(
                        create,
                        "INSERT INTO t (rowid, a, b) VALUES (77, 1, 'x'), (-5, 2, 'y'), (9, 9, ''), (1000, 3, 'z')",
                        "DELETE FROM t WHERE a = 9",
                        "VACUUM"))
                .isEqualTo(rows);
        assertThat(fingerprint(create, "CREATE INDEX i ON t (b, a)", "INSERT INTO t VALUES (1,'x'),(2,'y'),(3,'z')"))
                .isEqualTo(rows);
    }

    @Test
    void everyValueAndItsTypeMatters() throws Exception {
        String[] rows = {
            "NULL",
            "0",
            "1",
            "-1",
            "1.0",
            "1.5",
            "'1'",
            "''",
            "x''",
            "x'31'",
            "x'00'",
            "'a'",
            "'A'",
            "'a '",
            "9223372036854775807",
            "-9223372036854775808",
            "9e999",
            "-9e999",
            "1e-300",
            "'a' || char(0)"
        };
        assertThat(Stream.of(rows).map(value -> {
                    try {
                        return fingerprint("CREATE TABLE t (a)", "INSERT INTO t VALUES (" + value + ")");
                    } catch (Exception e) {
                        throw new IllegalStateException(value, e);
                    }
                }))
                .doesNotHaveDuplicates();
        assertThat(fingerprint("CREATE TABLE t (a, b)", "INSERT INTO t VALUES ('ab', 'c')"))
                .isNotEqualTo(fingerprint("CREATE TABLE t (a, b)", "INSERT INTO t VALUES ('a', 'bc')"));
        assertThat(fingerprint("CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, NULL)"))
                .isNotEqualTo(fingerprint("CREATE TABLE t (a, b)", "INSERT INTO t VALUES (NULL, 1)"));
    }

    @Test
    void anIntegerPrimaryKeyCountsAsTheColumnItIs() throws Exception {
        String create = "CREATE TABLE t (id INTEGER PRIMARY KEY, a)";
        assertThat(fingerprint(create, "INSERT INTO t VALUES (1, 'x')"))
                .isNotEqualTo(fingerprint(create, "INSERT INTO t VALUES (2, 'x')"))
                .isEqualTo(fingerprint("CREATE TABLE t (id, a)", "INSERT INTO t VALUES (1, 'x')"));
    }

    @Test
    void valuesLargerThanAnyBufferAreHashedWhole() throws Exception {
        String create = "CREATE TABLE t (a, b)";
        Fingerprint large =
                fingerprint(create, "INSERT INTO t VALUES (zeroblob(5000000) || x'01', hex(zeroblob(300000)))");
        assertThat(fingerprint(create, "INSERT INTO t VALUES (zeroblob(5000000) || x'02', hex(zeroblob(300000)))"))
                .isNotEqualTo(large);
    }

    @Test
    void aValueThatDoesNotFitIntoMemoryIsNoDamage() throws Exception {
        assumeTrue(TableFingerprints.VALUE_BYTES_MAX < 100 << 20, "needs a small heap");
        Survey survey = survey(
                "CREATE TABLE t (a)",
                "INSERT INTO t VALUES (zeroblob(" + (TableFingerprints.VALUE_BYTES_MAX + 1) + "))",
                "CREATE TABLE other (a, b)",
                "INSERT INTO other VALUES (zeroblob(" + (TableFingerprints.VALUE_BYTES_MAX - 100) + "), 1)");
        assertThat(survey.table("other")).isPresent();
        assertThat(survey.unreadable()).hasSize(1).allSatisfy(table -> {
            assertThat(table.table()).isEqualTo("t");
            assertThat(table.reason()).contains("too big");
            assertThat(table.damaged()).isFalse();
        });
    }

    @Test
    void everyKindOfTableIsReadAndOnlyVirtualOnesAreNot() throws Exception {
        Survey survey = survey(
                "CREATE TABLE plain (a)",
                "INSERT INTO plain VALUES (1), (2)",
                "CREATE TABLE \"odd \"\" name; --\" (\"a \"\" column\" TEXT)",
                "INSERT INTO \"odd \"\" name; --\" VALUES ('x')",
                "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
                "INSERT INTO counted (a) VALUES (1), (2), (3)",
                "CREATE TABLE keyed (k TEXT PRIMARY KEY, v) WITHOUT ROWID",
                "INSERT INTO keyed VALUES ('a', 1)",
                "CREATE TABLE exact (a INTEGER, b TEXT) STRICT",
                "INSERT INTO exact VALUES (1, 'x')",
                "CREATE TABLE computed (a, s AS (a * 2) STORED, v AS (a * 3) VIRTUAL)",
                "INSERT INTO computed VALUES (5)",
                "CREATE VIRTUAL TABLE words USING fts5(body)",
                "INSERT INTO words VALUES ('hello world')",
                "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)",
                "INSERT INTO boxes VALUES (1, 0, 2)",
                "CREATE VIEW seen AS SELECT * FROM plain",
                "CREATE INDEX plain_a ON plain (a)",
                "ANALYZE");
        assertThat(survey.unreadable()).isEmpty();
        assertThat(survey.virtual()).containsExactly("boxes", "words");
        assertThat(survey.tables().stream().map(TableRecord::name))
                .contains("plain", "odd \" name; --", "counted", "keyed", "exact", "computed")
                .contains("words_content", "words_data", "boxes_node", "sqlite_sequence", "sqlite_stat1")
                .contains("sqlite_schema")
                .doesNotContain("seen", "words", "boxes")
                .isSorted();
        assertThat(survey.table("counted").orElseThrow().rows()).isEqualTo(3);
        assertThat(survey.table("odd \" name; --").orElseThrow().rows()).isEqualTo(1);
    }

    @Test
    void theSchemaCountsButNotWhereItsTablesLie() throws Exception {
        String[] one = {"CREATE TABLE a (x)", "CREATE TABLE b (x)"};
        String[] other = {"CREATE TABLE gone (x)", "CREATE TABLE a (x)", "CREATE TABLE b (x)", "DROP TABLE gone"};
        Fingerprint schema = survey(one).table("sqlite_schema").orElseThrow().fingerprint();
        assertThat(survey(other).table("sqlite_schema").orElseThrow().fingerprint())
                .isEqualTo(schema);
        assertThat(survey("CREATE TABLE a (x)", "CREATE TABLE b (y)")
                        .table("sqlite_schema")
                        .orElseThrow()
                        .fingerprint())
                .isNotEqualTo(schema);
    }

    /// What an application brings along is not needed to read its tables.
    @Test
    void unknownCollationsFunctionsAndModulesDoNotHinder() throws Exception {
        Survey survey = survey(
                "CREATE TABLE t (a TEXT COLLATE NOCASE, b CHECK (b > 0), c AS (upper(a)))",
                "CREATE INDEX i ON t (a)",
                "INSERT INTO t VALUES ('x', 1)",
                "CREATE TABLE w (a TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID",
                "INSERT INTO w VALUES ('p')",
                "CREATE VIRTUAL TABLE f USING fts5(x)",
                "PRAGMA writable_schema = 1",
                "UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql, 'NOCASE', 'theirs'),"
                        + " 'b > 0', 'their_check(b)'), 'upper', 'their_upper'), 'fts5', 'their_module')");
        assertThat(survey.unreadable()).isEmpty();
        assertThat(survey.table("t").orElseThrow().rows()).isEqualTo(1);
        assertThat(survey.table("w").orElseThrow().rows()).isEqualTo(1);
        assertThat(survey.virtual()).containsExactly("f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16le", "UTF-16be"})
    void textIsReadInTheEncodingInWhichItIsStored(String encoding) throws Exception {
        Survey survey = survey(
                "PRAGMA encoding = '" + encoding + "'",
                "CREATE TABLE t (a)",
                "INSERT INTO t VALUES ('grüße 😀'), ('')");
        ByteBuffer row = ByteBuffer.allocate(100);
        byte[] text = "grüße 😀".getBytes(Charset.forName(encoding));
        row.put((byte) 3).putLong(text.length).put(text).flip();
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(row);
        Fingerprint first = Fingerprint.ofDigest(sha256.digest());
        sha256.update(ByteBuffer.allocate(9).put(0, (byte) 3));
        assertThat(survey.table("t").orElseThrow().fingerprint())
                .isEqualTo(first.plus(Fingerprint.ofDigest(sha256.digest())));
    }
}
