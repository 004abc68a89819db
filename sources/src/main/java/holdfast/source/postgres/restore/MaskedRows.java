package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.mask.LeakScan;
import holdfast.source.postgres.mask.MaskedTable;
import holdfast.source.postgres.mask.RowBytes;
import holdfast.source.postgres.mask.RowMask;
import java.io.IOException;

/// Rows of a table as they come out of its mask. Used by one thread.
final class MaskedRows implements RowInput {
    private static final int BUFFER = 64 << 10;

    private final RowInput clear;
    private final RowMask mask;
    private final RowBytes masked = new RowBytes();
    private final RowCutter cutter;
    private final byte[] buffer = new byte[BUFFER];
    private int delivered;

    /// @param clear closed by its owner
    /// @param leaks gets to know clear values
    MaskedRows(RowInput clear, MaskedTable table, LeakScan leaks) {
        this.clear = clear;
        mask = table.open(leaks);
        cutter = new RowCutter(table.name().toString(), this::row);
    }

    private void row(byte[] bytes, int offset, int length) {
        mask.apply(bytes, offset, length, masked);
        masked.put('\n');
    }

    @Override
    public int read(byte[] to) throws IOException {
        while (delivered == masked.length()) {
            delivered = 0;
            masked.clear();
            int length = clear.read(buffer);
            if (length < 0) {
                cutter.end();
                return -1;
            }
            try {
                cutter.add(buffer, length);
            } catch (HoldfastException.Failed e) {
                // what fails is this table, and the rest goes on
                throw new IOException(e.getMessage(), e);
            }
        }
        int length = Math.min(to.length, masked.length() - delivered);
        System.arraycopy(masked.array(), delivered, to, 0, length);
        delivered += length;
        return length;
    }

    @Override
    public void close() {
        mask.close();
    }
}
