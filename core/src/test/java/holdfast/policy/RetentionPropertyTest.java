package holdfast.policy;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.ObjectId;
import holdfast.model.ProofLevel;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Goal: whatever the history and the policy, the promises of a plan hold.
/// Method: all small cases, then sampled large ones, against an oracle that states the rules another way.
final class RetentionPropertyTest {
    private static final Instant START = Instant.parse("2026-10-24T18:00:00Z");
    private static final List<ZoneId> ZONES = List.of(
            ZoneOffset.UTC, ZoneId.of("Europe/Berlin"), ZoneId.of("America/St_Johns"), ZoneId.of("Asia/Kathmandu"));

    /// Up to 10 snapshots at any of the hours around a change of clocks, every count: complete.
    @Test
    void allSubsetsOfTenTimesAgreeWithTheOracle() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        for (int subset = 0; subset < 1 << 10; subset++) {
            List<Candidate> history = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                if ((subset & 1 << i) != 0) {
                    history.add(Snapshots.at(
                            START.plus(Duration.ofMinutes(67L * i * i)).toString()));
                }
            }
            for (Period period : Period.values()) {
                for (int count = -1; count <= 4; count++) {
                    if (count != 0) {
                        RetentionPolicy policy = Snapshots.keep(Map.of(period, count), berlin);
                        assertThat(keptIds(policy.plan(history, Set.of(), Snapshots.FAR, true)))
                                .as("subset %d, %s %d", subset, period, count)
                                .isEqualTo(oracle(history, period, count, berlin));
                    }
                }
            }
        }
    }

    @Test
    void promisesHoldForSampledHistories() {
        long seed = seed();
        for (int round = 0; round < 600; round++) {
            Random random = new Random(seed + round);
            List<Candidate> history = history(random, 1 + random.nextInt(60));
            RetentionPolicy policy = policy(random);
            Instant now = START.plus(Duration.ofDays(random.nextInt(500)));
            String as = "seed " + (seed + round) + ": " + policy;
            Plan plan = policy.plan(history, SourceGroup.DEFAULT, now, false);
            everySnapshotLandsInExactlyOneList(history, plan, as);
            orderOfInputDoesNotMatter(history, policy, now, plan, random, as);
            theFloorHolds(plan, policy.minimumRedundancy(), as);
            aProvenGroupStaysProven(plan, as);
            forcingOnlyRemovesMore(plan, policy.plan(history, SourceGroup.DEFAULT, now, true), as);
            damageOnlyKeepsMore(history, policy, now, as);
            applyingItAgainRemovesNothing(plan, policy, now, as);
        }
    }

    private static long seed() {
        String given = System.getProperty("seed", "");
        long seed = given.isBlank() ? new Random().nextInt(1_000_000_000) : Long.parseLong(given);
        System.out.println("RetentionPropertyTest: replay with -Dseed=" + seed);
        return seed;
    }

    private static void everySnapshotLandsInExactlyOneList(List<Candidate> history, Plan plan, String as) {
        List<ObjectId> all = new ArrayList<>(keptIds(plan));
        plan.remove().forEach(snapshot -> all.add(snapshot.id()));
        assertThat(all).as(as).hasSameSizeAs(history).doesNotHaveDuplicates();
        assertThat(all)
                .as(as)
                .containsExactlyInAnyOrderElementsOf(history.stream()
                        .map(candidate -> candidate.snapshot().id())
                        .toList());
        assertThat(plan.keep())
                .as(as)
                .allSatisfy(kept -> assertThat(kept.reasons()).isNotEmpty());
    }

    private static void orderOfInputDoesNotMatter(
            List<Candidate> history, RetentionPolicy policy, Instant now, Plan plan, Random random, String as) {
        List<Candidate> shuffled = new ArrayList<>(history);
        Collections.shuffle(shuffled, random);
        assertThat(policy.plan(shuffled, SourceGroup.DEFAULT, now, false))
                .as(as)
                .isEqualTo(plan);
    }

    private static void theFloorHolds(Plan plan, int floor, String as) {
        for (Plan.Group group : plan.groups()) {
            long sound = group.remove().stream()
                    .filter(candidate -> !candidate.damaged())
                    .count();
            long soundKept = group.keep().stream()
                    .filter(kept -> !kept.candidate().damaged())
                    .count();
            assertThat(soundKept).as(as).isGreaterThanOrEqualTo(Math.min(floor, sound + soundKept));
            assertThat(group.keep().size())
                    .as(as)
                    .isGreaterThanOrEqualTo(
                            Math.min(floor, group.keep().size() + group.remove().size()));
        }
    }

    private static void aProvenGroupStaysProven(Plan plan, String as) {
        for (Plan.Group group : plan.groups()) {
            int best = group.remove().stream()
                    .mapToInt(RetentionPropertyTest::worth)
                    .max()
                    .orElse(0);
            int kept = group.keep().stream()
                    .mapToInt(one -> worth(one.candidate()))
                    .max()
                    .orElse(0);
            assertThat(kept).as(as).isGreaterThanOrEqualTo(best);
        }
    }

    private static int worth(Candidate candidate) {
        ProofLevel proven = candidate.proven();
        return proven == null || candidate.damaged() ? 0 : Math.min(2, proven.number());
    }

    private static void forcingOnlyRemovesMore(Plan plan, Plan forced, String as) {
        assertThat(keptIds(plan)).as(as).containsAll(keptIds(forced));
        assertThat(keptIds(plan).size() - keptIds(forced).size())
                .as(as)
                .isEqualTo(plan.refused().size());
    }

    private static void damageOnlyKeepsMore(List<Candidate> history, RetentionPolicy policy, Instant now, String as) {
        List<Candidate> sound = history.stream()
                .map(candidate -> new Candidate(candidate.snapshot(), null, false))
                .toList();
        List<Candidate> marked = history.stream()
                .map(candidate -> new Candidate(candidate.snapshot(), null, candidate.damaged()))
                .toList();
        RetentionPolicy noFloor =
                new RetentionPolicy(policy.counts(), policy.within(), policy.tags(), 0, policy.zone());
        assertThat(keptIds(noFloor.plan(marked, SourceGroup.DEFAULT, now, false)))
                .as(as)
                .containsAll(keptIds(noFloor.plan(sound, SourceGroup.DEFAULT, now, false)));
    }

    /// What is left obeys the policy already.
    private static void applyingItAgainRemovesNothing(Plan plan, RetentionPolicy policy, Instant now, String as) {
        List<Candidate> left = plan.keep().stream().map(Plan.Kept::candidate).toList();
        assertThat(policy.plan(left, SourceGroup.DEFAULT, now, false).remove())
                .as(as)
                .isEmpty();
    }

    private static List<Candidate> history(Random random, int size) {
        Map<ObjectId, Candidate> history = new HashMap<>();
        for (int i = 0; i < size; i++) {
            Instant time = START.plus(Duration.ofMinutes(random.nextInt(random.nextBoolean() ? 3000 : 700_000)));
            int level = random.nextInt(12);
            @Nullable
            ProofLevel proven =
                    level < 6 ? ProofLevel.of(Integer.toString(level)).orElseThrow() : null;
            Candidate candidate = Snapshots.of(
                    time,
                    random.nextInt(3) == 0 ? "other" : "app",
                    random.nextInt(4) == 0 ? List.of("/x", "/y") : List.of("/x"),
                    random.nextInt(5) == 0 ? List.of("a") : List.of(),
                    proven,
                    random.nextInt(5) == 0);
            history.put(candidate.snapshot().id(), candidate);
        }
        return List.copyOf(history.values());
    }

    private static RetentionPolicy policy(Random random) {
        Map<Period, Integer> counts = new EnumMap<>(Period.class);
        Map<Period, Span> within = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            if (random.nextInt(3) == 0) {
                counts.put(period, random.nextInt(7) - 1);
            }
            if (random.nextInt(8) == 0) {
                within.put(period, new Span(0, random.nextInt(3), random.nextInt(20), random.nextInt(30)));
            }
        }
        List<List<String>> tags = random.nextInt(6) == 0 ? List.of(List.of("a")) : List.of();
        return new RetentionPolicy(counts, within, tags, random.nextInt(4), ZONES.get(random.nextInt(ZONES.size())));
    }

    private static Set<ObjectId> keptIds(Plan plan) {
        return plan.keep().stream()
                .map(kept -> kept.candidate().snapshot().id())
                .collect(Collectors.toSet());
    }

    /// The rule said another way: name the periods by text, take the newest of each, the first `count` of them,
    /// and the oldest snapshot when there are fewer.
    private static Set<ObjectId> oracle(List<Candidate> history, Period period, int count, ZoneId zone) {
        Map<String, Candidate> newest = new HashMap<>();
        for (Candidate candidate : history) {
            newest.merge(
                    name(period, candidate, zone),
                    candidate,
                    (left, right) ->
                            left.snapshot().time().isAfter(right.snapshot().time()) ? left : right);
        }
        List<Candidate> periods = newest.values().stream()
                .sorted((left, right) ->
                        right.snapshot().time().compareTo(left.snapshot().time()))
                .toList();
        Set<ObjectId> kept = new HashSet<>();
        periods.stream()
                .limit(count < 0 ? Long.MAX_VALUE : count)
                .forEach(candidate -> kept.add(candidate.snapshot().id()));
        if (count < 0 || periods.size() < count) {
            history.stream()
                    .min((left, right) ->
                            left.snapshot().time().compareTo(right.snapshot().time()))
                    .ifPresent(oldest -> kept.add(oldest.snapshot().id()));
        }
        return kept;
    }

    private static String name(Period period, Candidate candidate, ZoneId zone) {
        String pattern = switch (period) {
            case LAST -> "";
            case HOURLY -> "yyyy-MM-dd HH XXX";
            case DAILY -> "yyyy-MM-dd";
            case WEEKLY -> "YYYY-'W'ww";
            case MONTHLY -> "yyyy-MM";
            case YEARLY -> "yyyy";
        };
        ZonedDateTime time = candidate.snapshot().time().atZone(zone);
        return period == Period.LAST
                ? time.toString()
                : DateTimeFormatter.ofPattern(pattern, Locale.GERMANY).format(time);
    }
}
