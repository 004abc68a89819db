package holdfast.source.postgres.rows;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Fingerprint;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Goal: the fingerprint of rows is what the format's document says, however the rows come in.
/// Method: hashes that xxhsum prints, and rows torn at every place.
final class RowDigestTest {
    private static final String EMPTY = "99aa06d3014798d86001c324468d497f";
    private static final String A = "a96faf705af16834e6c632b61e964e1f";
    private static final String ABC = "06b05ab6733a618578af5f94892f3950";

    private static Fingerprint of(String rows) {
        RowDigest digest = new RowDigest();
        digest.add(rows.getBytes(US_ASCII), 0, rows.length());
        return digest.sum().fingerprint();
    }

    @Test
    void aRowsHashIsXxh3() {
        assertThat(of("\n")).hasToString(EMPTY);
        assertThat(of("a\n")).hasToString(A);
        assertThat(of("abc\n")).hasToString(ABC);
    }

    @Test
    void rowsAreSummedUpInAnyOrder() {
        Fingerprint sum = Fingerprint.parse(A).plus(Fingerprint.parse(ABC)).plus(Fingerprint.parse(EMPTY));
        assertThat(of("abc\n\na\n")).isEqualTo(sum);
        assertThat(of("\na\nabc\n")).isEqualTo(sum);
    }

    @Test
    void rowsMayBeTornAnywhere() {
        StringBuilder rows = new StringBuilder();
        Random random = new Random(1);
        for (int i = 0; i < 40; i++) {
            rows.repeat("row" + i, random.nextInt(20)).append('\n');
        }
        byte[] bytes = rows.toString().getBytes(US_ASCII);
        Fingerprint whole = of(rows.toString());
        for (int cut = 0; cut <= bytes.length; cut++) {
            RowDigest digest = new RowDigest();
            digest.add(bytes, 0, cut);
            digest.add(bytes, cut, bytes.length - cut);
            assertThat(digest.sum().rows()).isEqualTo(40);
            assertThat(digest.sum().fingerprint()).isEqualTo(whole);
        }
    }

    @Test
    void piecesOfARowMayHoldLineFeeds() {
        RowDigest pieces = new RowDigest();
        byte[] content = "a\nb\nc".getBytes(US_ASCII);
        pieces.piece(content, content.length);
        pieces.endRow();
        assertThat(pieces.sum().rows()).isEqualTo(1);
        RowDigest two = new RowDigest();
        two.piece("a\nb".getBytes(US_ASCII), 3);
        two.piece("\nc".getBytes(US_ASCII), 2);
        two.endRow();
        assertThat(two.sum().fingerprint()).isEqualTo(pieces.sum().fingerprint());
    }
}
