package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Goal: a line of the password file fits when libpq says so (`pwdfMatchesString`).
class PasswordFileTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            h:5432:d:u:p          ~ h    ~ d   ~ u   ~ p
            *:*:*:*:p             ~ h    ~ d   ~ u   ~ p
            h:*:d:*:p             ~ h    ~ d   ~ u   ~ p
            h:5433:d:u:p          ~ h    ~ d   ~ u   ~
            H:5432:d:u:p          ~ h    ~ d   ~ u   ~
            h2:5432:d:u:p         ~ h    ~ d   ~ u   ~
            h:5432:d:u:p          ~ h2   ~ d   ~ u   ~
            h:5432:d\\:e:u:p      ~ h    ~ d:e ~ u   ~ p
            h:5432:d:e:u:p        ~ h    ~ d:e ~ u   ~ p
            h:5432:d:u\\\\v:p     ~ h    ~ d   ~ u\\v~ p
            h:5432:d:u:a\\:b\\\\c ~ h    ~ d   ~ u   ~ a:b\\c
            h:5432:d:u:a:b        ~ h    ~ d   ~ u   ~ a
            h:5432:d:u:a\\        ~ h    ~ d   ~ u   ~ a\\
            h:5432:d:\\*:p        ~ h    ~ d   ~ *   ~ p
            h:5432:d:\\*:p        ~ h    ~ d   ~ u   ~
            h:5432:d:**:p         ~ h    ~ d   ~ u   ~
            h:5432:d              ~ h    ~ d   ~ u   ~
            h:5432:d:u            ~ h    ~ d   ~ u   ~
            localhost:*:*:*:p     ~ /tmp ~ d   ~ u   ~ p
            localhost:*:*:*:p     ~ /srv ~ d   ~ u   ~
            /srv:*:*:*:p          ~ /srv ~ d   ~ u   ~ p
            """)
    void aLineFitsOrNot(String line, String host, String database, String user, String password) {
        PasswordFile file = new PasswordFile("x", List.of(line));
        assertThat(file.password(new Server(host, "", 5432), database, user).orElse(null))
                .isEqualTo(password);
    }

    @Test
    void theFirstLineThatFitsCountsAndMayBeEmpty() {
        PasswordFile file = new PasswordFile("x", List.of("a:*:*:*:wrong", "h:*:*:u:", "*:*:*:*:later"));
        assertThat(file.password(new Server("h", "", 1), "d", "u")).contains("");
        assertThat(file.password(new Server("h", "", 1), "d", "v")).contains("later");
    }

    @Test
    void theAddressStandsForAServerWithoutAName() {
        PasswordFile file = new PasswordFile("x", List.of("10.0.0.1:*:*:*:p"));
        assertThat(file.password(new Server("", "10.0.0.1", 1), "d", "u")).contains("p");
        assertThat(file.password(new Server("h", "10.0.0.1", 1), "d", "u")).isEmpty();
    }
}
