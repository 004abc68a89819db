package holdfast.model;

import java.util.concurrent.atomic.LongAdder;

/// How far a long piece of work has come. Written by many threads, read by whoever shows it; the figures are
/// monotonic but not a consistent cut.
public final class Progress {
    private final LongAdder totalBytes = new LongAdder();
    private final LongAdder doneBytes = new LongAdder();
    private final LongAdder storedBytes = new LongAdder();
    private final LongAdder totalItems = new LongAdder();
    private final LongAdder doneItems = new LongAdder();
    private volatile String step = "";
    private volatile String item = "";

    /// Work that is now known to lie ahead, in logical bytes and in files (or tables, packs …).
    public void expect(long bytes, long items) {
        totalBytes.add(bytes);
        totalItems.add(items);
    }

    public void bytes(long done) {
        doneBytes.add(done);
    }

    public void items(long done) {
        doneItems.add(done);
    }

    /// Bytes that went to, or were taken from, the storage.
    public void stored(long bytes) {
        storedBytes.add(bytes);
    }

    /// The phase, in a word or two: `reading`, `proving`.
    public void step(String now) {
        step = now;
    }

    /// What is being worked on, for instance a path.
    public void item(String now) {
        item = now;
    }

    /// 0 while unknown.
    public long totalBytes() {
        return totalBytes.sum();
    }

    public long doneBytes() {
        return doneBytes.sum();
    }

    public long storedBytes() {
        return storedBytes.sum();
    }

    public long totalItems() {
        return totalItems.sum();
    }

    public long doneItems() {
        return doneItems.sum();
    }

    public String step() {
        return step;
    }

    public String item() {
        return item;
    }
}
