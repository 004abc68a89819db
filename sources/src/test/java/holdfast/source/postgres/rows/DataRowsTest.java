package holdfast.source.postgres.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataRowsTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Hands out a few bytes at a time.
    private static final class Trickle extends ByteArrayInputStream {
        private final Random random;

        Trickle(byte[] bytes, long seed) {
            super(bytes);
            random = new Random(seed);
        }

        @Override
        public synchronized int read(byte[] to, int offset, int length) {
            return super.read(to, offset, Math.min(length, 1 + random.nextInt(5)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1\ta\n", "\\\\.\n", "\n\n\n", "1\n\\\\.\n2\n", "\\N\n\\.x\n", "ü\t\\n\n"})
    void allRowsAreHandedOverAndNothingElse(String rows) throws IOException {
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        DataRows.read(new Trickle(bytes(rows + "\\.\n\n\n"), rows.length()), found::write);
        assertThat(found.toString(StandardCharsets.UTF_8)).isEqualTo(rows);
    }

    @Test
    void rowsLongerThanTheBufferComeInPieces() throws IOException {
        String rows = "a".repeat(700_000) + "\n" + "b".repeat(262_144 - 1) + "\n" + "\\.".repeat(300_000) + "\nc\n";
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        RowDigest pieces = new RowDigest();
        DataRows.read(new ByteArrayInputStream(bytes(rows + "\\.\n\n\n")), (bytes, offset, length) -> {
            found.write(bytes, offset, length);
            pieces.add(bytes, offset, length);
        });
        assertThat(found.toByteArray()).isEqualTo(bytes(rows));
        RowDigest whole = new RowDigest();
        whole.add(bytes(rows), 0, rows.length());
        assertThat(pieces.sum().rows()).isEqualTo(4);
        assertThat(pieces.sum().fingerprint()).isEqualTo(whole.sum().fingerprint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1\n", "1", "1\n\\.\n", "1\n\\.\n\n", "1\n\\.\n\n\n\n", "1\n\\.\n\n\nx", "\\.\n2\n\\.\n\n\n"
            })
    void whatDoesNotEndAsItMustIsRefused(String content) {
        assertThatThrownBy(() -> DataRows.read(new Trickle(bytes(content), 1), (_, _, _) -> {}))
                .isInstanceOf(EOFException.class);
    }
}
