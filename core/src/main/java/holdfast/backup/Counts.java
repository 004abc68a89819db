package holdfast.backup;

import java.util.concurrent.atomic.LongAdder;

/// What a backup has come across so far. Safe for use by many threads.
final class Counts {
    final LongAdder filesNew = new LongAdder();
    final LongAdder filesChanged = new LongAdder();
    final LongAdder filesUnmodified = new LongAdder();
    final LongAdder dirsNew = new LongAdder();
    final LongAdder dirsChanged = new LongAdder();
    final LongAdder dirsUnmodified = new LongAdder();
    final LongAdder nodes = new LongAdder();
    final LongAdder logicalBytes = new LongAdder();
    final LongAdder readBytes = new LongAdder();

    long files() {
        return filesNew.sum() + filesChanged.sum() + filesUnmodified.sum();
    }
}
