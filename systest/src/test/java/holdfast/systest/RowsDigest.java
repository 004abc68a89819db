package holdfast.systest;

import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The lines written to it as one text that does not depend on their order: the sorted lines themselves while they are
/// few and short, and else their number and the sum of their hashes.
final class RowsDigest extends OutputStream {
    private static final int LINES_SHOWN = 2000;
    private static final int LINE_SHOWN = 500;

    private final MessageDigest digest;
    private final byte[] begin = new byte[LINE_SHOWN];
    private final List<String> shown = new ArrayList<>();
    private long lines;
    private long length;
    private BigInteger sum = BigInteger.ZERO;

    RowsDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        int start = offset;
        for (int i = offset; i < offset + count; i++) {
            if (bytes[i] == '\n') {
                piece(bytes, start, i - start);
                endLine();
                start = i + 1;
            }
        }
        piece(bytes, start, offset + count - start);
    }

    private void piece(byte[] bytes, int offset, int count) {
        if (length < LINE_SHOWN) {
            int kept = (int) Math.min(count, LINE_SHOWN - length);
            System.arraycopy(bytes, offset, begin, (int) length, kept);
        }
        length += count;
        digest.update(bytes, offset, count);
    }

    private void endLine() {
        byte[] hash = digest.digest();
        if (lines < LINES_SHOWN) {
            boolean whole = length <= LINE_SHOWN;
            String text = new String(begin, 0, (int) Math.min(length, LINE_SHOWN), StandardCharsets.UTF_8);
            shown.add(
                    whole
                            ? text
                            : text + "… " + length + " bytes, " + HexFormat.of().formatHex(hash));
        }
        sum = sum.add(new BigInteger(1, hash));
        lines++;
        length = 0;
    }

    @Override
    public String toString() {
        if (length != 0) {
            throw new IllegalStateException("the last line does not end");
        }
        if (lines > LINES_SHOWN) {
            return lines + " rows, " + sum.toString(16);
        }
        return lines + " rows\n" + String.join("\n", shown.stream().sorted().toList());
    }
}
