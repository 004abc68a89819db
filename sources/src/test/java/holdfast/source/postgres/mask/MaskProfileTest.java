package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a profile says what it means, and whatever it cannot mean is told at once, by file and
/// line, without a secret.
final class MaskProfileTest {
    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("masks.yaml"), text);
    }

    private MaskProfile read(String text) throws IOException {
        return MaskProfile.read(file(text), "test", Map.of("SECRET", Masking.SECRET)::get);
    }

    private HoldfastException.BadUsage refused(String text) throws IOException {
        Path file = file(text);
        try {
            MaskProfile.read(file, "test", Map.of("SECRET", Masking.SECRET, "SHORT", "tooshort")::get);
        } catch (HoldfastException.BadUsage e) {
            return e;
        }
        throw new AssertionError("accepted: " + text);
    }

    @Test
    void everyProblemIsToldByItsLine() throws IOException {
        assertThat(refused("""
                        masks:
                          test:
                            secret-environment: X
                            locale: xx
                            tables:
                              public.t:
                                a: fake-emial
                                b: {rule: hash, lenght: 3}
                                c: {rule: hash, length: 300}
                                d: {rule: partial, first: -1, fill: ab}
                                e: {rule: regex, pattern: '(', replacement: x}
                                f: {rule: regex, pattern: a, replacement: $1}
                                g: {rule: date-shift}
                                h: {rule: number, percent: 0}
                                i: [hash]
                                j: {rule: regex, pattern: a, replacement: b, unmatched: delete}
                                k: hash
                                k: hash
                                l: {rule: fixed, value: [1]}
                                m: {rule: 'null', domain: x}
                              "a.b.c": {}
                            unmasked: [public]
                        mask: 1
                        """)).hasMessage("""
                        the mask profile %s cannot be used:
                          masks.yaml:18: k stands here again, first in line 17 (keep one of them)
                          masks.yaml:23: unknown key 'mask' (did you mean masks?)
                          masks.yaml:3: unknown key 'secret-environment' (known here: secret-env, secret-file, locale, large-objects, tables, unmasked)
                          masks.yaml:7: there is no rule 'fake-emial' (did you mean fake-email?)
                          masks.yaml:8: unknown option 'lenght' (did you mean length?)
                          masks.yaml:9: length must be a whole number from 8 to 64
                          masks.yaml:10: first must be a whole number from 0 to 100
                          masks.yaml:10: fill must be one character
                          masks.yaml:11: not a regular expression: Unclosed group (Java's syntax is meant)
                          masks.yaml:12: the replacement names a group that the pattern has not ($1 is the first group, \\$ a dollar sign)
                          masks.yaml:13: days is missing
                          masks.yaml:14: percent must be a number above 0, at most 100
                          masks.yaml:15: no rule stands here (the rules are null, fixed, hash, partial, regex, shuffle, date-shift, number, fake-name, fake-first-name, fake-last-name, fake-email, fake-phone, fake-street, fake-city, fake-address, fake-company)
                          masks.yaml:16: unmatched must be hide or keep or null
                          masks.yaml:19: value takes one value, not a list
                          masks.yaml:20: unknown option 'domain' (the rule null has none)
                          masks.yaml:21: 'a.b.c' is no name of a table (write schema.table)
                          masks.yaml:22: no table or column is named here (write schema.table.column)
                          masks.yaml:2: there are no words for the locale 'xx' (de, fr-CH or pt-BR)""".formatted(folder.resolve("masks.yaml")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "masks: {test: &a {tables: *a}}",
                "masks: !!java.net.URL {test: 1}",
                "masks: !!str x",
                "a: &x [1]\nb: *x",
                "masks: {",
                "masks:\n\ttest: 1",
                "{a: 1}: 2",
                "masks: {}\n---\nmasks: {}",
                "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
                "\u0000"
            })
    void whatIsNoPlainYamlIsRefused(String text) throws IOException {
        assertThat(refused(text)).hasMessageStartingWith("cannot read the mask profile masks.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "masks:", "masks: []", "masks: x", "masks: {other: {tables: {}}}", "tables: {}", "- a"})
    void aFileWithoutTheProfileIsRefused(String text) throws IOException {
        refused(text);
    }

    @Test
    void theNearestProfileIsNamed() throws IOException {
        assertThat(refused("masks: {tests: {secret-env: SECRET, tables: {}}}").hint())
                .isEqualTo("did you mean tests?");
    }

    @Test
    void aFileThatIsTooLongOrMissingIsRefused() throws IOException {
        assertThat(refused("#" + " ".repeat(1 << 20))).hasMessageContaining("longer than 1 MiB");
        assertThatThrownBy(() -> MaskProfile.read(folder.resolve("none"), "test", _ -> null))
                .hasMessageContaining("there is no such file");
        Files.write(folder.resolve("masks.yaml"), new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> MaskProfile.read(folder.resolve("masks.yaml"), "test", _ -> null))
                .hasMessageContaining("not written in UTF-8");
    }

    @Test
    void secretsComeFromTheEnvironmentOrAFileAndAreNotTold() throws IOException {
        assertThat(refused("masks: {test: {secret-env: MISSING, tables: {}}}"))
                .hasMessageContaining("MISSING with the secret is not set");
        assertThat(refused("masks: {test: {secret-env: SHORT, tables: {}}}"))
                .hasMessageContaining("must have 16 to 4096 bytes")
                .hasMessageNotContaining("tooshort");
        assertThat(refused("masks: {test: {secret-file: none, tables: {}}}"))
                .hasMessageContaining("cannot read the secret");
        assertThat(refused("masks: {test: {secret-file: none, secret-env: SECRET, tables: {}}}"))
                .hasMessageContaining("both secret-env and secret-file");
        Path secret = Files.writeString(folder.resolve("key"), Masking.SECRET + "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        String byFile = "masks: {test: {secret-file: key, tables: {t: {c: hash}}}}";
        assertThat(read(byFile).warnings()).isEmpty();
        assertThat(hashed(read(byFile))).isEqualTo(Masking.one("text", "hash", "x"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(read(byFile).warnings().getFirst().message()).contains("others may read");
    }

    private static String hashed(MaskProfile profile) {
        return Masking.apply(
                profile.mask(Masking.table("t", "c", "text")).orElseThrow().open(), "x");
    }

    @Test
    void withoutASecretEveryRunHasItsOwn() throws IOException {
        String text = "masks: {test: {tables: {t: {c: hash}}}}";
        MaskProfile first = read(text);
        assertThat(first.warnings().getFirst().message()).contains("no secret is named");
        assertThat(hashed(first)).isEqualTo(hashed(first)).isNotEqualTo(hashed(read(text)));
    }

    @Test
    void namesAreQuotedAsInSql() throws IOException {
        MaskProfile profile = read("""
                masks:
                  test:
                    secret-env: SECRET
                    tables:
                      '"my.schema"."T ""x\"""': {'a.b': null}
                      t: {c: null}
                """);
        TableName odd = new TableName("my.schema", "T \"x\"");
        assertThat(odd).hasToString("\"my.schema\".\"T \"\"x\"\"\"");
        assertThat(profile.rules(odd, java.util.List.of())).containsOnlyKeys("a.b");
        assertThat(profile.mask(Masking.table("public.t", "c", "text"))).isPresent();
        assertThat(profile.mask(Masking.table("public.u", "c", "text"))).isEmpty();
    }
}
