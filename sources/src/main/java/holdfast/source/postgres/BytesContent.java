package holdfast.source.postgres;

import holdfast.model.Node;
import holdfast.source.FileContent;
import java.nio.ByteBuffer;

/// A small file that is in memory already.
record BytesContent(Node node, byte[] bytes) implements FileContent {
    @Override
    public Cut cut() {
        return new Cut.ByContent();
    }

    @Override
    public Reading open() {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        return new Reading() {
            @Override
            public int read(ByteBuffer to) {
                if (!left.hasRemaining()) {
                    return -1;
                }
                int length = Math.min(left.remaining(), to.remaining());
                to.put(left.slice(left.position(), length));
                left.position(left.position() + length);
                return length;
            }

            @Override
            public Node finished() {
                return node;
            }

            @Override
            public void close() {}
        };
    }
}
