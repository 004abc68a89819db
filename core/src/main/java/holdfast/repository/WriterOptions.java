package holdfast.repository;

import holdfast.model.Progress;

/// How blobs are written.
///
/// @param compression zstd level of data blobs, 1 to 19, or 0 for off; trees are always compressed
/// @param uploads packs stored at the same time, 1 to 64; each costs a buffer of one pack
/// @param guard called before anything is stored; throws to stop the writer: pass the lock's `check`
/// @param progress is told of the bytes stored
public record WriterOptions(int compression, int uploads, Runnable guard, Progress progress) {
    public static final int OFF = 0;

    public WriterOptions {
        if (compression < OFF || compression > 19) {
            throw new IllegalArgumentException("compression level out of range: " + compression);
        }
        if (uploads < 1 || uploads > 64) {
            throw new IllegalArgumentException("number of uploads out of range: " + uploads);
        }
    }

    /// Level 3, four uploads.
    public static WriterOptions standard(Runnable guard, Progress progress) {
        return new WriterOptions(3, 4, guard, progress);
    }

    public WriterOptions withCompression(int level) {
        return new WriterOptions(level, uploads, guard, progress);
    }
}
