package holdfast.policy;

import holdfast.model.Snapshot;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How long snapshots are kept. The rules are restic's: of each of the last N hours, days, weeks, months or
/// years that have a snapshot, the newest one is kept; as long as a count is not used up, the oldest snapshot
/// of all is kept too. Two things differ, both on the side of keeping:
/// - a damaged snapshot never takes the place of a sound one: what the rules keep if all snapshots are counted,
///   and what they keep if only the sound ones are counted, is both kept;
/// - a snapshot whose time lies in the future is kept and not counted, for a wrong clock must not push out good
///   ones.
///
/// @param counts how many of each period to keep; [#UNLIMITED] for all, missing or 0 for no such rule
/// @param within keeps the newest of each period as far back as this from the latest snapshot; with
///     [Period#LAST] every snapshot
/// @param tags keeps every snapshot that has all tags of at least one of these lists; the list of one empty
///     text means snapshots without tags
/// @param minimumRedundancy never fewer than this many snapshots of a group are left; only sound ones count, as
///     long as there are any
/// @param zone where days, weeks, months and years begin
public record RetentionPolicy(
        Map<Period, Integer> counts,
        Map<Period, Span> within,
        List<List<String>> tags,
        int minimumRedundancy,
        ZoneId zone) {
    /// The count that keeps all of a period.
    public static final int UNLIMITED = -1;

    public RetentionPolicy {
        counts = copy(counts);
        within = copy(within);
        counts.forEach((period, count) -> {
            if (count < UNLIMITED) {
                throw new IllegalArgumentException("cannot keep " + count + " " + period.label() + " snapshots");
            }
        });
        if (minimumRedundancy < 0) {
            throw new IllegalArgumentException("negative minimum redundancy: " + minimumRedundancy);
        }
        tags = tags.stream().map(List::copyOf).toList();
        if (tags.contains(List.<String>of())) {
            throw new IllegalArgumentException("a list of tags is empty");
        }
    }

    private static <V> Map<Period, V> copy(Map<Period, V> map) {
        Map<Period, V> copy = new EnumMap<>(Period.class);
        copy.putAll(map);
        return Collections.unmodifiableMap(copy);
    }

    /// Keeps everything of the last `days` days before the latest snapshot, and always the latest sound one.
    public static RetentionPolicy ofDays(int days, ZoneId zone) {
        return new RetentionPolicy(Map.of(), Map.of(Period.LAST, Span.ofDays(days)), List.of(), 1, zone);
    }

    /// Whether there is no rule to keep anything by; such a policy keeps everything.
    public boolean isEmpty() {
        return tags.isEmpty()
                && counts.values().stream().allMatch(count -> count == 0)
                && within.values().stream().allMatch(Span::isZero);
    }

    /// Decides. Pure: the same arguments give the same plan, in whatever order the snapshots come.
    ///
    /// @param now tells which snapshots lie in the future
    /// @param force lets the last proven snapshot of a group be removed like any other
    public Plan plan(Iterable<Candidate> candidates, Set<SourceGroup.Trait> by, Instant now, boolean force) {
        List<Plan.Group> groups = new ArrayList<>();
        SourceGroup.divide(candidates, by)
                .forEach((source, members) ->
                        groups.add(decide(members, now, force).group(source)));
        return new Plan(groups);
    }

    private Decision decide(List<Candidate> members, Instant now, boolean force) {
        Decision decision = new Decision(members);
        if (isEmpty()) {
            members.forEach(candidate -> decision.keep(candidate, Reason.NO_RULE));
            return decision;
        }
        List<Candidate> past = new ArrayList<>();
        for (Candidate candidate : members) {
            if (candidate.snapshot().time().isAfter(now)) {
                decision.keep(candidate, Reason.FUTURE);
            } else {
                past.add(candidate);
            }
        }
        applyRules(past, decision);
        applyRules(past.stream().filter(candidate -> !candidate.damaged()).toList(), decision);
        decision.keepMinimum(minimumRedundancy);
        if (!force) {
            decision.keepLastProven();
        }
        return decision;
    }

    private void applyRules(List<Candidate> newestFirst, Decision decision) {
        for (Candidate candidate : newestFirst) {
            for (List<String> wanted : tags) {
                if (hasTags(candidate.snapshot(), wanted)) {
                    decision.keep(candidate, Reason.tags(wanted));
                }
            }
        }
        counts.forEach((period, count) -> keepCounted(newestFirst, period, count, decision));
        within.forEach((period, span) -> keepWithin(newestFirst, period, span, decision));
    }

    private static boolean hasTags(Snapshot snapshot, List<String> wanted) {
        return wanted.equals(List.of(""))
                ? snapshot.tags().isEmpty()
                : new HashSet<>(snapshot.tags()).containsAll(wanted);
    }

    private void keepCounted(List<Candidate> newestFirst, Period period, int count, Decision decision) {
        int left = count;
        long last = Long.MIN_VALUE;
        for (int i = 0; i < newestFirst.size() && left != 0; i++) {
            long bucket = bucket(newestFirst.get(i), period, i);
            boolean oldest = i == newestFirst.size() - 1;
            if (bucket != last || oldest) {
                decision.keep(newestFirst.get(i), Reason.counted(period, bucket == last));
                left -= left > 0 ? 1 : 0;
            }
            last = bucket;
        }
    }

    private void keepWithin(List<Candidate> newestFirst, Period period, Span span, Decision decision) {
        if (span.isZero() || newestFirst.isEmpty()) {
            return;
        }
        Instant start = span.before(newestFirst.getFirst().snapshot().time(), zone);
        long last = Long.MIN_VALUE;
        for (int i = 0; i < newestFirst.size(); i++) {
            Candidate candidate = newestFirst.get(i);
            long bucket = bucket(candidate, period, i);
            boolean oldest = i == newestFirst.size() - 1;
            if (candidate.snapshot().time().isAfter(start) && (bucket != last || oldest)) {
                decision.keep(candidate, Reason.within(period, span));
            }
            last = bucket;
        }
    }

    private long bucket(Candidate candidate, Period period, int position) {
        return period.bucket(candidate.snapshot().time().atZone(zone), position);
    }
}
