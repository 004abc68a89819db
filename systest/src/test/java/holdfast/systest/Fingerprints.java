package holdfast.systest;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Row counts and fingerprints of a database's tables: as `holdfast show` tells them, and computed by other means,
/// since the `sqlite3` program says what is in the tables and `docs/FORMAT.md` what becomes of it.
final class Fingerprints {
    /// One table.
    record Table(String name, long rows, String fingerprint) {}

    private Fingerprints() {}

    /// @param source of those that `show --json` lists
    static List<Table> shown(JsonNode source) {
        return Holdfast.elements(source.get("tables"))
                .map(table -> new Table(
                        table.get("name").asString(),
                        table.get("rows").asLong(),
                        table.get("fingerprint").asString()))
                .toList();
    }

    static List<Table> of(Sqlite database) {
        List<Table> tables = new ArrayList<>();
        String names = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type NOT IN ('view', 'virtual')"
                + " ORDER BY name";
        for (String name : database.ask(names).split("\n", -1)) {
            Stream<String> columns = name.equals("sqlite_schema")
                    ? Stream.of("type", "name", "tbl_name", "sql")
                    : database.ask("SELECT name FROM pragma_table_xinfo('" + name.replace("'", "''")
                                    + "') WHERE hidden IN (0, 3)")
                            .lines();
            String values = columns.map(Fingerprints::value).collect(Collectors.joining(" || ' ' || "));
            String rows = database.ask("SELECT " + values + " FROM " + quoted(name));
            tables.add(table(name, rows.lines().toList()));
        }
        return tables;
    }

    /// A value as a letter for its type and what is stored.
    private static String value(String column) {
        return "CASE typeof(#) WHEN 'null' THEN 'N' WHEN 'integer' THEN 'I' || # WHEN 'real' THEN"
                        .replace("#", quoted(column))
                + " 'R' || hex(ieee754_to_blob(#)) WHEN 'text' THEN 'T' || hex(CAST(# AS BLOB)) ELSE 'B' || hex(#) END"
                        .replace("#", quoted(column));
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static Table table(String name, List<String> rows) {
        BigInteger sum = rows.stream().map(Fingerprints::hash).reduce(BigInteger.ZERO, BigInteger::add);
        BigInteger fingerprint = sum.mod(BigInteger.TWO.pow(128));
        return new Table(name, rows.size(), String.format("%032x", fingerprint));
    }

    private static BigInteger hash(String row) {
        ByteBuffer form = ByteBuffer.allocate(9 * row.length());
        for (String value : row.split(" ", -1)) {
            String content = value.substring(1);
            switch (value.charAt(0)) {
                case 'N' -> form.put((byte) 0);
                case 'I' -> form.put((byte) 1).putLong(Long.parseLong(content));
                case 'R' -> form.put((byte) 2).put(HexFormat.of().parseHex(content));
                case 'T' -> sized(form.put((byte) 3), HexFormat.of().parseHex(content));
                case 'B' -> sized(form.put((byte) 4), HexFormat.of().parseHex(content));
                default -> throw new AssertionError("sqlite3 said " + value);
            }
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(form.array(), form.position()));
            return new BigInteger(1, Arrays.copyOf(digest, 16));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sized(ByteBuffer form, byte[] content) {
        form.putLong(content.length).put(content);
    }
}
