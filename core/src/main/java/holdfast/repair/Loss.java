package holdfast.repair;

/// One place in a snapshot that a repair changes.
///
/// @param path absolute in the snapshot
/// @param kept bytes of a file's content that are left
/// @param bytes of a file's content as recorded
public record Loss(String path, Kind kind, long kept, long bytes) {
    /// What is done at that place.
    public enum Kind {
        /// Blobs of a file are lost: what is left of it stays, one part behind the other.
        CUT(true),
        /// The tree of a folder is lost: it becomes an empty one.
        EMPTIED(true),
        /// Something in a folder is lost, and so much was told before that it is not told where.
        BELOW(true),
        /// A name is there twice: the first one stays.
        TWICE(true),
        /// Nothing is missing from a file, but its recorded size was wrong.
        SIZE(false),
        /// What is no file had content.
        NO_FILE(false),
        /// The names of a folder were out of order.
        ORDER(false);

        private final boolean lost;

        Kind(boolean lost) {
            this.lost = lost;
        }

        /// Whether something that was backed up is gone.
        public boolean lost() {
            return lost;
        }
    }

    /// What happens to it, in a few words.
    public String text() {
        return switch (kind) {
            case CUT -> (bytes - kept) + " of " + bytes + " bytes are lost, " + kept + " are left";
            case EMPTIED -> "what was in this folder is lost";
            case BELOW -> "something in this folder is lost";
            case TWICE -> "this name was there twice: the second is left out";
            case SIZE -> "its size is " + kept + " bytes, not " + bytes;
            case NO_FILE -> "it had content and is no file";
            case ORDER -> "its names were out of order";
        };
    }
}
