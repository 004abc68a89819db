package holdfast.source.sqlite;

import holdfast.model.Node;
import holdfast.source.DirectorySink;
import holdfast.source.FileContent;
import holdfast.source.TreeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Takes the one file of a database and saves it, so that it can be opened.
final class SavingSink implements TreeSink {
    private final Path target;
    private final List<String> paths = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<FileContent.Cut> cuts = new ArrayList<>();

    SavingSink(Path target) {
        this.target = target;
    }

    String path() {
        return paths.getFirst();
    }

    Node node() {
        return nodes.getFirst();
    }

    FileContent.Cut cut() {
        return cuts.getFirst();
    }

    int files() {
        return nodes.size();
    }

    @Override
    public DirectorySink at(String absolutePath) {
        return new DirectorySink() {
            @Override
            public ChildDirectory directory(Node directory) {
                throw new IllegalStateException("a database has no folders: " + directory);
            }

            @Override
            public boolean file(Node file, FileContent content) throws IOException {
                paths.add(absolutePath + "/" + file.name());
                cuts.add(content.cut());
                nodes.add(save(content));
                return false;
            }

            @Override
            public void node(Node node) {
                throw new IllegalStateException("a database has no such nodes: " + node);
            }
        };
    }

    private Node save(FileContent content) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
        try (FileContent.Reading reading = content.open();
                FileChannel to = FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            while (reading.read(buffer.clear()) >= 0) {
                to.write(buffer.flip());
            }
            return reading.finished();
        }
    }
}
