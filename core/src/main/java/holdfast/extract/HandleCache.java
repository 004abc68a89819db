package holdfast.extract;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Open files or directories, kept open while they are used and a little longer; the longest unused are
/// closed beyond a limit. Safe for use by many threads.
///
/// @param <H> the handle
final class HandleCache<H extends AutoCloseable> implements AutoCloseable {
    /// Opens what is asked for and not open.
    @FunctionalInterface
    interface Opener<H> {
        H open(int key) throws IOException;
    }

    private static final class Slot<H> {
        private final Object opening = new Object();
        private @Nullable H handle;
        private int users;
    }

    private final int limit;
    private final Opener<H> opener;
    private final Map<Integer, Slot<H>> slots = new LinkedHashMap<>(16, 0.75f, true);

    /// @param limit how many may be open beside those in use
    HandleCache(int limit, Opener<H> opener) {
        this.limit = limit;
        this.opener = opener;
    }

    /// The handle of `key`, to be given back with [#release].
    H acquire(int key) throws IOException {
        Slot<H> slot;
        synchronized (slots) {
            slot = slots.computeIfAbsent(key, _ -> new Slot<>());
            slot.users++;
        }
        synchronized (slot.opening) {
            H known = slot.handle;
            if (known != null) {
                return known;
            }
            try {
                H opened = opener.open(key);
                slot.handle = opened;
                return opened;
            } catch (IOException | RuntimeException e) {
                release(key);
                throw e;
            }
        }
    }

    /// Gives a handle back; it may be closed at any time from now on.
    void release(int key) throws IOException {
        Slot<H> victim = null;
        synchronized (slots) {
            Slot<H> slot = slots.get(key);
            if (slot == null || --slot.users < 0) {
                throw new IllegalStateException("not in use: " + key);
            }
            if (slots.size() > limit) {
                victim = unused();
            }
        }
        if (victim != null) {
            closeSlot(victim);
        }
    }

    private @Nullable Slot<H> unused() {
        var each = slots.entrySet().iterator();
        while (each.hasNext()) {
            Slot<H> slot = each.next().getValue();
            if (slot.users == 0) {
                each.remove();
                return slot;
            }
        }
        return null;
    }

    /// Closes the handle of `key`, which nobody uses any more.
    void drop(int key) throws IOException {
        Slot<H> slot;
        synchronized (slots) {
            slot = slots.remove(key);
        }
        if (slot != null) {
            closeSlot(slot);
        }
    }

    private static <H extends AutoCloseable> void closeSlot(Slot<H> slot) throws IOException {
        H handle = slot.handle;
        if (handle != null) {
            try {
                handle.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (slots) {
            for (Slot<H> slot : slots.values()) {
                closeSlot(slot);
            }
            slots.clear();
        }
    }
}
