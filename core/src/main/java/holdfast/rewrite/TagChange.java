package holdfast.rewrite;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What becomes of a snapshot's tags. Pure, immutable.
///
/// @param set the only tags afterwards, when it is asked for
/// @param replace whether `set` is asked for; else `add` and `remove` are
/// @param add after what is there
/// @param remove once that is added, as with restic: what is in both goes
public record TagChange(List<String> set, boolean replace, List<String> add, List<String> remove) {
    public TagChange {
        set = List.copyOf(set);
        add = List.copyOf(add);
        remove = List.copyOf(remove);
    }

    public static TagChange to(List<String> tags) {
        return new TagChange(tags, true, List.of(), List.of());
    }

    public static TagChange by(List<String> add, List<String> remove) {
        return new TagChange(List.of(), false, add, remove);
    }

    /// The tags afterwards, each once, in the order in which they came.
    public List<String> of(List<String> tags) {
        Set<String> changed = new LinkedHashSet<>(replace ? set : tags);
        changed.addAll(add);
        remove.forEach(changed::remove);
        return new ArrayList<>(changed);
    }
}
