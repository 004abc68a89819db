package holdfast.source.postgres;

import holdfast.model.Node;
import holdfast.source.FileContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/// Another reading, whose bytes are counted.
record CountedReading(FileContent.Reading reading, AtomicLong bytes) implements FileContent.Reading {
    @Override
    public int read(ByteBuffer to) throws IOException {
        int read = reading.read(to);
        if (read > 0) {
            bytes.addAndGet(read);
        }
        return read;
    }

    @Override
    public Node finished() throws IOException {
        return reading.finished();
    }

    @Override
    public void close() throws IOException {
        reading.close();
    }
}
