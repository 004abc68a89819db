package holdfast.source.postgres.restore;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Names beside that of a live database or schema, made of it and of the time of a restore. Pure.
final class DatabaseNames {
    private static final int NAME_BYTES = 63;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private static final String RESTORING = "_restoring_";
    private static final String CHECKING = "_checking_mask_";
    private static final String RENAMING = "_renaming_schema_";
    private static final String KEPT = "_before_restore_";
    private static final String UNDONE = "_undone_";
    private static final Pattern OF_A_RESTORE = Pattern.compile(
            "(" + RESTORING + "|" + CHECKING + "|" + RENAMING + "|" + KEPT + "|" + UNDONE + ")(\\d{14}(?:_\\d+)?)$");

    private DatabaseNames() {}

    /// Of the database that is filled and checked first.
    ///
    /// @param taken names that the server has, as for every name here
    static String scratch(String live, Instant now, Set<String> taken) {
        return free(live, RESTORING + STAMP.format(now), taken);
    }

    /// Under which the old one is found afterwards.
    static String kept(String live, Instant now, Set<String> taken) {
        return free(live, KEPT + STAMP.format(now), taken);
    }

    /// Of a database that is made only to look at a schema.
    static String trial(String live, Instant now, Set<String> taken) {
        return free(live, CHECKING + STAMP.format(now), taken);
    }

    /// Of a database that is made only to give schemas another name.
    static String renaming(String live, Instant now, Set<String> taken) {
        return free(live, RENAMING + STAMP.format(now), taken);
    }

    /// Under which the restored one is found when the restore was taken back.
    ///
    /// @param kept of that restore; nothing when it is none
    static Optional<String> undone(String live, String kept) {
        Matcher matcher = OF_A_RESTORE.matcher(kept);
        return matcher.find() && matcher.group(1).equals(KEPT)
                ? Optional.of(named(live, UNDONE + matcher.group(2)))
                : Optional.empty();
    }

    /// Of a schema that was restored and is not right, until it is dropped.
    static String failed(String schema) {
        return named(schema, "_not_right_");
    }

    /// Whether a name is that of what a restore has kept.
    static boolean isKept(String name) {
        Matcher matcher = OF_A_RESTORE.matcher(name);
        return matcher.find() && matcher.group(1).equals(KEPT);
    }

    /// Whether a name is that of a scratch database or trial for this one.
    static boolean isScratch(String live, String name) {
        Matcher matcher = OF_A_RESTORE.matcher(name);
        return matcher.find()
                && Set.of(RESTORING, CHECKING, RENAMING).contains(matcher.group(1))
                && name.equals(named(live, matcher.group()));
    }

    /// The first that nobody has: two restores may begin in one second.
    private static String free(String begin, String end, Set<String> taken) {
        String name = named(begin, end);
        for (int i = 2; taken.contains(name); i++) {
            name = named(begin, end + "_" + i);
        }
        return name;
    }

    /// Names are cut at so many bytes by the server.
    private static String named(String begin, String end) {
        String name = begin;
        while ((name + end).getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
            name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
        }
        return name + end;
    }
}
