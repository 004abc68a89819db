package holdfast.verify;

import holdfast.model.BlobType;
import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.repository.BlobIndex;
import holdfast.repository.IndexEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Collects what a check finds, one finding for each subject, and which blobs are lost by it. Bounded:
/// beyond the limits findings are only counted and blobs not remembered. Safe for use by many threads.
final class Findings {
    static final int FINDINGS_MAX = 1000;
    static final int PLACES_MAX = 10;
    private static final int BLOBS_MAX = 200_000;
    private static final int PROBLEMS_MAX = 4;
    private static final String DAMAGED = " is damaged: ";
    private static final Pattern FILE = Pattern.compile("[a-z]+/[0-9a-f]{64}");

    private record Blob(BlobType type, ObjectId id) {}

    private final Map<String, Draft> drafts = new LinkedHashMap<>();
    private final Map<IndexEntry, Draft> damagedCopies = new HashMap<>();
    private final Map<Blob, Draft> lost = new HashMap<>();
    private long errors;
    private long warnings;

    Draft error(String subject, String problem) {
        return add(Finding.Severity.ERROR, subject, problem);
    }

    Draft warning(String subject, String problem) {
        return add(Finding.Severity.WARNING, subject, problem);
    }

    /// A file of the repository that cannot be read, named in the message.
    Draft error(HoldfastException.Damaged why) {
        String message = String.valueOf(why.getMessage());
        Matcher file = FILE.matcher(message);
        if (!file.find()) {
            return error("repository", message);
        }
        int at = message.indexOf(DAMAGED);
        return error(file.group(), at < 0 ? message : message.substring(at + DAMAGED.length()));
    }

    synchronized Draft add(Finding.Severity severity, String subject, String problem) {
        Draft draft = drafts.get(subject);
        if (draft == null) {
            draft = new Draft(subject, severity);
            if (count(severity) <= FINDINGS_MAX) {
                drafts.put(subject, draft);
            }
        } else if (severity == Finding.Severity.ERROR) {
            raise(draft);
        }
        draft.add(problem);
        return draft;
    }

    private void raise(Draft draft) {
        if (draft.severity == Finding.Severity.WARNING) {
            draft.severity = Finding.Severity.ERROR;
            warnings--;
            errors++;
        }
    }

    private long count(Finding.Severity severity) {
        return switch (severity) {
            case ERROR -> ++errors;
            case WARNING -> ++warnings;
        };
    }

    /// One copy of a blob is missing or wrong; there may be others.
    synchronized void damagedCopy(IndexEntry copy, Draft because) {
        if (damagedCopies.size() < BLOBS_MAX) {
            damagedCopies.putIfAbsent(copy, because);
        }
    }

    synchronized void damagedCopies(Collection<IndexEntry> copies, Draft because) {
        copies.forEach(copy -> damagedCopy(copy, because));
    }

    synchronized boolean isDamaged(IndexEntry copy) {
        return damagedCopies.containsKey(copy);
    }

    /// There is no copy of a blob, or what there is cannot be used.
    synchronized void lost(BlobType type, ObjectId id, Draft because) {
        if (lost.size() < BLOBS_MAX) {
            lost.putIfAbsent(new Blob(type, id), because);
        }
    }

    /// Counts as lost every blob of which all copies are damaged.
    synchronized void settle(BlobIndex index) {
        damagedCopies.forEach((copy, because) -> {
            if (damagedCopies.keySet().containsAll(index.findAll(copy.type(), copy.id()))) {
                lost(copy.type(), copy.id(), because);
            }
        });
    }

    synchronized boolean anyLost() {
        return !lost.isEmpty();
    }

    /// The finding a lost blob belongs to; null when it is not lost.
    synchronized @Nullable Draft because(BlobType type, ObjectId id) {
        return lost.get(new Blob(type, id));
    }

    /// Whether places are of interest no more, each finding having as many as it may have.
    synchronized boolean full() {
        return lost.values().stream().allMatch(draft -> draft.more);
    }

    /// Where a snapshot suffers: whatever it comes from is an error then.
    synchronized void place(Draft draft, ObjectId snapshot, String path) {
        raise(draft);
        Finding.Place place = new Finding.Place(snapshot, path);
        if (!draft.places.isEmpty() && draft.places.getLast().equals(place)) {
            return;
        }
        if (draft.places.size() < PLACES_MAX) {
            draft.places.add(place);
        } else {
            draft.more = true;
        }
    }

    synchronized CheckReport report(CheckReport.Counts counts) {
        List<Finding> findings = drafts.values().stream()
                .map(Draft::finish)
                .sorted(Comparator.comparing(Finding::severity))
                .toList();
        return new CheckReport(findings, errors, warnings, counts);
    }

    /// A finding while it grows.
    static final class Draft {
        private final String subject;
        private final List<String> problems = new ArrayList<>();
        private final List<Finding.Place> places = new ArrayList<>();
        private Finding.Severity severity;
        private int problemCount;
        private boolean more;

        private Draft(String subject, Finding.Severity severity) {
            this.subject = subject;
            this.severity = severity;
        }

        private void add(String problem) {
            if (!problems.contains(problem)) {
                problemCount++;
                if (problems.size() < PROBLEMS_MAX) {
                    problems.add(problem);
                }
            }
        }

        private Finding finish() {
            String text = String.join("; ", problems);
            int left = problemCount - problems.size();
            return new Finding(severity, subject, left == 0 ? text : text + "; and " + left + " more", places, more);
        }
    }
}
