package holdfast.source.postgres.mask;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The alphabets within which characters change places: Latin small letters, Latin capitals,
/// digits, and beyond ASCII the letters or digits of one kind (small, capital, other) of one
/// Unicode block. Everything else belongs to none and stays. Immutable; safe to share between
/// threads.
final class Alphabets {
    static final int NONE = 0;
    static final int HEXADECIMAL = 1;

    /// The last letters are those of the CJK extension H; what may come later is not known to
    /// today's data.
    private static final int POINTS = 0x323b0;

    private static final Alphabets ALL = new Alphabets();

    private final char[] classes = new char[POINTS];
    private final char[] indexes = new char[POINTS];
    private final List<int[]> letters = new ArrayList<>();

    private record Kind(Character.UnicodeBlock block, int category) {}

    private Alphabets() {
        letters.add(new int[0]);
        letters.add("0123456789abcdef".chars().toArray());
        Map<Kind, List<Integer>> kinds = new LinkedHashMap<>();
        for (int point = 0; point < POINTS; point++) {
            Character.UnicodeBlock block = Character.isLetterOrDigit(point) ? Character.UnicodeBlock.of(point) : null;
            if (block != null) {
                kinds.computeIfAbsent(new Kind(block, Character.getType(point)), _ -> new ArrayList<>())
                        .add(point);
            }
        }
        for (List<Integer> points : kinds.values()) {
            for (int i = 0; i < points.size(); i++) {
                classes[points.get(i)] = (char) letters.size();
                indexes[points.get(i)] = (char) i;
            }
            letters.add(points.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    static Alphabets all() {
        return ALL;
    }

    /// The alphabet of a character, or [#NONE].
    int of(int point) {
        return point >= 0 && point < POINTS ? classes[point] : NONE;
    }

    /// The place of a character in its alphabet.
    int index(int point) {
        return indexes[point];
    }

    int size(int alphabet) {
        return letters.get(alphabet).length;
    }

    int letter(int alphabet, int index) {
        return letters.get(alphabet)[index];
    }
}
