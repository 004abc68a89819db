package holdfast.repository;

import holdfast.model.Progress;

/// How blobs are written.
///
/// @param compression zstd level of data blobs, 1 to 19, [#OFF], or [#AUTO]; trees are always
///     compressed
/// @param uploads packs stored at the same time, 1 to 64; each costs a buffer of one pack
/// @param guard called before anything is stored; throws to stop the writer: pass the lock's
///     `check`
/// @param progress is told of the bytes stored
/// @param readBack whether each pack is read again, blob by blob, before the index names it
public record WriterOptions(int compression, int uploads, Runnable guard, Progress progress, boolean readBack) {
    public static final int OFF = 0;
    /// What suits the content, as whoever writes it knows.
    public static final int AUTO = -1;
    /// Suits most content: small for its time.
    public static final int USUAL_LEVEL = 3;

    public WriterOptions {
        if (compression < AUTO || compression > 19) {
            throw new IllegalArgumentException("compression level out of range: " + compression);
        }
        if (uploads < 1 || uploads > 64) {
            throw new IllegalArgumentException("number of uploads out of range: " + uploads);
        }
    }

    /// Levels that suit the content, four uploads.
    public static WriterOptions standard(Runnable guard, Progress progress) {
        return new WriterOptions(AUTO, 4, guard, progress, false);
    }

    public WriterOptions withCompression(int level) {
        return new WriterOptions(level, uploads, guard, progress, readBack);
    }

    public WriterOptions withReadBack(boolean wanted) {
        return new WriterOptions(compression, uploads, guard, progress, wanted);
    }
}
