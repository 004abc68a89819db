package holdfast.source.postgres.mask;

import holdfast.model.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Looks through the rows of one table of the masked database for what [LeakScan] remembers. Used
/// by one thread.
public final class TableScan implements AutoCloseable {
    private final LeakScan scan;
    private final TableName table;
    private final List<ScannedColumn> columns = new ArrayList<>();
    private final List<ColumnType> types = new ArrayList<>();
    private final boolean[] masked;
    private final RowBytes value = new RowBytes();
    private final RowBytes scratch = new RowBytes();
    private final Tokens tokens = new Tokens();
    private long rows;

    TableScan(LeakScan scan, MaskProfile profile, TableColumns table, List<String> copied) {
        this.scan = scan;
        this.table = table.name();
        Map<String, ColumnRule> rules = profile.rules(table.name(), table.ancestors());
        masked = new boolean[copied.size()];
        for (int i = 0; i < masked.length; i++) {
            String column = copied.get(i);
            ColumnType type = ColumnType.of(
                    table.column(column).map(TableColumns.Column::type).orElse(""));
            types.add(type);
            masked[i] = rules.containsKey(column);
            columns.add(new ScannedColumn(
                    table.name() + "." + TableName.quoted(column),
                    profile.isDeclaredUnmasked(table, column),
                    type.family().isNumber()));
        }
    }

    /// @param bytes hold a row in COPY's text format from `offset` on, with or without its line
    ///     feed
    /// @throws HoldfastException.Failed when the row is not one of this table
    public void row(byte[] bytes, int offset, int length) {
        rows++;
        int end = offset + length;
        end -= length > 0 && bytes[end - 1] == '\n' ? 1 : 0;
        int at = offset;
        for (int i = 0; i < masked.length; i++) {
            int to = at > end ? end : CopyText.fieldEnd(bytes, at, end);
            if (at > end || (i == masked.length - 1 && to < end)) {
                throw new HoldfastException.Failed(
                        "cannot look for leaks in " + table + ": a row has not the " + masked.length
                                + " columns it should",
                        "");
            }
            if (!CopyText.isNull(bytes, at, to)) {
                value.clear();
                CopyText.decode(bytes, at, to, value);
                types.get(i).trim(value);
                value(i, columns.get(i), types.get(i).family());
            }
            at = to + 1;
        }
    }

    private void value(int i, ScannedColumn column, ColumnType.Family family) {
        column.value();
        if (value.length() < LeakScan.least(family)) {
            return;
        }
        int source = scan.clearColumn(scan.hash(value));
        if (family.isNumber()) {
            if (!masked[i] && tokens.in(value).nextDigits() && tokens.isWhole() && tokens.isCard()) {
                column.look(ScannedColumn.Look.CARD);
            }
        } else {
            int inside = inside(i, column);
            source = source == 0 ? inside : source;
        }
        if (source != 0) {
            column.clear(source);
        }
    }

    /// Looks for tokens within a text.
    ///
    /// @return the column of a clear one; 0 for none
    private int inside(int i, ScannedColumn column) {
        int source = 0;
        boolean email = false;
        for (tokens.in(value); tokens.nextEmail(); email = true) {
            int found = scan.clearColumn(scan.email(value, tokens, scratch));
            source = source == 0 ? found : source;
        }
        boolean phone = false;
        boolean card = false;
        for (tokens.in(value); tokens.nextDigits(); ) {
            if (tokens.digitCount() >= 7 && tokens.digitCount() <= 15) {
                int found = scan.clearColumn(scan.phone(tokens, scratch));
                source = source == 0 ? found : source;
            }
            phone |= tokens.isPhone();
            card |= tokens.isCard();
        }
        if (!masked[i]) {
            look(column, email, ScannedColumn.Look.EMAIL);
            look(column, phone, ScannedColumn.Look.PHONE);
            look(column, card, ScannedColumn.Look.CARD);
            look(column, tokens.in(value).nextIban(), ScannedColumn.Look.IBAN);
        }
        return source;
    }

    private static void look(ScannedColumn column, boolean found, ScannedColumn.Look look) {
        if (found) {
            column.look(look);
        }
    }

    /// Hands over what was found.
    @Override
    public void close() {
        scan.add(rows, columns);
        rows = 0;
        columns.replaceAll(ScannedColumn::empty);
    }
}
