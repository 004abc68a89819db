package holdfast.policy;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.ProofLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Goal: nobody changes what is kept of a long history without noticing.
/// Method: two years of snapshots, decided by the policies people use, compared with the plans on file.
/// `-Dgolden=write` writes them anew; read the difference before committing it.
final class RetentionGoldenTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Path GOLDEN = Path.of("src/test/resources/holdfast/policy");

    @Test
    void daysAsTheEnvironmentAloneGivesThem() throws IOException {
        compare("days-30", RetentionPolicy.ofDays(30, ZONE));
    }

    @Test
    void sevenDaysFourWeeksTwelveMonths() throws IOException {
        compare("tiers", policy(Map.of(Period.DAILY, 7, Period.WEEKLY, 4, Period.MONTHLY, 12), Map.of()));
    }

    @Test
    void everyPeriodAtOnce() throws IOException {
        compare(
                "every-period",
                policy(
                        Map.of(
                                Period.LAST, 3,
                                Period.HOURLY, 5,
                                Period.DAILY, 5,
                                Period.WEEKLY, 5,
                                Period.MONTHLY, 5,
                                Period.YEARLY, -1),
                        Map.of()));
    }

    @Test
    void spansOfEveryKind() throws IOException {
        compare(
                "spans",
                policy(
                        Map.of(),
                        Map.of(
                                Period.LAST, span("12h"),
                                Period.HOURLY, span("1d"),
                                Period.DAILY, span("7d"),
                                Period.WEEKLY, span("1m"),
                                Period.MONTHLY, span("1y"),
                                Period.YEARLY, span("75y"))));
    }

    private static Span span(String text) {
        return Span.parse(text).orElseThrow();
    }

    private static RetentionPolicy policy(Map<Period, Integer> counts, Map<Period, Span> within) {
        return new RetentionPolicy(counts, within, List.of(List.of("release")), 2, ZONE);
    }

    private static void compare(String name, RetentionPolicy policy) throws IOException {
        String actual =
                render(policy.plan(history(), SourceGroup.DEFAULT, Instant.parse("2026-04-01T00:00:00Z"), false));
        Path file = GOLDEN.resolve(name + ".txt");
        if (System.getProperty("golden", "").equals("write")) {
            Files.writeString(file, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(file));
    }

    /// Every 7 hours, so that days have three or four; every tenth damaged, every fifteenth proven, three
    /// releases.
    private static List<Candidate> history() {
        List<Candidate> history = new ArrayList<>();
        Instant time = Instant.parse("2024-03-30T20:30:00Z");
        for (int i = 0; time.isBefore(Instant.parse("2026-04-02T00:00:00Z")); i++) {
            history.add(Snapshots.of(
                    time,
                    "app",
                    List.of("/srv/app.db"),
                    i % 1000 == 500 ? List.of("release") : List.of(),
                    i % 15 == 3 ? ProofLevel.SOUND : null,
                    i % 10 == 7));
            time = time.plus(Duration.ofHours(7));
        }
        return history;
    }

    private static String render(Plan plan) {
        StringBuilder text = new StringBuilder();
        for (Plan.Group group : plan.groups()) {
            text.append(group.source().host()).append(' ').append(group.source().paths());
            text.append(": keep ").append(group.keep().size());
            text.append(", remove ").append(group.remove().size()).append('\n');
            for (Plan.Kept kept : group.keep()) {
                Candidate candidate = kept.candidate();
                text.append(candidate.snapshot().time().atZone(ZONE).toLocalDateTime());
                text.append(candidate.damaged() ? " damaged" : "");
                text.append(candidate.proven() == null ? "" : " proven").append(": ");
                text.append(kept.reasons().stream().map(Reason::text).collect(Collectors.joining(", ")));
                text.append('\n');
            }
        }
        return text.toString();
    }
}
