package holdfast.source.postgres;

import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.Source;
import holdfast.source.TreeSink;
import java.io.IOException;

/// A source that is fixed only when its turn to be read has come, and let go right after: for one of
/// many databases of a server, which are of no common instant anyway, and would together need more
/// connections and hold back more clean-up than a server has patience for.
public record LateSource(Source source) implements Source {
    @Override
    public SourceKind kind() {
        return source.kind();
    }

    @Override
    public String location() {
        return source.location();
    }

    @Override
    public Capture capture() {
        return new Capture() {
            @Override
            public long expectedBytes() {
                return 0;
            }

            @Override
            public long expectedFiles() {
                return 0;
            }

            @Override
            public SourceRecord writeTo(TreeSink tree) throws IOException {
                try (Capture now = source.capture()) {
                    return now.writeTo(tree);
                }
            }

            @Override
            public void close() {
                // done already
            }
        };
    }
}
