package holdfast.copy;

import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.BlobIndex;
import java.util.BitSet;
import java.util.List;

/// What a copy will do, decided but not done.
public final class CopyPlan {
    /// A snapshot that the target has.
    ///
    /// @param as its id there
    public record There(Snapshot snapshot, ObjectId as) {}

    /// A snapshot that is not copied because something of it is damaged in the source.
    public record Lost(Snapshot snapshot, String why) {}

    /// What there is to carry.
    ///
    /// @param blobs that the target lacks
    /// @param storedBytes of these, as the source holds them
    /// @param plainBytes of these, before compression
    public record Figures(long blobs, long storedBytes, long plainBytes) {}

    /// Snapshots that are copied together.
    ///
    /// @param positions in the source's index, ascending, of the blobs that neither the target nor
    ///     an earlier batch has
    /// @param storedBytes of these
    record Batch(List<Snapshot> snapshots, int[] positions, long storedBytes) {}

    private final List<Batch> batches;
    private final List<There> there;
    private final List<Lost> lost;
    private final Figures figures;
    private final BlobIndex index;
    private final BitSet carried;

    /// @param index the source's
    /// @param carried the positions of all batches
    CopyPlan(
            List<Batch> batches, List<There> there, List<Lost> lost, Figures figures, BlobIndex index, BitSet carried) {
        this.batches = List.copyOf(batches);
        this.there = List.copyOf(there);
        this.lost = List.copyOf(lost);
        this.figures = figures;
        this.index = index;
        this.carried = carried;
    }

    /// Oldest first.
    public List<Snapshot> snapshots() {
        return batches.stream().flatMap(batch -> batch.snapshots().stream()).toList();
    }

    public List<There> there() {
        return there;
    }

    public List<Lost> lost() {
        return lost;
    }

    public Figures figures() {
        return figures;
    }

    List<Batch> batches() {
        return batches;
    }

    BlobIndex index() {
        return index;
    }

    BitSet carried() {
        return carried;
    }
}
