package holdfast.repository;

import holdfast.model.ObjectId;
import java.time.Instant;
import java.util.List;

/// What a prune leaves in the repository before it removes anything: packs that shall go. From then on no writer
/// relies on them: what lies in them alone is stored again. They go once everybody at work has begun after the
/// mark, and only those that no snapshot needs by then.
///
/// @param at when it was made
/// @param packs in no particular order; some may be gone already
public record Mark(ObjectId id, Instant at, List<ObjectId> packs) {
    public Mark {
        packs = List.copyOf(packs);
    }
}
