package holdfast.cli.console;

/// How much room text takes on a terminal: most characters take one cell, those of East Asia two, accents that are
/// written over the letter before them none. After Unicode's East Asian Width, by blocks.
final class Cells {
    /// First and last of what takes two cells.
    private static final int[][] WIDE = {
        {0x1100, 0x115F},
        {0x2E80, 0x303E},
        {0x3041, 0xA4CF},
        {0xA960, 0xA97F},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60},
        {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F},
        {0x1F680, 0x1F6FF},
        {0x1F900, 0x1FAFF},
        {0x20000, 0x3FFFD}
    };

    private Cells() {}

    static int of(String text) {
        return text.codePoints().map(Cells::of).sum();
    }

    private static int of(int character) {
        int type = Character.getType(character);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        for (int[] range : WIDE) {
            if (character >= range[0] && character <= range[1]) {
                return 2;
            }
        }
        return 1;
    }

    /// The longest beginning that takes at most so much room.
    static String first(String text, int cells) {
        int at = 0;
        int taken = 0;
        while (at < text.length()) {
            int character = text.codePointAt(at);
            taken += of(character);
            if (taken > cells) {
                break;
            }
            at += Character.charCount(character);
        }
        return text.substring(0, at);
    }

    /// The longest end that takes at most so much room.
    static String last(String text, int cells) {
        int at = text.length();
        int taken = 0;
        while (at > 0) {
            int character = text.codePointBefore(at);
            taken += of(character);
            if (taken > cells) {
                break;
            }
            at -= Character.charCount(character);
        }
        return text.substring(at);
    }
}
