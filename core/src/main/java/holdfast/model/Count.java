package holdfast.model;

/// A number of things, in words for people.
public final class Count {
    private Count() {}

    /// `1 file`, `2 files`, `0 entries`.
    ///
    /// @param noun in the singular, with a regular plural
    public static String of(long number, String noun) {
        if (number == 1) {
            return "1 " + noun;
        }
        return number + " " + (noun.matches(".*[^aeiou]y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s");
    }
}
