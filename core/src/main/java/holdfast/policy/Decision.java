package holdfast.policy;

import holdfast.model.ObjectId;
import holdfast.model.ProofLevel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The reasons found so far to keep the members of one group. Used by one thread.
final class Decision {
    private final List<Candidate> newestFirst;
    private final Map<ObjectId, Set<Reason>> reasons = new HashMap<>();

    Decision(List<Candidate> newestFirst) {
        this.newestFirst = newestFirst;
    }

    void keep(Candidate candidate, Reason reason) {
        reasons.computeIfAbsent(candidate.snapshot().id(), _ -> new TreeSet<>()).add(reason);
    }

    boolean kept(Candidate candidate) {
        return reasons.containsKey(candidate.snapshot().id());
    }

    /// Keeps further snapshots until `floor` sound ones, and `floor` of any kind, are kept, or all are.
    void keepMinimum(int floor) {
        List<Candidate> sound =
                newestFirst.stream().filter(candidate -> !candidate.damaged()).toList();
        keepMinimum(sound, floor);
        keepMinimum(newestFirst, floor);
    }

    private void keepMinimum(List<Candidate> members, int floor) {
        long missing = floor - members.stream().filter(this::kept).count();
        for (Candidate candidate : members) {
            if (missing > 0 && !kept(candidate)) {
                keep(candidate, Reason.minimum(floor));
                missing--;
            }
        }
    }

    /// Keeps the snapshot an emergency restore would be made from, unless one as trustworthy is kept anyway.
    void keepLastProven() {
        lastProven().ifPresent(last -> {
            ProofLevel level = last.proven();
            boolean another =
                    newestFirst.stream().anyMatch(candidate -> kept(candidate) && worth(candidate) >= worth(last));
            if (!another && level != null) {
                keep(last, Reason.lastProven(level));
            }
        });
    }

    /// The newest of the most trustworthy: a proof of structure ([ProofLevel#SOUND] or more) counts for more
    /// than one of the stored bytes only; higher levels count alike, so that one drill long ago does not hold
    /// its snapshot for ever.
    private Optional<Candidate> lastProven() {
        return newestFirst.stream()
                .filter(candidate -> worth(candidate) > ProofLevel.WRITTEN.number())
                .min(Comparator.comparingInt(Decision::worth).reversed());
    }

    private static int worth(Candidate candidate) {
        ProofLevel proven = candidate.proven();
        return proven == null || candidate.damaged() ? 0 : Math.min(proven.number(), ProofLevel.SOUND.number());
    }

    Plan.Group group(SourceGroup source) {
        List<Plan.Kept> keep = new ArrayList<>();
        List<Candidate> remove = new ArrayList<>();
        for (Candidate candidate : newestFirst) {
            Set<Reason> why = reasons.get(candidate.snapshot().id());
            if (why == null) {
                remove.add(candidate);
            } else {
                keep.add(new Plan.Kept(candidate, List.copyOf(why)));
            }
        }
        return new Plan.Group(source, keep, remove);
    }
}
