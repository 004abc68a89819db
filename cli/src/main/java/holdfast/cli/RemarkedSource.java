package holdfast.cli;

import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.Source;
import holdfast.source.TreeSink;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/// A source of which more is recorded than it knows itself.
///
/// @param remarks more of its details in `holdfast.json`
record RemarkedSource(Source source, Map<String, String> remarks) implements Source {
    RemarkedSource {
        remarks = Map.copyOf(remarks);
    }

    @Override
    public SourceKind kind() {
        return source.kind();
    }

    @Override
    public String location() {
        return source.location();
    }

    @Override
    public Capture capture() throws IOException {
        Capture capture = source.capture();
        return new Capture() {
            @Override
            public long expectedBytes() {
                return capture.expectedBytes();
            }

            @Override
            public long expectedFiles() {
                return capture.expectedFiles();
            }

            @Override
            public SourceRecord writeTo(TreeSink tree) throws IOException {
                SourceRecord record = capture.writeTo(tree);
                Map<String, String> details = new TreeMap<>(record.details());
                details.putAll(remarks);
                return new SourceRecord(
                        record.kind(),
                        record.location(),
                        record.path(),
                        details,
                        record.tables(),
                        record.sequences(),
                        record.files(),
                        record.bytes(),
                        record.damage(),
                        record.failures());
            }

            @Override
            public void close() throws IOException {
                capture.close();
            }
        };
    }
}
