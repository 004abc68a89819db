package holdfast.source.postgres.mask;

import holdfast.model.CheckResult;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What was found in a column of the masked database. Used by one thread at a time.
final class ScannedColumn {
    /// What a value looks like when it should perhaps be masked.
    enum Look {
        EMAIL("e-mail addresses"),
        PHONE("telephone numbers"),
        CARD("payment card numbers"),
        IBAN("bank account numbers (IBAN)");

        private final String words;

        Look(String words) {
            this.words = words;
        }
    }

    private final String name;
    private final boolean declared;
    private final boolean numbers;
    private final Map<Integer, Long> clear = new TreeMap<>();
    private final Map<Look, Long> looks = new EnumMap<>(Look.class);
    private long values;

    /// @param declared whether the profile says that it holds nothing worth masking
    /// @param numbers whether it is of a numeric type, so that many numbers pass for card numbers
    ///     by chance
    ScannedColumn(String name, boolean declared, boolean numbers) {
        this.name = name;
        this.declared = declared;
        this.numbers = numbers;
    }

    ScannedColumn empty() {
        return new ScannedColumn(name, declared, numbers);
    }

    String name() {
        return name;
    }

    void value() {
        values++;
    }

    void clear(int source) {
        clear.merge(source, 1L, Long::sum);
    }

    void look(Look look) {
        looks.merge(look, 1L, Long::sum);
    }

    void add(ScannedColumn other) {
        values += other.values;
        other.clear.forEach((source, count) -> clear.merge(source, count, Long::sum));
        other.looks.forEach((look, count) -> looks.merge(look, count, Long::sum));
    }

    /// @param sources the names of the masked columns, by number from 1
    List<CheckResult> results(List<String> sources) {
        List<CheckResult> results = new ArrayList<>();
        clear.forEach((source, count) -> {
            String detail = count + " of " + values + " values hold a clear value of " + sources.get(source - 1);
            results.add(new CheckResult(name, declared, detail + (declared ? LeakScan.DECLARED : "")));
        });
        looks.forEach((look, count) -> {
            if (!declared && isWorthTelling(look, count)) {
                results.add(CheckResult.pass(
                        name,
                        "warning: looks like it holds " + look.words + " in " + count + " of " + values + " values"));
            }
        });
        return results;
    }

    private boolean isWorthTelling(Look look, long count) {
        return switch (look) {
            case EMAIL, IBAN -> count > 0;
            case PHONE -> count > 0 && count >= values / 20;
            case CARD -> count > 0 && count >= (numbers ? values / 2 : values / 5);
        };
    }
}
