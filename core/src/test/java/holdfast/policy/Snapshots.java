package holdfast.policy;

import holdfast.model.ObjectId;
import holdfast.model.ProofLevel;
import holdfast.model.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Snapshots and policies as the tests of this package want them: one source, proven nowhere, unless said
/// otherwise.
final class Snapshots {
    static final Instant FAR = Instant.parse("2100-01-01T00:00:00Z");

    private Snapshots() {}

    static Candidate at(String time) {
        return of(Instant.parse(time), "app", List.of("/app.db"), List.of(), null, false);
    }

    static Candidate tagged(String time, String... tags) {
        return of(Instant.parse(time), "app", List.of("/app.db"), List.of(tags), null, false);
    }

    static Candidate proven(String time, ProofLevel level) {
        return of(Instant.parse(time), "app", List.of("/app.db"), List.of(), level, false);
    }

    static Candidate damaged(String time) {
        return of(Instant.parse(time), "app", List.of("/app.db"), List.of(), null, true);
    }

    static Candidate of(
            Instant time,
            String host,
            List<String> paths,
            List<String> tags,
            @Nullable ProofLevel proven,
            boolean bad) {
        ObjectId id = ObjectId.hash((time + host + paths + tags + proven + bad).getBytes(StandardCharsets.UTF_8));
        Snapshot snapshot =
                new Snapshot(id, time, id, paths, host, "user", 0, 0, List.of(), tags, null, null, "holdfast", null);
        return new Candidate(snapshot, proven, bad);
    }

    static RetentionPolicy keep(Period period, int count) {
        return keep(Map.of(period, count), ZoneOffset.UTC);
    }

    static RetentionPolicy keep(Map<Period, Integer> counts, ZoneId zone) {
        return new RetentionPolicy(counts, Map.of(), List.of(), 0, zone);
    }

    static RetentionPolicy keepWithin(Period period, String span, ZoneId zone) {
        return new RetentionPolicy(Map.of(), Map.of(period, Span.parse(span).orElseThrow()), List.of(), 0, zone);
    }

    /// The times of what a policy keeps of snapshots of one group, newest first.
    static List<String> kept(RetentionPolicy policy, List<Candidate> candidates) {
        return times(policy.plan(candidates, Set.of(), FAR, false));
    }

    static List<String> times(Plan plan) {
        return plan.keep().stream()
                .map(kept -> kept.candidate().snapshot().time().toString())
                .toList();
    }
}
