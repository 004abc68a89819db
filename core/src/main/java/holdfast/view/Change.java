package holdfast.view;

import holdfast.model.Node;
import org.jspecify.annotations.Nullable;

/// One path at which two snapshots differ.
///
/// @param before null when it was added
/// @param after null when it was removed
public record Change(
        Kind kind,
        String path,
        @Nullable Node before,
        @Nullable Node after) {
    /// How they differ; the strongest that applies.
    public enum Kind {
        ADDED('+'),
        REMOVED('-'),
        /// Another type of node: a file that has become a folder.
        TYPE('T'),
        /// Other content, or for a link another target.
        CONTENT('M'),
        /// Other mode, owner, time of change or extended attributes.
        METADATA('U');

        private final char marker;

        Kind(char marker) {
            this.marker = marker;
        }

        /// The letter that restic shows for it.
        public char marker() {
            return marker;
        }
    }
}
