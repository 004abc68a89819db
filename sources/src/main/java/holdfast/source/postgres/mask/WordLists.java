package holdfast.source.postgres.mask;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.datafaker.Faker;

/// Words by Datafaker, some thousand of each sort, drawn once: Datafaker takes 3 to 100
/// microseconds for one, a list takes none. The same locale and version of Datafaker give the
/// same lists. Safe to share between threads.
final class WordLists {
    /// How often is drawn; what comes twice counts once.
    private static final int DRAWS = 4096;
    private static final long SEED = 20_261_121;

    enum Sort {
        FIRST_NAME,
        LAST_NAME,
        STREET,
        CITY,
        COMPANY,
        /// First and last names as they stand in e-mail addresses: small ASCII letters.
        FIRST_NAME_ASCII,
        LAST_NAME_ASCII
    }

    private final Locale locale;
    private final Map<Sort, byte[][]> lists = new EnumMap<>(Sort.class);

    WordLists(Locale locale) {
        this.locale = locale;
    }

    /// Not a copy.
    synchronized byte[][] get(Sort sort) {
        byte[][] known = lists.get(sort);
        if (known == null) {
            known = draw(sort);
            lists.put(sort, known);
        }
        return known;
    }

    private byte[][] draw(Sort sort) {
        Faker faker = new Faker(locale, new Random(SEED));
        Set<String> words = new LinkedHashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            String word = word(sort, faker);
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        if (words.isEmpty()) {
            // a script that no address can hold
            words.add("user");
        }
        List<byte[]> list = words.stream()
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toList();
        return list.toArray(byte[][]::new);
    }

    private static String word(Sort sort, Faker faker) {
        return switch (sort) {
            case FIRST_NAME -> faker.name().firstName();
            case LAST_NAME -> faker.name().lastName();
            case STREET -> faker.address().streetAddress();
            case CITY -> faker.address().city();
            case COMPANY -> faker.company().name();
            case FIRST_NAME_ASCII -> ascii(faker.name().firstName());
            case LAST_NAME_ASCII -> ascii(faker.name().lastName());
        };
    }

    private static String ascii(String word) {
        return Normalizer.normalize(word, Normalizer.Form.NFD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z]", "");
    }
}
