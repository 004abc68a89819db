package holdfast.source.postgres.mask;

import holdfast.model.HoldfastException;
import java.time.DateTimeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Masks the rows of one table. What is not masked is copied byte for byte. Used by one thread.
public final class RowMask implements AutoCloseable {
    private final MaskedTable table;
    private final List<MaskedTable.MaskedColumn> columns;
    private final ValueMask[] masks;
    private final LeakScan.@Nullable Memory[] memories;
    private final int[] ends;
    private final RowBytes clear = new RowBytes();
    private final RowBytes by = new RowBytes();
    private final RowBytes masked = new RowBytes();

    RowMask(MaskedTable table, @Nullable LeakScan leaks) {
        this.table = table;
        columns = table.columns();
        masks = columns.stream()
                .map(one -> ValueMask.of(one.rule(), one.type(), one.key(), table.words()))
                .toArray(ValueMask[]::new);
        memories = new LeakScan.@Nullable Memory[masks.length];
        for (int i = 0; leaks != null && i < masks.length; i++) {
            memories[i] = leaks.memory(table.name(), columns.get(i));
        }
        ends = new int[table.copied()];
    }

    /// Appends the masked row.
    ///
    /// @param bytes hold a row in COPY's text format from `offset` on, without its line feed
    /// @throws HoldfastException.Failed when the row is not one of this table, or a value cannot
    ///     be masked; the message names the column, never the value
    public void apply(byte[] bytes, int offset, int length, RowBytes out) {
        split(bytes, offset, offset + length);
        int copied = offset;
        for (int i = 0; i < masks.length; i++) {
            int from = begin(columns.get(i).index(), offset);
            out.put(bytes, copied, from - copied);
            copied = ends[columns.get(i).index()];
            value(i, bytes, offset, out);
        }
        out.put(bytes, copied, offset + length - copied);
    }

    private int begin(int column, int offset) {
        return column == 0 ? offset : ends[column - 1] + 1;
    }

    private void split(byte[] bytes, int offset, int end) {
        int at = offset;
        for (int i = 0; i < ends.length; i++) {
            ends[i] = at > end ? end : CopyText.fieldEnd(bytes, at, end);
            if (at > end || (i == ends.length - 1 && ends[i] < end)) {
                throw new HoldfastException.Failed(
                        "cannot mask " + table.name() + ": a row has not the " + ends.length + " columns it should",
                        "the dump does not fit the table; nothing of this row was written");
            }
            at = ends[i] + 1;
        }
    }

    private void value(int i, byte[] bytes, int offset, RowBytes out) {
        MaskedTable.MaskedColumn column = columns.get(i);
        int from = begin(column.index(), offset);
        int to = ends[column.index()];
        boolean absent = CopyText.isNull(bytes, from, to);
        if (absent && !(column.rule().rule() instanceof Rule.Fixed fixed && fixed.alsoNull())) {
            CopyText.putNull(out);
            return;
        }
        clear.clear();
        if (!absent) {
            CopyText.decode(bytes, from, to, clear);
            column.type().trim(clear);
        }
        LeakScan.Memory memory = memories[i];
        if (memory != null && !absent) {
            memory.clear(clear);
        }
        column.type().foldCase(clear, masked);
        masked.clear();
        if (!masked(i, decisive(column, bytes, offset))) {
            CopyText.putNull(out);
            return;
        }
        column.type().limit(masked);
        if (memory != null && !absent) {
            memory.masked(masked, masked.same(clear));
        }
        CopyText.encode(masked, out);
    }

    /// The value that decides how far another one is moved: its own when that of the named column
    /// is NULL.
    private RowBytes decisive(MaskedTable.MaskedColumn column, byte[] bytes, int offset) {
        int from = begin(column.by(), offset);
        int to = ends[column.by()];
        if (column.by() == column.index() || CopyText.isNull(bytes, from, to)) {
            return clear;
        }
        by.clear();
        CopyText.decode(bytes, from, to, by);
        return by;
    }

    private boolean masked(int i, RowBytes decisive) {
        try {
            return masks[i].mask(clear, decisive, masked);
        } catch (RegexMask.TooMuchWorkException _) {
            throw failed(i, "its regular expression takes too long on a value", "write a simpler expression");
        } catch (DateTimeException | NumberFormatException _) {
            // neither cause is passed on, for they quote the value
            throw failed(i, "a value is not written as its type should be", "use null or fixed for this column");
        }
    }

    private HoldfastException.Failed failed(int i, String why, String hint) {
        return new HoldfastException.Failed(
                "cannot mask " + table.name() + "."
                        + TableName.quoted(columns.get(i).name()) + ": " + why,
                hint);
    }

    /// Hands over what is left to remember; needed when there is a [LeakScan].
    @Override
    public void close() {
        for (LeakScan.Memory memory : memories) {
            if (memory != null) {
                memory.close();
            }
        }
    }
}
