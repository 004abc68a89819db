package holdfast.storage;

/// What a name in a storage may look like: `config`, or a kind and 64 hexadecimal digits. Every implementation
/// checks each name it is given, so that none can reach outside its own place.
public final class StorageNames {
    private static final int ID_DIGITS = 64;

    private StorageNames() {}

    /// Whether `name` is `config` or matches `[a-z]+/[0-9a-f]{64}`.
    public static boolean valid(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? name.equals("config") : letters(name.substring(0, slash)) && id(name.substring(slash + 1));
    }

    /// `name` itself.
    ///
    /// @throws IllegalArgumentException when it is no name of a stored file
    public static String requireValid(String name) {
        if (!valid(name)) {
            throw new IllegalArgumentException("no name of a stored file: " + name);
        }
        return name;
    }

    /// The kind that a listing asks for: `keys` for `keys/`.
    ///
    /// @throws IllegalArgumentException when `prefix` is not a kind followed by a slash
    public static String kind(String prefix) {
        String kind = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : "";
        if (!letters(kind)) {
            throw new IllegalArgumentException("no kind of stored files: " + prefix);
        }
        return kind;
    }

    /// Whether `text` is 64 lower-case hexadecimal digits.
    public static boolean id(String text) {
        return text.length() == ID_DIGITS
                && text.chars().allMatch(digit -> (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'));
    }

    private static boolean letters(String text) {
        return !text.isEmpty() && text.chars().allMatch(letter -> letter >= 'a' && letter <= 'z');
    }
}
