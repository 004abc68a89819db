package holdfast.policy;

import holdfast.model.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Snapshots that are taken for copies of the same thing; a policy is applied to each group by itself. What is
/// not grouped by is empty.
public record SourceGroup(String host, List<String> paths, List<String> tags) implements Comparable<SourceGroup> {
    /// What snapshots must have in common to be in one group.
    public enum Trait {
        HOST,
        PATHS,
        TAGS
    }

    /// Grouping when nothing else is asked for.
    public static final Set<Trait> DEFAULT = Set.of(Trait.HOST, Trait.PATHS);

    public SourceGroup {
        paths = List.copyOf(paths);
        tags = List.copyOf(tags);
    }

    /// Reads `host,paths,tags` or any part of it; the empty text puts all snapshots into one group. Empty when
    /// a word is not known.
    public static Optional<Set<Trait>> traits(String text) {
        Set<Trait> traits = EnumSet.noneOf(Trait.class);
        if (text.isBlank()) {
            return Optional.of(traits);
        }
        for (String word : text.split(",", -1)) {
            switch (word.strip().toLowerCase(Locale.ROOT)) {
                case "host", "hosts" -> traits.add(Trait.HOST);
                case "paths", "path" -> traits.add(Trait.PATHS);
                case "tags", "tag" -> traits.add(Trait.TAGS);
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(traits);
    }

    /// The group a snapshot belongs to.
    public static SourceGroup of(Snapshot snapshot, Set<Trait> by) {
        return new SourceGroup(
                by.contains(Trait.HOST) ? snapshot.host() : "",
                by.contains(Trait.PATHS) ? sorted(snapshot.paths()) : List.of(),
                by.contains(Trait.TAGS) ? sorted(snapshot.tags()) : List.of());
    }

    /// The groups in order; within each the newest snapshot first, equal times by id.
    ///
    /// @throws IllegalArgumentException when an id occurs twice
    static Map<SourceGroup, List<Candidate>> divide(Iterable<Candidate> candidates, Set<Trait> by) {
        Map<SourceGroup, List<Candidate>> groups = new LinkedHashMap<>();
        Set<Object> ids = new HashSet<>();
        for (Candidate candidate : candidates) {
            if (!ids.add(candidate.snapshot().id())) {
                throw new IllegalArgumentException(
                        "snapshot given twice: " + candidate.snapshot().id());
            }
            groups.computeIfAbsent(of(candidate.snapshot(), by), _ -> new ArrayList<>())
                    .add(candidate);
        }
        return groups.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().stream().sorted(NEWEST_FIRST).toList(),
                        (_, _) -> {
                            throw new IllegalStateException("keys of a map are unique");
                        },
                        LinkedHashMap::new));
    }

    private static final Comparator<Candidate> NEWEST_FIRST = Comparator.comparing(
                    (Candidate candidate) -> candidate.snapshot().time())
            .reversed()
            .thenComparing(candidate -> candidate.snapshot().id());

    private static List<String> sorted(List<String> words) {
        return words.stream().sorted().distinct().toList();
    }

    private static int compare(List<String> left, List<String> right) {
        return Arrays.compare(left.toArray(String[]::new), right.toArray(String[]::new));
    }

    @Override
    public int compareTo(SourceGroup other) {
        return Comparator.comparing(SourceGroup::host)
                .thenComparing(SourceGroup::paths, SourceGroup::compare)
                .thenComparing(SourceGroup::tags, SourceGroup::compare)
                .compare(this, other);
    }
}
