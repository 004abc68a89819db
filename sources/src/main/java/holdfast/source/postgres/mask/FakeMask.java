package holdfast.source.postgres.mask;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Names, addresses and the like that look real, chosen by HMAC-SHA-256 of the clear value.
/// E-mail addresses hold so much of that hash that no two become the same, and their domains are
/// those set aside for examples (RFC 2606); telephone numbers those set aside for fiction
/// (555-0100 to 555-0199 of the North American plan), so that nobody is written to or called by
/// mistake. Used by one thread.
final class FakeMask implements ValueMask {
    /// The shortest e-mail address: sixteen characters of the hash and a domain.
    static final int EMAIL_LEAST = 28;
    /// The shortest telephone number: ten digits.
    static final int PHONE_LEAST = 10;

    private static final int PHONE_LENGTH = 15;
    private static final byte[] BASE32 = "abcdefghijklmnopqrstuvwxyz234567".getBytes(StandardCharsets.US_ASCII);
    private static final byte[][] DOMAINS = List.of("@example.com", "@example.org", "@example.net").stream()
            .map(domain -> domain.getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    private final KeyedHash hash;
    private final Rule.Kind kind;
    private final int limit;
    private final byte[][] first;
    private final byte[][] second;

    /// @param limit most characters; 0 for no limit
    FakeMask(byte[] key, Rule.Kind kind, int limit, WordLists words) {
        hash = new KeyedHash(key);
        this.kind = kind;
        this.limit = limit == 0 ? Integer.MAX_VALUE : limit;
        first = switch (kind) {
            case NAME, FIRST_NAME -> words.get(WordLists.Sort.FIRST_NAME);
            case LAST_NAME -> words.get(WordLists.Sort.LAST_NAME);
            case EMAIL -> words.get(WordLists.Sort.FIRST_NAME_ASCII);
            case STREET, ADDRESS -> words.get(WordLists.Sort.STREET);
            case CITY -> words.get(WordLists.Sort.CITY);
            case COMPANY -> words.get(WordLists.Sort.COMPANY);
            case PHONE -> new byte[0][];
        };
        second = switch (kind) {
            case NAME -> words.get(WordLists.Sort.LAST_NAME);
            case EMAIL -> words.get(WordLists.Sort.LAST_NAME_ASCII);
            case ADDRESS -> words.get(WordLists.Sort.CITY);
            case FIRST_NAME, LAST_NAME, PHONE, STREET, CITY, COMPANY -> new byte[0][];
        };
    }

    @Override
    public boolean mask(RowBytes clear, RowBytes by, RowBytes out) {
        hash.take(clear);
        switch (kind) {
            case FIRST_NAME, LAST_NAME, STREET, CITY, COMPANY -> out.put(one(0, first));
            case NAME -> {
                out.put(one(0, first));
                out.put(' ');
                out.put(one(1, second));
            }
            case ADDRESS -> address(out);
            case EMAIL -> email(out);
            case PHONE -> phone(out);
        }
        return true;
    }

    private byte[] one(int part, byte[][] words) {
        return words[hash.below(part, words.length)];
    }

    private void address(RowBytes out) {
        out.put(one(0, first));
        out.put(',');
        out.put(' ');
        decimal(hash.below(2, 90_000) + 10_000, 5, out);
        out.put(' ');
        out.put(one(1, second));
    }

    private void email(RowBytes out) {
        byte[] firstName = one(0, first);
        byte[] lastName = one(1, second);
        byte[] domain = DOMAINS[hash.below(3, DOMAINS.length)];
        int tag = 10;
        if (firstName.length + lastName.length + 2 + tag + domain.length > limit) {
            tag = 16;
        } else {
            out.put(firstName);
            out.put('.');
            out.put(lastName);
            out.put('.');
        }
        for (int i = 0; i < tag; i++) {
            out.put(BASE32[hash.bytes()[16 + i] & 31]);
        }
        out.put(domain);
    }

    private void phone(RowBytes out) {
        boolean whole = limit >= PHONE_LENGTH;
        int area = 200 + 100 * hash.below(0, 8) + hash.below(1, 90);
        // area codes that end in 11 mean services
        area += area % 100 == 11 ? 1 : 0;
        out.put(whole ? "+1-" : "");
        decimal(area, 3, out);
        out.put(whole ? "-555-01" : "55501");
        decimal(hash.below(2, 100), 2, out);
    }

    private static void decimal(int number, int digits, RowBytes out) {
        int power = 1;
        for (int i = 1; i < digits; i++) {
            power *= 10;
        }
        for (; power > 0; power /= 10) {
            out.put('0' + number / power % 10);
        }
    }
}
