package holdfast.repair;

import holdfast.model.ObjectId;
import holdfast.repository.BlobIndex;
import java.util.List;
import java.util.Set;

/// What is wrong with the index, and what will be right. Made by [IndexRepair#plan].
///
/// @param damagedFiles index files that cannot be read, and why
/// @param damagedMarks marks of a prune that cannot be read: they go, and what they named counts as anything else
/// @param missing packs the index names that are not there
/// @param added packs that no index file named
/// @param corrected packs that the index described otherwise than their own headers do
/// @param unreadable packs whose header cannot be read
/// @param packsRead packs whose header was read
public record IndexPlan(
        List<String> damagedFiles,
        List<ObjectId> damagedMarks,
        List<ObjectId> missing,
        List<ObjectId> added,
        List<ObjectId> corrected,
        List<Unreadable> unreadable,
        long packsRead,
        Contents contents) {
    /// A pack whose header cannot be read.
    ///
    /// @param blobs that the index names in it and goes on naming, because the file is long enough for them
    /// @param dropped blobs that the index named behind the end of the file
    public record Unreadable(ObjectId pack, String why, int blobs, int dropped) {}

    /// What the new index is made of.
    ///
    /// @param files the index as it is: its files
    /// @param known what they say
    /// @param replaced packs of which nothing is taken from `known`
    /// @param fresh what is known besides
    record Contents(List<ObjectId> files, BlobIndex known, Set<ObjectId> replaced, BlobIndex fresh) {}

    public IndexPlan {
        damagedFiles = List.copyOf(damagedFiles);
        damagedMarks = List.copyOf(damagedMarks);
        missing = List.copyOf(missing);
        added = List.copyOf(added);
        corrected = List.copyOf(corrected);
        unreadable = List.copyOf(unreadable);
    }

    /// Whether everything is right as it is.
    public boolean isEmpty() {
        return isIndexRight() && damagedMarks.isEmpty();
    }

    /// Whether no index file has to be written.
    public boolean isIndexRight() {
        return damagedFiles.isEmpty()
                && contents.replaced().isEmpty()
                && contents.fresh().size() == 0;
    }

    /// What is wrong, in a few words for a message of somebody who needs a right index.
    String summary() {
        return damagedFiles.size() + " damaged index files, " + damagedMarks.size() + " damaged marks, "
                + missing.size() + " packs that are missing, "
                + added.size() + " that it does not know, " + corrected.size() + " that it has wrong";
    }
}
