package holdfast.policy;

import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What to keep and what to remove, decided but not done. Every snapshot that was given is in exactly one
/// group, there in exactly one of the lists.
public record Plan(List<Group> groups) {
    /// The decision for one group; both lists newest first.
    public record Group(SourceGroup source, List<Kept> keep, List<Candidate> remove) {
        public Group {
            keep = List.copyOf(keep);
            remove = List.copyOf(remove);
        }
    }

    /// A snapshot that stays, and why; there is at least one reason.
    public record Kept(Candidate candidate, List<Reason> reasons) {
        public Kept {
            reasons = List.copyOf(reasons);
        }

        /// Whether the removal that was asked for is refused: nothing else holds the snapshot but that it is
        /// the last proven one of its group.
        public boolean refused() {
            return reasons.stream().allMatch(reason -> reason.kind() == Reason.Kind.LAST_PROVEN);
        }
    }

    public Plan {
        groups = List.copyOf(groups);
    }

    /// Removes exactly the chosen snapshots, save the last proven one of a group.
    ///
    /// @param candidates all snapshots of the repository, so that "last" means what it says
    /// @param force removes the last proven one too
    public static Plan removing(
            Set<ObjectId> chosen, Iterable<Candidate> candidates, Set<SourceGroup.Trait> by, boolean force) {
        List<Group> groups = new ArrayList<>();
        SourceGroup.divide(candidates, by).forEach((source, members) -> {
            Decision decision = new Decision(members);
            for (Candidate candidate : members) {
                if (!chosen.contains(candidate.snapshot().id())) {
                    decision.keep(candidate, Reason.NOT_CHOSEN);
                }
            }
            if (!force) {
                decision.keepLastProven();
            }
            groups.add(decision.group(source));
        });
        return new Plan(groups);
    }

    public List<Kept> keep() {
        return groups.stream().flatMap(group -> group.keep().stream()).toList();
    }

    public List<Snapshot> remove() {
        return groups.stream()
                .flatMap(group -> group.remove().stream())
                .map(Candidate::snapshot)
                .toList();
    }

    /// The snapshots whose removal was asked for and is refused.
    public List<Kept> refused() {
        return keep().stream().filter(Kept::refused).toList();
    }
}
