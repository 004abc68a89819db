package holdfast.backup;

import holdfast.chunk.Chunker;
import holdfast.chunk.ContentChunker;
import holdfast.chunk.FixedChunker;
import holdfast.io.Parallel;
import holdfast.model.BlobType;
import holdfast.model.Node;
import holdfast.model.ObjectId;
import holdfast.model.Progress;
import holdfast.repository.BlobWriter;
import holdfast.repository.WriterOptions;
import holdfast.source.ContentException;
import holdfast.source.FileContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/// Reads the content of files, cuts it and hands the pieces to the writer. Safe for use by many
/// threads; at most [#LARGE_READERS] of them hold a large buffer at a time.
final class ContentStore {
    /// Content that fits is read in one go.
    private static final int SMALL = 512 << 10;

    private static final int LARGE_READERS = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);
    private static final int PAGES_BUFFER = 4 << 20;

    /// Of rows as text zstd makes less at level 2 than at level 3, and 1.7 times as fast: 160 MB of
    /// a shop's tables in pieces of 1 MiB become 55.2 MB at level 1 (603 MB/s), 53.4 at 2 (577),
    /// 55.5 at 3 (333), 56.4 at 4 (273). Of files and of SQLite's pages it makes 1 to 5 % more.
    private static final int ROWS_LEVEL = 2;

    /// What came of one file: its node (without content) and its blobs, on their way to the
    /// repository.
    record Stored(Node node, List<Future<ObjectId>> blobs, long bytes) {}

    private final BlobWriter writer;
    private final ContentChunker byContent;
    private final Progress progress;
    private final Semaphore large = new Semaphore(LARGE_READERS);
    private final BufferPool buffers = new BufferPool();

    ContentStore(BlobWriter writer, long chunkerSeed, Progress progress) {
        this.writer = writer;
        this.byContent = new ContentChunker(chunkerSeed);
        this.progress = progress;
    }

    /// @throws ContentException when the content could not be read
    /// @throws IOException when the repository could not be written
    Stored store(Node file, FileContent content) throws IOException {
        List<FileContent> parts = content.parts();
        return parts.isEmpty() ? storeWhole(file, content) : storeParts(file, parts);
    }

    private Stored storeParts(Node file, List<FileContent> parts) throws IOException {
        Stored[] stored = new Stored[parts.size()];
        List<Integer> numbers = IntStream.range(0, stored.length).boxed().toList();
        Parallel.each(numbers, LARGE_READERS, i -> stored[i] = storeWhole(file, parts.get(i)));
        List<Future<ObjectId>> blobs = new ArrayList<>();
        long bytes = 0;
        for (Stored part : stored) {
            blobs.addAll(part.blobs());
            bytes += part.bytes();
        }
        return new Stored(stored[stored.length - 1].node(), blobs, bytes);
    }

    private Stored storeWhole(Node file, FileContent content) throws IOException {
        try (FileContent.Reading reading = open(content)) {
            List<Future<ObjectId>> blobs = new ArrayList<>();
            long bytes = file.size() < SMALL
                    ? storeSmall(reading, content.cut(), blobs)
                    : storeLarge(reading, content.cut(), ByteBuffer.allocate(0), blobs);
            return new Stored(finish(reading), blobs, bytes);
        }
    }

    private long storeSmall(FileContent.Reading reading, FileContent.Cut cut, List<Future<ObjectId>> blobs)
            throws IOException {
        ByteBuffer buffer = buffers.take(SMALL);
        try {
            if (fill(reading, buffer)) {
                return storeLarge(reading, cut, buffer.flip(), blobs);
            }
            return cutAll(buffer, cut, true, blobs);
        } finally {
            buffers.give(buffer);
        }
    }

    /// @param begun what has been read already, ready to be read
    private long storeLarge(
            FileContent.Reading reading, FileContent.Cut cut, ByteBuffer begun, List<Future<ObjectId>> blobs)
            throws IOException {
        Chunker chunker = chunker(cut);
        large.acquireUninterruptibly();
        try {
            ByteBuffer buffer = buffers.take(Math.max(2 * chunker.maximum(), PAGES_BUFFER));
            try {
                buffer.put(begun);
                long bytes = 0;
                boolean more = true;
                while (more) {
                    more = fill(reading, buffer);
                    bytes += cutAll(buffer, cut, !more, blobs);
                }
                return bytes;
            } finally {
                buffers.give(buffer);
            }
        } finally {
            large.release();
        }
    }

    /// Cuts what the buffer holds up to its position and moves the uncut rest to its beginning.
    private long cutAll(ByteBuffer buffer, FileContent.Cut cut, boolean last, List<Future<ObjectId>> blobs)
            throws IOException {
        Chunker chunker = chunker(cut);
        int level = cut instanceof FileContent.Cut.Rows ? ROWS_LEVEL : WriterOptions.USUAL_LEVEL;
        int end = buffer.position();
        int start = 0;
        while (start < end && (last || end - start >= chunker.maximum())) {
            int length = chunker.next(buffer, start, end);
            blobs.add(writer.write(BlobType.DATA, buffer.slice(start, length), level));
            start += length;
        }
        buffer.limit(end).position(start).compact();
        return start;
    }

    /// Reads until the buffer is full; false at the end of the content.
    private boolean fill(FileContent.Reading reading, ByteBuffer buffer) throws ContentException {
        try {
            while (buffer.hasRemaining()) {
                int read = reading.read(buffer);
                if (read < 0) {
                    return false;
                }
                progress.bytes(read);
            }
            return true;
        } catch (IOException e) {
            throw new ContentException(e);
        }
    }

    private Chunker chunker(FileContent.Cut cut) {
        return switch (cut) {
            case FileContent.Cut.ByContent(), FileContent.Cut.Rows() -> byContent;
            case FileContent.Cut.Pages(int bytes) -> new FixedChunker(bytes);
        };
    }

    private static FileContent.Reading open(FileContent content) throws ContentException {
        try {
            return content.open();
        } catch (IOException e) {
            throw new ContentException(e);
        }
    }

    private static Node finish(FileContent.Reading reading) throws ContentException {
        try {
            return reading.finished();
        } catch (IOException e) {
            throw new ContentException(e);
        }
    }
}
