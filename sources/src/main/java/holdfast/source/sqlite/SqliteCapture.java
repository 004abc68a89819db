package holdfast.source.sqlite;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.NodeReader;
import holdfast.model.Node;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.FileContent;
import holdfast.source.TreeSink;
import holdfast.source.sqlite.DatabaseCheck.Findings;
import holdfast.source.sqlite.TableFingerprints.Unreadable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A staged copy of a database: handed over and checked at the same time, then removed.
final class SqliteCapture implements Capture {
    private final String location;
    private final Path real;
    private final StagingFolder staging;
    private final StagedDatabase copy;
    private final SqliteOptions options;
    private final Node node;
    private final long bytes;

    /// @param real where the live file is; the attributes it has now are those that are stored
    SqliteCapture(String location, Path real, StagingFolder staging, StagedDatabase copy, SqliteOptions options)
            throws IOException {
        this.location = location;
        this.real = real;
        this.staging = staging;
        this.copy = copy;
        this.options = options;
        this.bytes = Files.size(copy.file());
        this.node = node(real, bytes);
    }

    private static Node node(Path real, long bytes) throws IOException {
        return new NodeReader(HostFiles.system()).read(real.toString(), _ -> {}).withContent(List.of(), bytes);
    }

    @Override
    public long expectedBytes() {
        return bytes;
    }

    @Override
    public long expectedFiles() {
        return 1;
    }

    @Override
    public SourceRecord writeTo(TreeSink tree) throws IOException {
        Map<String, String> details = details();
        int pageSize = Integer.parseInt(details.getOrDefault("sqlite.page-size", "4096"));
        FileContent content = new StagedContent(new FileContent.Cut.Pages(PageChunks.bytesFor(bytes, pageSize)));
        DatabaseCheck check = new DatabaseCheck(copy.file(), options);
        try (ExecutorService beside = Executors.newSingleThreadExecutor()) {
            Future<Findings> findings = beside.submit(() -> check.run(true));
            boolean stored = false;
            try {
                tree.at(SqliteFiles.parentOf(real)).file(node, content);
                stored = true;
            } finally {
                if (!stored) {
                    check.cancel();
                }
            }
            return record(details, await(findings));
        }
    }

    private Findings await(Future<Findings> findings) throws IOException {
        try {
            return findings.get();
        } catch (InterruptedException e) {
            findings.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while checking " + location);
        } catch (ExecutionException e) {
            throw new IOException("cannot check the copy of " + location + ": " + e.getCause(), e);
        }
    }

    private Map<String, String> details() throws IOException {
        Map<String, String> details = new TreeMap<>(copy.details());
        try (FileChannel channel = FileChannel.open(copy.file(), StandardOpenOption.READ)) {
            ByteBuffer first = SqliteFiles.read(channel, 0, SqliteHeader.BYTES);
            SqliteHeader.parse(first).ifPresent(header -> details.putAll(header.details()));
        }
        return details;
    }

    private SourceRecord record(Map<String, String> details, Findings findings) {
        List<String> damage = new ArrayList<>(copy.damage());
        damage.addAll(findings.damage());
        for (Unreadable table : findings.survey().unreadable()) {
            if (table.damaged()) {
                damage.add(table.message());
            }
        }
        details.putAll(findings.details());
        return new SourceRecord(
                SourceKind.SQLITE,
                location,
                real.toString(),
                details,
                findings.survey().tables(),
                1,
                bytes,
                damage,
                List.of());
    }

    @Override
    public void close() throws IOException {
        staging.close();
    }

    private final class StagedContent implements FileContent {
        private final Cut cut;

        StagedContent(Cut cut) {
            this.cut = cut;
        }

        @Override
        public Cut cut() {
            return cut;
        }

        @Override
        public Reading open() throws IOException {
            FileChannel channel = FileChannel.open(copy.file(), StandardOpenOption.READ);
            return new Reading() {
                @Override
                public int read(ByteBuffer to) throws IOException {
                    return channel.read(to);
                }

                @Override
                public Node finished() {
                    return node;
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }
    }
}
