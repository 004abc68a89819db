package holdfast.cli.launch;

import java.io.IOException;
import java.nio.file.Path;

/// Makes the jars of a fresh build ready for an AOT cache.
public final class Prepare {
    private Prepare() {}

    /// @param jars the class path
    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            ModernClasses.modernize(Path.of(jar));
        }
    }
}
