package holdfast.repository;

/// What one thing of the repository may take of this process's heap, in bytes. Lengths stand in files that anybody
/// may have written, and a few bytes of zstd become gigabytes: what is too large is refused by its name before room
/// is made for it, instead of ending the process. What an honest backup makes is far below, unless a folder has
/// hundreds of thousands of entries.
final class HeapShare {
    private static final long HEAP = Runtime.getRuntime().maxMemory();

    /// The plain bytes of a blob, and besides what is made of them.
    static final long BLOB_MAX = HEAP / 5 * 2;

    /// One JSON document, when it is no longer compressed.
    static final long DOCUMENT_MAX = HEAP / 8;

    /// What is larger is opened by one thread at a time.
    static final long DOCUMENT_ALONE = HEAP / 32;

    /// The same for trees, of which entries of a dozen bytes make objects of hundreds.
    static final long TREE_ALONE = HEAP / 256;

    private HeapShare() {}

    static String ofHeap() {
        return "the memory of this process, " + (HEAP >> 20) + " MiB";
    }
}
