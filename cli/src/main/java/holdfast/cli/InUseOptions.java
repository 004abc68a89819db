package holdfast.cli;

import holdfast.source.sqlite.SqliteSwap.WhenInUse;
import java.time.Duration;
import picocli.CommandLine.Option;

/// The options that say what happens to a database that somebody has open.
final class InUseOptions {
    @Option(
            names = "--busy-timeout",
            paramLabel = "TIME",
            description = "How long to wait for whoever locks a database. Default: 30s")
    Duration busyTimeout = Duration.ofSeconds(30);

    @Option(
            names = "--overwrite-in-place",
            description = "If programs have the database open, write the restored content into the live file"
                    + " instead of refusing")
    boolean overwriteInPlace;

    Operations.InUse read() {
        return new Operations.InUse(busyTimeout, overwriteInPlace ? WhenInUse.OVERWRITE_IN_PLACE : WhenInUse.REFUSE);
    }
}
