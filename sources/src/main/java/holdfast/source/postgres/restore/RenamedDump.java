package holdfast.source.postgres.restore;

import holdfast.source.postgres.archive.ArchiveFiles;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A dump whose definitions a server has worded anew, with the rows of the one that was backed up.
///
/// @param files those of the backup, by the names that the new table of contents gives them
/// @param entries what is restored, in its order
record RenamedDump(ArchiveFiles files, TableOfContents toc, List<TocEntry> entries) {
    private static final String REFRESH = "MATERIALIZED VIEW DATA";
    private static final String DROP = "DROP ";

    /// What an entry is about. Arguments of a function are worded with the names of schemas, which
    /// differ.
    private record Key(String kind, String schema, String tag) {
        static Key of(TocEntry entry) {
            String kind = text(entry.description());
            String tag = text(entry.tag());
            if (tag.startsWith("SCHEMA ") && text(entry.namespace()).isEmpty()) {
                tag = "SCHEMA " + SchemaNames.unquoted(tag.substring("SCHEMA ".length()));
            }
            boolean signed = SIGNED.contains(kind) || SIGNED.stream().anyMatch((tag + " ")::startsWith);
            int arguments = signed ? tag.indexOf('(') : -1;
            return new Key(kind, text(entry.namespace()), arguments < 0 ? tag : tag.substring(0, arguments));
        }
    }

    private static final List<String> SIGNED = List.of("FUNCTION", "PROCEDURE", "AGGREGATE", "OPERATOR");

    /// @param was the backup's, for its files
    /// @param planned entries of the backup, by their new names
    /// @param made what the server describes
    /// @throws IOException when it does not describe what was planned
    static RenamedDump of(
            ArchiveFiles files, TableOfContents was, List<TocEntry> planned, TableOfContents made, SchemaNames renamed)
            throws IOException {
        Map<Key, List<TocEntry>> there = new HashMap<>();
        made.entries()
                .forEach(entry -> there.computeIfAbsent(Key.of(entry), _ -> new ArrayList<>())
                        .add(entry));
        Map<String, String> names = new HashMap<>();
        List<TocEntry> entries = new ArrayList<>();
        for (TocEntry entry : planned) {
            List<TocEntry> found = there.getOrDefault(Key.of(entry), List.of());
            Optional<TocEntry> view = entry.is(REFRESH) ? view(made, entry) : Optional.empty();
            if (view.isPresent()) {
                entries.add(refresh(entry, view.get()));
            } else if (!found.isEmpty()) {
                TocEntry anew = found.removeFirst();
                if (entry.is(TocEntry.TABLE_DATA)) {
                    names.put(made.file(anew), was.file(entry));
                    anew = anew.withCopyStatement(text(entry.copyStatement()));
                }
                entries.add(anew);
            } else if (!text(entry.description()).contains("ACL")) {
                // rights that say no more than the new owner has anyway are not worth a statement
                throw new IOException("the server does not know " + entry.description() + " " + Loading.name(entry)
                        + " after the renaming");
            }
        }
        for (String schema : renamed.names().values()) {
            // the one that every database begins with is made by no entry of a dump
            if (entries.stream().noneMatch(entry -> entry.is("SCHEMA") && schema.equals(entry.tag()))) {
                entries.addAll(0, there.getOrDefault(new Key("SCHEMA", "", schema), List.of()));
            }
        }
        return new RenamedDump(new Files(files, names), made, entries);
    }

    private static Optional<TocEntry> view(TableOfContents made, TocEntry refresh) {
        return made.entries().stream()
                .filter(entry ->
                        entry.is("MATERIALIZED VIEW") && Loading.name(entry).equals(Loading.name(refresh)))
                .findFirst();
    }

    /// The view is not filled where it is only looked at.
    private static TocEntry refresh(TocEntry planned, TocEntry view) {
        String drop = text(view.dropStatement());
        return planned.withDefinition("REFRESH " + drop.substring(drop.startsWith(DROP) ? DROP.length() : 0))
                .withDependencies(List.of());
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }

    private record Files(ArchiveFiles files, Map<String, String> names) implements ArchiveFiles {
        @Override
        public Optional<Long> size(String name) throws IOException {
            return files.size(names.getOrDefault(name, name));
        }

        @Override
        public int blobs(String name) throws IOException {
            return files.blobs(names.getOrDefault(name, name));
        }

        @Override
        public InputStream open(String name, long offset) throws IOException {
            return files.open(names.getOrDefault(name, name), offset);
        }
    }
}
