package holdfast.source.sqlite;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A copy that nobody else knows of: one clean database file, whose own bytes are all there is to it.
///
/// @param file where it lies
/// @param method how it was taken
/// @param logFrames frames of the write-ahead log that were laid over
/// @param damage what was found to be wrong with the source while copying
record StagedDatabase(Path file, Method method, long logFrames, List<String> damage) {
    enum Method {
        /// The file was read raw while a read transaction kept it still, and the log's frames were laid over
        /// it.
        READ_TRANSACTION("read-transaction"),
        /// SQLite's online backup, the whole database in one step.
        ONLINE_BACKUP("online-backup"),
        /// File and log or journal were copied without a lock, nothing having changed meanwhile, and SQLite
        /// recovered the copy.
        UNLOCKED_COPY("unlocked-copy");

        private final String label;

        Method(String label) {
            this.label = label;
        }
    }

    StagedDatabase {
        damage = List.copyOf(damage);
    }

    Map<String, String> details() {
        Map<String, String> details = new TreeMap<>();
        details.put("sqlite.copied-by", method.label);
        if (logFrames > 0) {
            details.put("sqlite.log-frames", Long.toString(logFrames));
        }
        return details;
    }
}
