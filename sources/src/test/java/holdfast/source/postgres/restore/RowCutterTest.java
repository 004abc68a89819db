package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Goal: rows come out whole however their bytes come in, and none grows without limit. Method: every
/// cut of a small stream.
final class RowCutterTest {
    private static final String ROWS = "a\tb\n\nlonger than one piece\n\\\\\n";

    private static List<String> cut(int piece, int longest) throws IOException {
        List<String> rows = new ArrayList<>();
        RowCutter cutter = new RowCutter(
                "s.t",
                longest,
                (bytes, offset, length) -> rows.add(new String(bytes, offset, length, StandardCharsets.UTF_8)));
        byte[] all = ROWS.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < all.length; from += piece) {
            byte[] part = new byte[piece + 7];
            int length = Math.min(piece, all.length - from);
            System.arraycopy(all, from, part, 0, length);
            cutter.add(part, length);
        }
        cutter.end();
        return rows;
    }

    @Test
    void rowsAreWholeHoweverTheyCome() throws IOException {
        for (int piece = 1; piece <= ROWS.length(); piece++) {
            assertThat(cut(piece, 100))
                    .as("pieces of %d", piece)
                    .containsExactly("a\tb", "", "longer than one piece", "\\\\");
        }
    }

    @Test
    void aRowThatIsTooLongOrCutIsRefused() {
        assertThatThrownBy(() -> cut(3, 10))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a row of s.t is longer");
        RowCutter cutter = new RowCutter("s.t", (_, _, _) -> {});
        assertThatThrownBy(() -> {
                    cutter.add(new byte[] {'a'}, 1);
                    cutter.end();
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("end within a row");
    }
}
