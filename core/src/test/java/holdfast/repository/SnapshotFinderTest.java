package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFinderTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final List<Snapshot> SNAPSHOTS = List.of(
            snapshot("aaaa1", "2026-02-28T23:30:00Z", "web", "/srv", "nightly"),
            snapshot("aaaa2", "2026-03-01T10:00:00Z", "web", "/srv", "before-migration"),
            snapshot("bbbb3", "2026-03-01T10:00:30.5Z", "db", "/var", ""),
            snapshot("cccc4", "2026-03-02T01:00:00Z", "web", "/srv", "nightly"));

    private static Snapshot snapshot(String prefix, String time, String host, String path, String tag) {
        return new Snapshot(
                ObjectId.parse(prefix + "0".repeat(64 - prefix.length())),
                Instant.parse(time),
                new ObjectId(1, 2, 3, 4),
                List.of(path),
                host,
                "ann",
                0,
                0,
                List.of(),
                tag.isEmpty() ? List.of() : List.of(tag),
                null,
                null,
                "",
                null);
    }

    private static String find(String wanted, SnapshotFilter filter, ZoneId zone) {
        return new SnapshotFinder(SNAPSHOTS, filter, zone)
                .find(wanted)
                .id()
                .hex()
                .substring(0, 5);
    }

    @Test
    void whatARestoreHasReplacedIsMeantOnlyByItsNameOrTag() {
        List<Snapshot> snapshots = new ArrayList<>(SNAPSHOTS);
        snapshots.add(snapshot("dddd5", "2026-03-02T02:00:00Z", "web", "/srv", Snapshot.BEFORE_RESTORE));
        SnapshotFinder all = new SnapshotFinder(snapshots, SnapshotFilter.ALL, BERLIN);
        assertThat(all.find("latest").id().hex()).startsWith("cccc4");
        assertThat(all.find("2026-03-03").id().hex()).startsWith("cccc4");
        assertThat(all.find("dddd").id().hex()).startsWith("dddd5");
        SnapshotFilter tagged = new SnapshotFilter(List.of(), List.of(List.of(Snapshot.BEFORE_RESTORE)), List.of());
        assertThat(new SnapshotFinder(snapshots, tagged, BERLIN)
                        .find("latest")
                        .id()
                        .hex())
                .startsWith("dddd5");
        assertThatThrownBy(() -> new SnapshotFinder(snapshots.subList(4, 5), SnapshotFilter.ALL, BERLIN).find("latest"))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("safety snapshots, tag before-restore");
    }

    @ParameterizedTest
    @CsvSource({
        "latest, cccc4",
        "LATEST, cccc4",
        "aaaa1, aaaa1",
        "AAAA1, aaaa1",
        "b, bbbb3",
        "2026-03-01T10:00, bbbb3",
        "2026-03-01T10:00:00, aaaa2",
        "2026-03-01T10:00:30, bbbb3",
        "2026-03-01T10:00:30.4, aaaa2",
        "2026-03-01T10:00:30.5, bbbb3",
        "2026-03-01 10:00:00, aaaa2",
        "2026-03-01t10:00:00z, aaaa2",
        "2026-03-01T11:00:00+01:00, aaaa2",
        "2026-03-01T11:00:00+0100, aaaa2",
        "2026-03-01T11:00+01, bbbb3",
        "2026-03-01T09:59:59Z, aaaa1",
        "2026-03-01, bbbb3",
        "2026-02-28, aaaa1",
        "2030-01-01, cccc4",
    })
    void peopleNameSnapshotsInManyWays(String wanted, String found) {
        assertThat(find(wanted, SnapshotFilter.ALL, ZoneOffset.UTC)).isEqualTo(found);
    }

    @Test
    void timesWithoutAnOffsetAreThoseOfTheZone() {
        assertThat(find("2026-03-01T11:00:00", SnapshotFilter.ALL, BERLIN)).isEqualTo("aaaa2");
        assertThat(find("2026-03-01T10:59:59", SnapshotFilter.ALL, BERLIN)).isEqualTo("aaaa1");
        assertThat(find("2026-03-01T10:00:00Z", SnapshotFilter.ALL, BERLIN)).isEqualTo("aaaa2");
        assertThat(find("2026-03-01", SnapshotFilter.ALL, ZoneId.of("America/New_York")))
                .as("the 2nd at 01:00 in UTC is still the 1st in New York")
                .isEqualTo("cccc4");
    }

    @Test
    void theFilterAppliesToLatestAndTimes() {
        SnapshotFilter db = new SnapshotFilter(List.of("db"), List.of(), List.of());
        assertThat(find("latest", db, ZoneOffset.UTC)).isEqualTo("bbbb3");
        assertThat(find("aaaa1", db, ZoneOffset.UTC)).isEqualTo("aaaa1");
        SnapshotFilter tagged =
                new SnapshotFilter(List.of(), List.of(List.of("before-migration"), List.of("x", "y")), List.of("/srv"));
        assertThat(find("latest", tagged, ZoneOffset.UTC)).isEqualTo("aaaa2");
        SnapshotFilter untagged = new SnapshotFilter(List.of(), List.of(List.of("")), List.of());
        assertThat(find("latest", untagged, ZoneOffset.UTC)).isEqualTo("bbbb3");
        SnapshotFilter both = new SnapshotFilter(List.of("web"), List.of(), List.of("/var"));
        assertThatThrownBy(() -> find("latest", both, ZoneOffset.UTC))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("host web")
                .hasMessageContaining("/var");
    }

    @Test
    void whatIsAmbiguousListsWhatFits() {
        assertThatThrownBy(() -> find("aaaa", SnapshotFilter.ALL, ZoneOffset.UTC))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("aaaa1000 (2026-02-28 23:30:00), aaaa2000 (2026-03-01 10:00:00)");
    }

    @Test
    void whatIsUnknownNamesWhatIsNear() {
        assertThatThrownBy(() -> find("bbcc", SnapshotFilter.ALL, ZoneOffset.UTC))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("near are bbbb3000");
        assertThatThrownBy(() -> find("2026-02-28T23:29:59Z", SnapshotFilter.ALL, ZoneOffset.UTC))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("the oldest is aaaa1000");
        assertThatThrownBy(() -> new SnapshotFinder(List.of(), SnapshotFilter.ALL, BERLIN).find("latest"))
                .isInstanceOf(HoldfastException.PreCheckFailed.class);
        assertThatThrownBy(() -> new SnapshotFinder(List.of(), SnapshotFilter.ALL, BERLIN).find("ab"))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("no snapshots");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "newest",
                "2026-13-01",
                "2026-03-01T",
                "2026-03-01T25:00",
                "2026-03-01T10",
                "xyz",
                "../a",
                "2026-02-30T10:00"
            })
    void whatNamesNothingIsExplained(String wanted) {
        assertThatThrownBy(() -> find(wanted, SnapshotFilter.ALL, ZoneOffset.UTC))
                .isInstanceOf(HoldfastException.BadUsage.class);
    }
}
