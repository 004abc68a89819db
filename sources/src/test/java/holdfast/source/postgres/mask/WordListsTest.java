package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// Goal: the same secret gives the same fakes next year. A new version of Datafaker may have
/// other words; then this test fails, and the release says that masked values change.
final class WordListsTest {
    @Test
    void theListsAreTheSameOnEveryMachine() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        WordLists words = new WordLists(Locale.forLanguageTag("de-CH"));
        for (WordLists.Sort sort : WordLists.Sort.values()) {
            assertThat(words.get(sort).length).as(sort.toString()).isGreaterThan(100);
            for (byte[] word : words.get(sort)) {
                digest.update(word);
                digest.update((byte) 0);
            }
        }
        assertThat(HexFormat.of().formatHex(digest.digest())).startsWith("5c4c31a7072492d7");
    }

    @Test
    void wordsOfEmailAddressesAreSmallAsciiLetters() {
        for (String locale : new String[] {"en", "ru", "ja", "fr"}) {
            WordLists words = new WordLists(Locale.forLanguageTag(locale));
            for (byte[] word : words.get(WordLists.Sort.FIRST_NAME_ASCII)) {
                assertThat(new String(word, StandardCharsets.UTF_8)).matches("[a-z]+");
            }
        }
    }

    /// The vectors of the reference implementation (vectors_sip64).
    @Test
    void sipHashGivesItsAuthorsValues() {
        byte[] message = new byte[64];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) i;
        }
        SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        assertThat(hash.hash(message, 0, 0)).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(hash.hash(message, 0, 1)).isEqualTo(0x74f839c593dc67fdL);
        assertThat(hash.hash(message, 0, 8)).isEqualTo(0x93f5f5799a932462L);
        assertThat(hash.hash(message, 0, 15)).isEqualTo(0xa129ca6149be45e5L);
    }
}
