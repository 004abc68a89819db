package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Goal: long answers are taken in with pauses, short ones without, and every byte arrives.
class PacedInputTest {
    private static final int PIECE = 8 << 10;

    private int naps;

    @Test
    void aLongAnswerIsWaitedForAndArrivesWhole() throws IOException {
        byte[] bytes = new byte[2 * PacedInput.LONG_ANSWER];
        new Random(5).nextBytes(bytes);
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        byte[] buffer = new byte[BufferedSocket.READ_AHEAD];
        try (PacedInput input = paced(bytes)) {
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                arrived.write(buffer, 0, read);
            }
        }
        assertThat(arrived.toByteArray()).isEqualTo(bytes);
        assertThat(naps).isEqualTo(PacedInput.LONG_ANSWER / PIECE + 1);
    }

    @Test
    void shortAnswersAreNotKeptWaiting() throws IOException {
        PacedInput input = paced(new byte[8 * PacedInput.LONG_ANSWER]);
        ByteArrayOutputStream asked = new ByteArrayOutputStream();
        try (OutputStream questions = input.questions(asked)) {
            for (int question = 0; question < 16; question++) {
                questions.write(new byte[] {1, 2});
                questions.write(3);
                input.readNBytes(PacedInput.LONG_ANSWER / 2);
            }
        }
        assertThat(naps).isZero();
        assertThat(asked.toByteArray()).hasSize(48);
    }

    private PacedInput paced(byte[] bytes) {
        InputStream pieces = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, PIECE));
            }
        };
        return new PacedInput(pieces, () -> naps++);
    }
}
