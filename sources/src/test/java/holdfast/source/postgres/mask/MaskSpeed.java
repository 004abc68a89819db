package holdfast.source.postgres.mask;

import java.util.List;
import java.util.Map;

/// Measures what a value costs by each rule. No test: run its main method.
final class MaskSpeed {
    private static final int VALUES = 300_000;

    private MaskSpeed() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        Map<String, List<String>> rules = Map.of(
                "text",
                List.of(
                        "hash",
                        "fake-name",
                        "fake-email",
                        "fake-phone",
                        "fake-address",
                        "{rule: partial, last: 2}",
                        "shuffle",
                        "{rule: regex, pattern: '[0-9]+', replacement: x}"),
                "integer",
                List.of("shuffle", "{rule: number, percent: 10}"),
                "date",
                List.of("{rule: date-shift, days: 30}"));
        rules.forEach((type, some) -> some.forEach(rule -> measure(type, rule)));
        measure("text", "");
    }

    @SuppressWarnings("SystemOut")
    private static void measure(String type, String rule) {
        TableColumns table = Masking.table("t", "id", "integer", "c", type, "more", "text");
        MaskProfile profile =
                Masking.profile(Masking.text(Map.of(rule.isEmpty() ? "more" : "c", rule.isEmpty() ? "null" : rule)));
        RowMask mask = profile.mask(table).orElseThrow().open();
        RowBytes rows = new RowBytes();
        int[] ends = new int[VALUES];
        for (int i = 0; i < VALUES; i++) {
            String value = type.equals("date")
                    ? "2020-01-" + (10 + i % 20)
                    : type.equals("integer") ? "" + (i + 100) : "person" + i + "@corp.test";
            rows.put(i + "\t" + value + "\tanother text that is left as it is");
            ends[i] = rows.length();
        }
        RowBytes out = new RowBytes();
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long begin = System.nanoTime();
            for (int i = 0, from = 0; i < VALUES; from = ends[i++]) {
                out.clear();
                mask.apply(rows.array(), from, ends[i] - from, out);
            }
            best = Math.min(best, System.nanoTime() - begin);
        }
        System.out.println(type + " " + rule + ": " + best / VALUES + " ns a row");
    }
}
