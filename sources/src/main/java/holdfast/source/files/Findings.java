package holdfast.source.files;

import holdfast.io.posix.Capability;
import holdfast.model.FileNames;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.model.SourceRecord.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/// What a walk has met. Of the failures the first thousand by path are kept, and all are counted. Safe for use by
/// many threads.
final class Findings {
    static final int FAILURES_KEPT = 1000;

    private final LongAdder files = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder excluded = new LongAdder();
    private final TreeSet<Failure> failures = new TreeSet<>(
            Comparator.comparing(Failure::item).thenComparing(Failure::reason).thenComparing(Failure::stored));
    private long failureCount;

    void stored(long size) {
        files.increment();
        bytes.add(size);
    }

    void excluded() {
        excluded.increment();
    }

    void missing(String path, IOException why) {
        failure(path, reason(why), false);
    }

    synchronized void failure(String path, String reason, boolean stored) {
        failureCount++;
        failures.add(new Failure(FileNames.display(path), reason, stored));
        if (failures.size() > FAILURES_KEPT) {
            failures.pollLast();
        }
    }

    static String reason(IOException why) {
        return switch (why) {
            case NoSuchFileException _ -> "vanished while it was read";
            case NotDirectoryException _ -> "is no longer a directory";
            case AccessDeniedException e when e.getReason() == null -> "permission denied";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> String.valueOf(why.getMessage());
        };
    }

    synchronized SourceRecord record(String root, Set<Capability> capabilities) {
        Map<String, String> details = new TreeMap<>();
        details.put("files.excluded", Long.toString(excluded.sum()));
        details.put("files.failures", Long.toString(failureCount));
        String lost = Set.of(Capability.ANY_NAME, Capability.DEEP_PATHS, Capability.ALL_EXTENDED_ATTRIBUTES).stream()
                .filter(capability -> !capabilities.contains(capability))
                .map(Capability::name)
                .sorted()
                .collect(Collectors.joining(" "));
        if (!lost.isEmpty()) {
            details.put("files.not-kept-here", lost);
        }
        return new SourceRecord(
                SourceKind.FILES,
                root,
                root,
                details,
                List.of(),
                files.sum(),
                bytes.sum(),
                List.of(),
                List.copyOf(failures));
    }
}
