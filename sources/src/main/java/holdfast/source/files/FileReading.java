package holdfast.source.files;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.NodeReader;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.Node;
import holdfast.source.FileContent;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// One attempt to read a file. It fails at its end when the file has changed meanwhile, unless it is the last one.
final class FileReading implements FileContent {
    private final OpenDirectory directory;
    private final Node node;
    private final FileStatus expected;
    private final NodeReader nodes;
    private final boolean last;
    private boolean changed;
    private long size;

    /// @param node as it was before reading
    /// @param expected the status that `node` was made of
    /// @param last whether the content is to be stored even if the file changes
    FileReading(OpenDirectory directory, Node node, FileStatus expected, NodeReader nodes, boolean last) {
        this.directory = directory;
        this.node = node;
        this.expected = expected;
        this.nodes = nodes;
        this.last = last;
        size = node.size();
    }

    @Override
    public Cut cut() {
        return new Cut.ByContent();
    }

    @Override
    public Reading open() throws IOException {
        return new Pass(directory.read(node.name()));
    }

    /// Whether the file was written to or replaced between the look at it and the end of reading.
    boolean changed() {
        return changed;
    }

    /// Bytes read; before that, the size expected.
    long size() {
        return size;
    }

    private final class Pass implements Reading {
        private final OpenFile file;
        private final boolean sparse;
        private final long end;
        private long position;
        private long dataFrom;
        private long dataTo;

        /// Reads no further than the file reached when it was opened, lest one that grows is read for ever. A file
        /// that claims to be empty is read to its end: those of `/proc` have content nevertheless.
        Pass(OpenFile file) throws IOException {
            this.file = file;
            FileStatus opened;
            try {
                opened = file.status();
            } catch (IOException e) {
                file.close();
                throw e;
            }
            end = opened.size() == 0 ? Long.MAX_VALUE : opened.size();
            sparse = opened.allocated() < opened.size();
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            if (position >= end) {
                return -1;
            }
            int wanted = (int) Math.min(to.remaining(), end - position);
            if (sparse) {
                findData();
                if (position < dataFrom) {
                    return zeros(to, (int) Math.min(wanted, dataFrom - position));
                }
                wanted = (int) Math.min(wanted, dataTo - position);
            }
            int limit = to.limit();
            int read = file.read(to.limit(to.position() + wanted), position);
            to.limit(limit);
            position += Math.max(read, 0);
            return read;
        }

        /// Looks for the next stretch of data when the last one is used up.
        private void findData() throws IOException {
            if (position >= dataTo) {
                dataFrom = Math.min(file.nextData(position), end);
                dataTo = Math.max(Math.min(file.nextHole(dataFrom), end), dataFrom + 1);
            }
        }

        private int zeros(ByteBuffer to, int count) {
            MemorySegment.ofBuffer(to).asSlice(0, count).fill((byte) 0);
            to.position(to.position() + count);
            position += count;
            return count;
        }

        @Override
        public Node finished() throws IOException {
            FileStatus now = file.status();
            size = position;
            changed = !now.sameContent(expected);
            if (changed && !last) {
                throw new IOException("changed while it was read");
            }
            return new Node(
                    node.name(),
                    node.type(),
                    nodes.attributes(now, node.attributes().extended()),
                    position,
                    now.links(),
                    "",
                    0,
                    node.content(),
                    null);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
