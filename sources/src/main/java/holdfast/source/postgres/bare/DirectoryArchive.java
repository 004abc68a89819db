package holdfast.source.postgres.bare;

import holdfast.model.CheckResult;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import holdfast.source.postgres.archive.TocReader;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `pg_dump`'s directory format: a file for each entry with data, compressed each by itself. See
/// PostgreSQL's `pg_backup_directory.c`. Used by one thread.
record DirectoryArchive(Path folder, List<CheckResult> checks) {
    private static final List<String> ENDINGS = List.of("", ".gz", ".zst", ".lz4");

    void check() throws IOException {
        Path file = folder.resolve(TableOfContents.NAME);
        if (!Files.isRegularFile(file)) {
            throw new FileNotFoundException("there is no " + TableOfContents.NAME + " in it");
        }
        TableOfContents toc;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            toc = TocReader.read(in);
        }
        Contents contents = new Contents(toc, checks);
        for (TocEntry entry : toc.entries()) {
            if (entry.data()) {
                try {
                    contents.found(entry, data(entry, toc.file(entry)));
                } catch (IOException e) {
                    throw new IOException(EntryData.name(entry) + ": " + Compression.told(e), e);
                }
            }
        }
        contents.finish(checks);
    }

    private long data(TocEntry entry, String name) throws IOException {
        if (!entry.is(TocEntry.LARGE_OBJECTS)) {
            return read(entry, name);
        }
        // a number and the name of a file on each line; never compressed
        for (String line : Files.readAllLines(folder.resolve(name), StandardCharsets.US_ASCII)) {
            int space = line.indexOf(' ');
            String object = line.substring(space + 1);
            if (space < 0 || object.indexOf('/') >= 0) {
                throw new IOException(name + " has a line that is none: " + line);
            }
            read(entry, object);
        }
        return -1;
    }

    private long read(TocEntry entry, String name) throws IOException {
        for (String ending : ENDINGS) {
            Path file = folder.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                        InputStream in = Compression.opened(raw)) {
                    if (ending.equals(".lz4")) {
                        DumpCheck.drain(in);
                        return -1;
                    }
                    return EntryData.read(entry, in);
                }
            }
        }
        throw new FileNotFoundException("its file " + name + " is not there");
    }
}
