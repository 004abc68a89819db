package holdfast.source.postgres.mask;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A type as `format_type` writes it, as far as masking must know it. Immutable.
///
/// @param name as PostgreSQL writes it
/// @param limit most characters of a text (bytes of a `name`), digits of a number; 0 for none
/// @param scale digits behind the point of a `numeric` that has a limit
record ColumnType(String name, Family family, int limit, int scale) {
    /// What rules tell apart.
    enum Family {
        TEXT,
        /// Blank-padded; the blanks at the end mean nothing.
        CHAR,
        /// Upper and lower case mean the same.
        CITEXT,
        UUID,
        BYTEA,
        SMALLINT,
        INTEGER,
        BIGINT,
        NUMERIC,
        REAL,
        DOUBLE,
        DATE,
        TIMESTAMP,
        BOOLEAN,
        OTHER;

        boolean isText() {
            return this == TEXT || this == CHAR || this == CITEXT;
        }

        boolean isInteger() {
            return this == SMALLINT || this == INTEGER || this == BIGINT;
        }

        boolean isNumber() {
            return isInteger() || this == NUMERIC || this == REAL || this == DOUBLE;
        }

        boolean isDate() {
            return this == DATE || this == TIMESTAMP;
        }
    }

    private static final Pattern SHAPE = Pattern.compile("([a-z ]+?)(?:\\((\\d+)(?:,(-?\\d+))?\\))?( with.*)?");

    static ColumnType of(String name) {
        String plain = name.toLowerCase(Locale.ROOT);
        if (plain.equals("citext") || plain.endsWith(".citext")) {
            return new ColumnType(name, Family.CITEXT, 0, 0);
        }
        Matcher shape = SHAPE.matcher(plain);
        if (!shape.matches()) {
            return new ColumnType(name, Family.OTHER, 0, 0);
        }
        int limit = shape.group(2) == null ? 0 : Integer.parseInt(shape.group(2));
        int scale = shape.group(3) == null ? 0 : Integer.parseInt(shape.group(3));
        Family family = switch (shape.group(1)) {
            case "text", "character varying", "name" -> Family.TEXT;
            case "character" -> Family.CHAR;
            case "uuid" -> Family.UUID;
            case "bytea" -> Family.BYTEA;
            case "smallint" -> Family.SMALLINT;
            case "integer" -> Family.INTEGER;
            case "bigint" -> Family.BIGINT;
            case "numeric" -> Family.NUMERIC;
            case "real" -> Family.REAL;
            case "double precision" -> Family.DOUBLE;
            case "date" -> Family.DATE;
            case "timestamp" -> Family.TIMESTAMP;
            case "boolean" -> Family.BOOLEAN;
            default -> Family.OTHER;
        };
        return new ColumnType(name, family, plain.equals("name") ? 63 : limit, scale);
    }

    /// Takes away the blanks that pad a value and are no part of it.
    void trim(RowBytes value) {
        if (family == Family.CHAR) {
            int end = value.length();
            while (end > 0 && value.array()[end - 1] == ' ') {
                end--;
            }
            value.cut(end);
        }
    }

    /// So that values which differ in case only and are equal to PostgreSQL are masked alike.
    void foldCase(RowBytes value, RowBytes scratch) {
        if (family == Family.CITEXT) {
            scratch.clear();
            scratch.put(value.text().toLowerCase(Locale.ROOT));
            value.clear();
            value.put(scratch);
        }
    }

    /// Cuts a text to what the column takes.
    void limit(RowBytes value) {
        if (!family.isText() || limit == 0 || value.length() <= limit) {
            return;
        }
        int at = 0;
        for (int count = 0; at < value.length() && count < limit; count++) {
            at = value.afterCodePoint(at);
        }
        value.cut(at);
    }
}
