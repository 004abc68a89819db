package holdfast.policy;

import static holdfast.policy.Snapshots.FAR;
import static holdfast.policy.Snapshots.at;
import static holdfast.policy.Snapshots.damaged;
import static holdfast.policy.Snapshots.keep;
import static holdfast.policy.Snapshots.keepWithin;
import static holdfast.policy.Snapshots.kept;
import static holdfast.policy.Snapshots.proven;
import static holdfast.policy.Snapshots.tagged;
import static holdfast.policy.Snapshots.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.ProofLevel;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Goal: every rule does what its flag says. Method: the smallest history that shows it.
final class RetentionPolicyTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final RetentionPolicy EMPTY =
            new RetentionPolicy(Map.of(Period.DAILY, 0), Map.of(Period.LAST, Span.ZERO), List.of(), 3, ZoneOffset.UTC);

    @Test
    void ofEachDayTheNewestIsKept() {
        List<Candidate> history = List.of(
                at("2026-03-01T01:00:00Z"),
                at("2026-03-01T23:59:59Z"),
                at("2026-03-02T00:00:00Z"),
                at("2026-03-03T10:00:00Z"),
                at("2026-03-03T09:00:00Z"));
        assertThat(kept(keep(Period.DAILY, 2), history))
                .containsExactly("2026-03-03T10:00:00Z", "2026-03-02T00:00:00Z");
    }

    @Test
    void daysWithoutSnapshotsAreNotCounted() {
        List<Candidate> history =
                List.of(at("2020-01-01T00:00:00Z"), at("2023-06-01T00:00:00Z"), at("2026-03-03T10:00:00Z"));
        assertThat(kept(keep(Period.DAILY, 2), history))
                .containsExactly("2026-03-03T10:00:00Z", "2023-06-01T00:00:00Z");
    }

    @Test
    void theOldestIsKeptWhileACountIsLeft() {
        List<Candidate> history =
                List.of(at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z"));
        assertThat(kept(keep(Period.MONTHLY, 2), history))
                .containsExactly("2026-03-03T00:00:00Z", "2026-03-01T00:00:00Z");
        assertThat(kept(keep(Period.MONTHLY, 1), history)).containsExactly("2026-03-03T00:00:00Z");
    }

    @Test
    void unlimitedKeepsOneOfEveryPeriod() {
        List<Candidate> history = List.of(
                at("2024-01-01T00:00:00Z"),
                at("2025-01-01T00:00:00Z"),
                at("2025-02-01T00:00:00Z"),
                at("2026-01-01T00:00:00Z"));
        assertThat(kept(keep(Period.YEARLY, RetentionPolicy.UNLIMITED), history))
                .containsExactly("2026-01-01T00:00:00Z", "2025-02-01T00:00:00Z", "2024-01-01T00:00:00Z");
        assertThat(kept(keep(Period.LAST, RetentionPolicy.UNLIMITED), history)).hasSize(4);
    }

    @Test
    void weeksAreIsoWeeksAcrossTheTurnOfTheYear() {
        List<Candidate> history = List.of(
                at("2025-12-28T12:00:00Z"), // Sunday of week 52
                at("2025-12-29T12:00:00Z"), // Monday of week 1 of 2026
                at("2026-01-04T12:00:00Z"), // its Sunday
                at("2026-01-05T12:00:00Z"));
        assertThat(kept(keep(Period.WEEKLY, 3), history))
                .containsExactly("2026-01-05T12:00:00Z", "2026-01-04T12:00:00Z", "2025-12-28T12:00:00Z");
    }

    @Test
    void aDayBeginsAtMidnightOfTheGivenZone() {
        List<Candidate> history = List.of(at("2026-01-10T22:30:00Z"), at("2026-01-10T23:30:00Z"));
        assertThat(kept(keep(Map.of(Period.DAILY, 2), BERLIN), history)).hasSize(2);
        List<Candidate> more =
                List.of(at("2026-01-10T22:30:00Z"), at("2026-01-10T22:45:00Z"), at("2026-01-10T23:30:00Z"));
        assertThat(kept(keep(Map.of(Period.DAILY, 2), BERLIN), more))
                .containsExactly("2026-01-10T23:30:00Z", "2026-01-10T22:45:00Z");
        assertThat(kept(keep(Period.DAILY, 1), more)).containsExactly("2026-01-10T23:30:00Z");
    }

    @Test
    void berlinOn29March2026TheDayOf23HoursIsOneDay() {
        List<Candidate> history = List.of(
                at("2026-03-28T22:59:00Z"), // 23:59 of the 28th
                at("2026-03-28T23:00:00Z"), // 00:00 of the 29th
                at("2026-03-29T00:59:00Z"), // 01:59, the last minute of winter time
                at("2026-03-29T01:00:00Z"), // 03:00, the first of summer time
                at("2026-03-29T21:59:00Z"), // 23:59
                at("2026-03-29T22:00:00Z")); // 00:00 of the 30th
        assertThat(kept(keep(Map.of(Period.DAILY, 3), BERLIN), history))
                .containsExactly("2026-03-29T22:00:00Z", "2026-03-29T21:59:00Z", "2026-03-28T22:59:00Z");
        assertThat(kept(keep(Map.of(Period.HOURLY, 4), BERLIN), history))
                .containsExactly(
                        "2026-03-29T22:00:00Z", "2026-03-29T21:59:00Z", "2026-03-29T01:00:00Z", "2026-03-29T00:59:00Z");
    }

    @Test
    void berlinOn25October2026TheHourThatComesTwiceIsTwoHours() {
        List<Candidate> history = List.of(
                at("2026-10-25T00:10:00Z"), // 02:10 summer time
                at("2026-10-25T00:50:00Z"), // 02:50 summer time
                at("2026-10-25T01:10:00Z"), // 02:10 winter time
                at("2026-10-25T01:50:00Z"), // 02:50 winter time
                at("2026-10-25T02:50:00Z"));
        assertThat(kept(keep(Map.of(Period.HOURLY, 3), BERLIN), history))
                .containsExactly("2026-10-25T02:50:00Z", "2026-10-25T01:50:00Z", "2026-10-25T00:50:00Z");
        assertThat(kept(keep(Map.of(Period.DAILY, 1), BERLIN), history)).containsExactly("2026-10-25T02:50:00Z");
    }

    @Test
    void lordHoweWhereClocksMoveHalfAnHourHasDaysToo() {
        ZoneId zone = ZoneId.of("Australia/Lord_Howe");
        List<Candidate> history =
                List.of(at("2026-04-04T12:00:00Z"), at("2026-04-04T14:00:00Z"), at("2026-04-05T13:29:00Z"));
        assertThat(kept(keep(Map.of(Period.DAILY, 1), zone), history)).containsExactly("2026-04-05T13:29:00Z");
        assertThat(kept(keep(Map.of(Period.DAILY, 2), zone), history)).contains("2026-04-04T12:00:00Z");
    }

    @Test
    void apiaWhichSkipped30December2011CountsNoSuchDay() {
        ZoneId zone = ZoneId.of("Pacific/Apia");
        List<Candidate> history =
                List.of(at("2011-12-29T12:00:00Z"), at("2011-12-30T09:59:00Z"), at("2011-12-30T10:00:00Z"));
        assertThat(kept(keep(Map.of(Period.DAILY, 2), zone), history))
                .containsExactly("2011-12-30T10:00:00Z", "2011-12-30T09:59:00Z");
    }

    @Test
    void withinCountsBackFromTheLatestSnapshotNotFromNow() {
        List<Candidate> history =
                List.of(at("2020-03-01T00:00:00Z"), at("2020-03-02T00:00:00Z"), at("2020-03-03T00:00:01Z"));
        assertThat(kept(keepWithin(Period.LAST, "2d", ZoneOffset.UTC), history))
                .containsExactly("2020-03-03T00:00:01Z", "2020-03-02T00:00:00Z");
    }

    @Test
    void whatIsExactlyAsOldAsTheSpanGoes() {
        List<Candidate> history = List.of(at("2026-03-01T00:00:00Z"), at("2026-03-03T00:00:00Z"));
        assertThat(kept(keepWithin(Period.LAST, "2d", ZoneOffset.UTC), history))
                .containsExactly("2026-03-03T00:00:00Z");
    }

    @Test
    void withinADayOf25HoursReachesBack25Hours() {
        List<Candidate> history = List.of(at("2026-10-24T22:30:00Z"), at("2026-10-25T23:00:00Z"));
        assertThat(kept(keepWithin(Period.LAST, "1d", BERLIN), history)).hasSize(2);
        assertThat(kept(keepWithin(Period.LAST, "24h", BERLIN), history)).hasSize(1);
    }

    @Test
    void withinDailyKeepsTheNewestOfEachDayInTheSpan() {
        List<Candidate> history = List.of(
                at("2026-02-01T00:00:00Z"),
                at("2026-03-01T00:00:00Z"),
                at("2026-03-01T12:00:00Z"),
                at("2026-03-02T00:00:00Z"));
        assertThat(kept(keepWithin(Period.DAILY, "7d", ZoneOffset.UTC), history))
                .containsExactly("2026-03-02T00:00:00Z", "2026-03-01T12:00:00Z");
    }

    @Test
    void aTagListNeedsAllItsTags() {
        List<Candidate> history = List.of(
                tagged("2026-03-01T00:00:00Z", "a"),
                tagged("2026-03-02T00:00:00Z", "a", "b"),
                tagged("2026-03-03T00:00:00Z"),
                tagged("2026-03-04T00:00:00Z", "c"));
        assertThat(kept(tags(List.of("a", "b")), history)).containsExactly("2026-03-02T00:00:00Z");
        assertThat(kept(tags(List.of("a"), List.of("c")), history)).hasSize(3);
        assertThat(kept(tags(List.of("")), history)).containsExactly("2026-03-03T00:00:00Z");
    }

    private static RetentionPolicy tags(List<?>... lists) {
        List<List<String>> tags = Stream.of(lists)
                .map(list -> list.stream().map(Object::toString).toList())
                .toList();
        return new RetentionPolicy(Map.of(), Map.of(), tags, 0, ZoneOffset.UTC);
    }

    @Test
    void aPolicyWithoutRulesKeepsEverythingAndSaysSo() {
        assertThat(EMPTY.isEmpty()).isTrue();
        Plan plan = EMPTY.plan(List.of(at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z")), Set.of(), FAR, false);
        assertThat(plan.remove()).isEmpty();
        assertThat(plan.keep()).allSatisfy(kept -> assertThat(kept.reasons()).containsExactly(Reason.NO_RULE));
    }

    @Test
    void nothingToDecideIsAnEmptyPlan() {
        assertThat(keep(Period.LAST, 1)
                        .plan(List.of(), SourceGroup.DEFAULT, FAR, false)
                        .groups())
                .isEmpty();
    }

    @Test
    void equalTimesAreDifferentSnapshotsInAFixedOrder() {
        Candidate one = tagged("2026-03-01T00:00:00Z", "one");
        Candidate two = tagged("2026-03-01T00:00:00Z", "two");
        Plan forth = keep(Period.LAST, 1).plan(List.of(one, two), Set.of(), FAR, false);
        Plan back = keep(Period.LAST, 1).plan(List.of(two, one), Set.of(), FAR, false);
        assertThat(forth).isEqualTo(back);
        assertThat(forth.keep()).hasSize(1);
    }

    @Test
    void theSameSnapshotTwiceIsABug() {
        List<Candidate> twice = List.of(at("2026-03-01T00:00:00Z"), at("2026-03-01T00:00:00Z"));
        assertThatThrownBy(() -> kept(keep(Period.LAST, 1), twice)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWrongClockPushesOutNothing() {
        List<Candidate> history =
                List.of(at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z"), at("2077-01-01T00:00:00Z"));
        Plan plan = keep(Period.LAST, 1).plan(history, Set.of(), Instant.parse("2026-03-02T00:00:00Z"), false);
        assertThat(times(plan)).containsExactly("2077-01-01T00:00:00Z", "2026-03-02T00:00:00Z");
        assertThat(plan.keep().getFirst().reasons()).containsExactly(Reason.FUTURE);
    }

    @Test
    void aDamagedSnapshotNeverTakesThePlaceOfASoundOne() {
        List<Candidate> history = List.of(
                at("2026-03-01T00:00:00Z"),
                at("2026-03-02T00:00:00Z"),
                damaged("2026-03-02T12:00:00Z"),
                damaged("2026-03-03T00:00:00Z"));
        assertThat(kept(keep(Period.DAILY, 1), history))
                .containsExactly("2026-03-03T00:00:00Z", "2026-03-02T00:00:00Z");
    }

    @Test
    void theFloorCountsSoundSnapshotsFirst() {
        RetentionPolicy policy = new RetentionPolicy(Map.of(), Map.of(), List.of(List.of("keep")), 2, ZoneOffset.UTC);
        List<Candidate> history = List.of(
                at("2026-03-01T00:00:00Z"),
                at("2026-03-02T00:00:00Z"),
                at("2026-03-03T00:00:00Z"),
                damaged("2026-03-04T00:00:00Z"));
        assertThat(kept(policy, history)).containsExactly("2026-03-03T00:00:00Z", "2026-03-02T00:00:00Z");
        assertThat(kept(policy, List.of(damaged("2026-03-04T00:00:00Z")))).hasSize(1);
    }

    @Test
    void daysOfRetentionNeverEmptyAGroup() {
        RetentionPolicy policy = RetentionPolicy.ofDays(30, ZoneOffset.UTC);
        List<Candidate> history =
                List.of(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"), damaged("2026-06-01T00:00:00Z"));
        assertThat(kept(policy, history)).containsExactly("2026-06-01T00:00:00Z", "2026-02-01T00:00:00Z");
    }

    @Test
    void theLastProvenSnapshotStaysUnlessForced() {
        List<Candidate> history = List.of(proven("2026-03-01T00:00:00Z", ProofLevel.SOUND), at("2026-03-02T00:00:00Z"));
        RetentionPolicy policy = keep(Period.LAST, 1);
        Plan plan = policy.plan(history, Set.of(), FAR, false);
        assertThat(plan.remove()).isEmpty();
        assertThat(plan.refused())
                .hasSize(1)
                .allSatisfy(kept -> assertThat(kept.reasons()).containsExactly(Reason.lastProven(ProofLevel.SOUND)));
        Plan forced = policy.plan(history, Set.of(), FAR, true);
        assertThat(times(forced)).containsExactly("2026-03-02T00:00:00Z");
        assertThat(forced.refused()).isEmpty();
    }

    @Test
    void aNewerProvenSnapshotReleasesTheOlderOne() {
        List<Candidate> history = List.of(
                proven("2026-03-01T00:00:00Z", ProofLevel.IDENTICAL), proven("2026-03-02T00:00:00Z", ProofLevel.SOUND));
        assertThat(kept(keep(Period.LAST, 1), history)).containsExactly("2026-03-02T00:00:00Z");
    }

    @Test
    void aProofOfTheStoredBytesAloneDoesNotReleaseASoundOne() {
        List<Candidate> history = List.of(
                proven("2026-03-01T00:00:00Z", ProofLevel.SOUND), proven("2026-03-02T00:00:00Z", ProofLevel.STORED));
        assertThat(kept(keep(Period.LAST, 1), history)).hasSize(2);
    }

    @Test
    void writtenIsNoProof() {
        List<Candidate> history =
                List.of(proven("2026-03-01T00:00:00Z", ProofLevel.WRITTEN), at("2026-03-02T00:00:00Z"));
        assertThat(kept(keep(Period.LAST, 1), history)).containsExactly("2026-03-02T00:00:00Z");
    }

    @Test
    void eachGroupKeepsItsOwn() {
        Instant time = Instant.parse("2026-03-01T00:00:00Z");
        List<Candidate> history = List.of(
                Snapshots.of(time, "a", List.of("/x"), List.of(), null, false),
                Snapshots.of(time, "b", List.of("/x"), List.of(), null, false),
                Snapshots.of(time, "a", List.of("/y", "/x"), List.of("t"), null, false),
                Snapshots.of(time.plusSeconds(1), "a", List.of("/x", "/y"), List.of(), null, false));
        RetentionPolicy policy = keep(Period.LAST, 1);
        assertThat(groups(policy, history, "host,paths")).isEqualTo(3);
        assertThat(groups(policy, history, "host")).isEqualTo(2);
        assertThat(groups(policy, history, "paths")).isEqualTo(2);
        assertThat(groups(policy, history, "tags")).isEqualTo(2);
        assertThat(groups(policy, history, "")).isEqualTo(1);
        assertThat(SourceGroup.traits("host,colour")).isEmpty();
    }

    private static int groups(RetentionPolicy policy, List<Candidate> history, String by) {
        Plan plan = policy.plan(history, SourceGroup.traits(by).orElseThrow(), FAR, false);
        assertThat(plan.keep()).hasSameSizeAs(plan.groups());
        return plan.groups().size();
    }

    @Test
    void chosenSnapshotsGoAndOnlyThey() {
        Candidate old = proven("2026-03-01T00:00:00Z", ProofLevel.SOUND);
        Candidate young = at("2026-03-02T00:00:00Z");
        Plan plan = Plan.removing(Set.of(young.snapshot().id()), List.of(old, young), SourceGroup.DEFAULT, false);
        assertThat(plan.remove()).containsExactly(young.snapshot());
        Plan refused = Plan.removing(Set.of(old.snapshot().id()), List.of(old, young), SourceGroup.DEFAULT, false);
        assertThat(refused.remove()).isEmpty();
        assertThat(refused.refused()).hasSize(1);
        Plan forced = Plan.removing(Set.of(old.snapshot().id()), List.of(old, young), SourceGroup.DEFAULT, true);
        assertThat(forced.remove()).containsExactly(old.snapshot());
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> keep(Period.DAILY, -2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RetentionPolicy(Map.of(), Map.of(), List.of(), -1, ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tags(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
