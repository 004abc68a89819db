package holdfast.source.postgres.export;

import holdfast.model.FileNames;
import holdfast.source.postgres.rows.CopyStatement;
import holdfast.source.postgres.rows.DataRows;
import holdfast.source.postgres.rows.Identifiers;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/// Rows in COPY's text format as INSERT statements for PostgreSQL, many rows in each. Every value
/// is a quoted text, which the column's own input function takes just as COPY's; what holds a
/// backslash or control character is written `E'…'` on one line. Nothing outside of quotes comes
/// from the database. Used by one thread.
///
/// Escapes: the documentation's page on COPY, "Text Format", and the chapter "String Constants
/// with C-Style Escapes".
public final class InsertStatements implements DataRows.Sink {
    private static final int ROWS_MAX = 1000;
    private static final int STATEMENT_BYTES_MAX = 1 << 20;
    private static final int VALUE_BYTES_MAX = 64 << 10;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String CONTROLS = "bfnrtv";
    private static final byte[] MEANT = {'\b', '\f', '\n', '\r', '\t', 0x0b};

    private final OutputStream out;
    private final int columns;
    private final byte[] begin;
    private final ByteArrayOutputStream value = new ByteArrayOutputStream();

    private long rows;
    private int rowsInStatement;
    private long bytesInStatement;
    private int values;
    private boolean inRow;
    private boolean escape;
    private boolean isNull;
    private boolean special;
    private boolean opened;

    private InsertStatements(OutputStream out, CopyStatement copy) {
        this.out = out;
        this.columns = copy.columns().size();
        String list = copy.columns().stream().map(Identifiers::quote).collect(Collectors.joining(", "));
        this.begin = FileNames.encode("INSERT INTO " + copy.qualified()
                + (columns == 0 ? " DEFAULT VALUES;\n" : " (" + list + ") OVERRIDING SYSTEM VALUE VALUES\n"));
    }

    /// Writes a script with all rows of a table.
    ///
    /// @param encoding of the rows, as `client_encoding` names it
    /// @param data its file in a dump in directory format
    /// @return how many rows
    /// @throws IOException when the file holds anything but rows of that table
    public static long write(CopyStatement copy, String encoding, InputStream data, OutputStream to)
            throws IOException {
        BufferedOutputStream out = new BufferedOutputStream(to, 1 << 16);
        out.write(head(encoding).getBytes(StandardCharsets.US_ASCII));
        InsertStatements statements = new InsertStatements(out, copy);
        DataRows.read(data, statements);
        statements.endStatement();
        out.flush();
        return statements.rows;
    }

    private static String head(String encoding) {
        return """
                -- PostgreSQL rows, written by Holdfast. For psql --set ON_ERROR_STOP=1 --single-transaction --file
                SET client_encoding = '%s';
                SET standard_conforming_strings = on;
                SET IntervalStyle = 'postgres';
                SET xmloption = content;
                SET row_security = off;
                SELECT pg_catalog.set_config('search_path', '', false);

                """.formatted(encoding);
    }

    @Override
    public void rows(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            take(bytes[i]);
        }
    }

    private void take(byte b) throws IOException {
        if (!inRow) {
            beginRow();
        }
        if (escape) {
            escape = false;
            escaped(b);
        } else if (b == '\\') {
            escape = true;
        } else if (b == '\t') {
            endValue();
        } else if (b == '\n') {
            endRow();
        } else {
            add(b);
        }
    }

    private void beginRow() throws IOException {
        inRow = true;
        if (columns == 0) {
            return;
        }
        if (rowsInStatement == 0) {
            out.write(begin);
        } else {
            out.write(',');
            out.write('\n');
        }
        out.write('(');
    }

    private void escaped(byte b) throws IOException {
        int control = CONTROLS.indexOf(b);
        if (control >= 0) {
            add(MEANT[control]);
        } else if (b == '\\') {
            add(b);
        } else if (b == 'N' && value.size() == 0 && !opened) {
            isNull = true;
        } else {
            throw new IOException("row " + (rows + 1) + " has an escape that no server writes");
        }
    }

    /// One byte of the value. No encoding that a server may have uses ASCII's bytes within other
    /// characters.
    private void add(byte b) throws IOException {
        if (isNull) {
            throw new IOException("row " + (rows + 1) + " has something behind a NULL");
        }
        int control = (b >= 0 && b < 0x20) || b == 0x7f ? b : -1;
        if (b == '\'') {
            value.write('\'');
            value.write('\'');
        } else if (b == '\\') {
            special = true;
            value.write('\\');
            value.write('\\');
        } else if (control >= 0) {
            special = true;
            value.write('\\');
            switch (control) {
                case '\n' -> value.write('n');
                case '\r' -> value.write('r');
                case '\t' -> value.write('t');
                default -> {
                    value.write('x');
                    value.write(HEX[control >> 4]);
                    value.write(HEX[control & 15]);
                }
            }
        } else {
            value.write(b);
        }
        if (value.size() >= VALUE_BYTES_MAX) {
            open(true);
            flushValue();
        }
    }

    private void open(boolean escapes) throws IOException {
        if (!opened) {
            opened = true;
            if (escapes) {
                out.write('E');
            }
            out.write('\'');
        }
    }

    private void flushValue() throws IOException {
        bytesInStatement += value.size();
        value.writeTo(out);
        value.reset();
    }

    private void endValue() throws IOException {
        finishValue();
        out.write(',');
        out.write(' ');
    }

    private void finishValue() throws IOException {
        values++;
        if (isNull) {
            out.write("NULL".getBytes(StandardCharsets.US_ASCII));
        } else {
            open(special);
            flushValue();
            out.write('\'');
        }
        bytesInStatement += 8;
        isNull = false;
        special = false;
        opened = false;
    }

    private void endRow() throws IOException {
        inRow = false;
        rows++;
        if (columns == 0) {
            if (value.size() > 0 || values > 0) {
                throw new IOException("row " + rows + " has values, and the table no columns");
            }
            out.write(begin);
            return;
        }
        finishValue();
        if (values != columns) {
            throw new IOException("row " + rows + " has " + values + " values for " + columns + " columns");
        }
        values = 0;
        out.write(')');
        rowsInStatement++;
        if (rowsInStatement == ROWS_MAX || bytesInStatement >= STATEMENT_BYTES_MAX) {
            endStatement();
        }
    }

    private void endStatement() throws IOException {
        if (rowsInStatement > 0) {
            out.write(';');
            out.write('\n');
            rowsInStatement = 0;
            bytesInStatement = 0;
        }
    }
}
