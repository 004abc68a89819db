package holdfast.source.postgres.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokensTest {
    private static Tokens in(String text) {
        RowBytes bytes = new RowBytes();
        bytes.put(text);
        return new Tokens().in(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "a@b.ch, a@b.ch",
        "(a.b+c@d-e.co.uk), a.b+c@d-e.co.uk",
        "x a@b.ch. y, a@b.ch",
        "a@b, ''",
        "@b.ch, ''",
        "a@.ch, ''",
        "a@b.c, ''",
        "a@b@c.de, b@c.de",
        "a@b..-, ''",
        "a@b.ch-, a@b.ch"
    })
    void emailAddressesAreFoundWhole(String text, String found) {
        Tokens tokens = in(text);
        String first = tokens.nextEmail() ? text.substring(tokens.start(), tokens.end()) : "";
        assertThat(first).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({
        "+41 79 123 45 67, 791234567",
        "0041791234567, 791234567",
        "tel. (079) 123-45-67!, 791234567",
        "1234567, 1234567",
        "abc1234567, ''",
        "1234567x, ''",
        "12   345, 12"
    })
    void digitsThatBelongTogetherAreOneNumber(String text, String found) {
        Tokens tokens = in(text);
        RowBytes phone = new RowBytes();
        if (tokens.nextDigits()) {
            tokens.phone(phone);
        }
        assertThat(phone.text()).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({
        "4111111111111111, true",
        "4111-1111-1111-1112, false",
        "378282246310005, true",
        "5555 5555 5555 4444, true",
        "0000000000000000, false",
        "123456789012, false"
    })
    void cardNumbersAreToldByTheirLastDigit(String text, boolean card) {
        Tokens tokens = in(text);
        assertThat(tokens.nextDigits() && tokens.isCard()).isEqualTo(card);
    }

    @ParameterizedTest
    @CsvSource({
        "GB82 WEST 1234 5698 7654 32, true", "pay to DE89370400440532013000 now, true", "DE89370400440532013001, false",
        "NO9386011117947, true", "XDE89370400440532013000, false", "DE89, false"
    })
    void bankAccountNumbersAreToldByTheirCheckDigits(String text, boolean iban) {
        assertThat(in(text).nextIban()).isEqualTo(iban);
    }

    @Test
    void everyTokenOfATextIsFound() {
        Tokens tokens = in("a@b.ch,c@d.ch; e@f.ch");
        List<Integer> ends = new ArrayList<>();
        while (tokens.nextEmail()) {
            ends.add(tokens.end());
        }
        assertThat(ends).containsExactly(6, 13, 21);
    }
}
