package holdfast.source.files;

import holdfast.io.posix.HostFiles;
import holdfast.model.SourceRecord;
import holdfast.source.Capture;
import holdfast.source.CollectingTreeSink;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// Stores the tree given and prints what came of it. Run in a process of its own, as another user.
final class UnprivilegedWalk {
    private UnprivilegedWalk() {}

    public static void main(String... arguments) throws IOException {
        CollectingTreeSink sink = new CollectingTreeSink();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        FilesSource source = new FilesSource(HostFiles.system(), arguments[0], FilesOptions.EVERYTHING);
        try (Capture capture = source.capture()) {
            SourceRecord stored = capture.writeTo(sink);
            sink.paths().forEach(path -> out.println("stored " + path));
            stored.failures()
                    .forEach(failure ->
                            out.println("failed " + failure.item() + ": " + failure.reason() + " " + failure.stored()));
            out.println("open " + sink.openDirectories());
        }
    }
}
