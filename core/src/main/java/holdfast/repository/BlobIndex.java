package holdfast.repository;

import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Which blobs the repository has, and where. An entry costs 48 bytes in segments that are never copied, and 5
/// to 11 more in a table of positions with open addressing (a blob's id is a hash already). A blob that lies
/// in several packs has as many entries, the first one read being found first. Safe for use by many threads.
public final class BlobIndex {
    private static final int SEGMENT_BITS = 12;
    private static final int SEGMENT = 1 << SEGMENT_BITS;
    private static final int TREE_FLAG = 1 << 31;
    private static final int FIELDS = 4;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    /// four longs per entry: the id
    private final List<long[]> ids = new ArrayList<>();
    /// four ints per entry: pack number and type, offset, length, plain length
    private final List<int[]> places = new ArrayList<>();
    private final List<ObjectId> packs = new ArrayList<>();
    private final Map<ObjectId, Integer> packNumbers = new HashMap<>();
    /// positions plus one, 0 where free; a power of two long
    private int[] table = new int[1 << 10];
    private int size;
    private int trees;
    /// numbers of the packs that are about to go
    private final BitSet doubtful = new BitSet();

    /// An empty one.
    public BlobIndex() {}

    /// Whether the blob lies in a pack that will stay, so that it need not be stored. Whether it can be read is
    /// another question: [#find] also answers with packs that are [marked][Mark] to be removed.
    public boolean contains(BlobType type, ObjectId id) {
        lock.readLock().lock();
        try {
            int position = best(type, id);
            return position >= 0 && !doubtful.get(packNumber(position));
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Where to read the blob; in a pack that is about to go only when it lies nowhere else.
    public @Nullable IndexEntry find(BlobType type, ObjectId id) {
        lock.readLock().lock();
        try {
            int position = best(type, id);
            return position < 0 ? null : entry(position);
        } finally {
            lock.readLock().unlock();
        }
    }

    /// The first place in a pack that is not doubtful, or the first one; -1 when there is none.
    private int best(BlobType type, ObjectId id) {
        int first = -1;
        int mask = table.length - 1;
        for (int slot = start(id); table[slot] != 0; slot = (slot + 1) & mask) {
            int position = table[slot] - 1;
            if (matches(position, type, id)) {
                if (!doubtful.get(packNumber(position))) {
                    return position;
                }
                first = first < 0 ? position : first;
            }
        }
        return first;
    }

    /// Nobody shall rely on these packs. Those that are not in this index are left out.
    void doubt(Set<ObjectId> packs) {
        lock.writeLock().lock();
        try {
            for (ObjectId pack : packs) {
                Integer number = packNumbers.get(pack);
                if (number != null) {
                    doubtful.set(number);
                }
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Whether nobody shall rely on this pack.
    boolean doubts(ObjectId pack) {
        lock.readLock().lock();
        try {
            Integer number = packNumbers.get(pack);
            return number != null && doubtful.get(number);
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Every place the blob lies at, those in doubtful packs last.
    public List<IndexEntry> findAll(BlobType type, ObjectId id) {
        lock.readLock().lock();
        try {
            List<IndexEntry> all = new ArrayList<>(1);
            int mask = table.length - 1;
            for (int slot = start(id); table[slot] != 0; slot = (slot + 1) & mask) {
                if (matches(table[slot] - 1, type, id)) {
                    all.add(entry(table[slot] - 1));
                }
            }
            if (all.size() > 1 && !doubtful.isEmpty()) {
                all.sort(Comparator.comparing(entry -> doubtful.get(packNumbers.getOrDefault(entry.pack(), 0))));
            }
            return all;
        } finally {
            lock.readLock().unlock();
        }
    }

    /// The number of the blob's first entry, from 0 to [#size] - 1, which stays the same for the life of this
    /// index: lets a caller mark blobs in a bit set. -1 when there is no such blob.
    public int position(BlobType type, ObjectId id) {
        lock.readLock().lock();
        try {
            return next(type, id, start(id));
        } finally {
            lock.readLock().unlock();
        }
    }

    /// The entry at a position.
    public IndexEntry at(int position) {
        lock.readLock().lock();
        try {
            return entry(position);
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Number of entries; blobs that lie in several packs count as often.
    public int size() {
        lock.readLock().lock();
        try {
            return size;
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Number of entries of one type.
    public int size(BlobType type) {
        lock.readLock().lock();
        try {
            return type == BlobType.TREE ? trees : size - trees;
        } finally {
            lock.readLock().unlock();
        }
    }

    /// The packs that the index names.
    public List<ObjectId> packs() {
        lock.readLock().lock();
        try {
            return List.copyOf(packs);
        } finally {
            lock.readLock().unlock();
        }
    }

    public boolean hasPack(ObjectId pack) {
        lock.readLock().lock();
        try {
            return packNumbers.containsKey(pack);
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Every entry there is at the time of the call, in order of position. No lock is held while the consumer
    /// runs.
    public void forEach(Consumer<IndexEntry> each) {
        int end = size();
        for (int position = 0; position < end; position++) {
            each.accept(at(position));
        }
    }

    /// The entries of every pack, sorted by offset. Takes 4 bytes per entry for the time of the call.
    public void forEachPack(PackConsumer each) {
        int[] order;
        int[] ends;
        lock.readLock().lock();
        try {
            ends = new int[packs.size()];
            for (int position = 0; position < size; position++) {
                ends[packNumber(position)]++;
            }
            int sum = 0;
            for (int pack = 0; pack < ends.length; pack++) {
                int count = ends[pack];
                ends[pack] = sum;
                sum += count;
            }
            order = new int[size];
            for (int position = 0; position < order.length; position++) {
                order[ends[packNumber(position)]++] = position;
            }
        } finally {
            lock.readLock().unlock();
        }
        int from = 0;
        for (int pack = 0; pack < ends.length; pack++) {
            List<IndexEntry> entries = new ArrayList<>(ends[pack] - from);
            for (; from < ends[pack]; from++) {
                entries.add(at(order[from]));
            }
            entries.sort(Comparator.comparingInt(IndexEntry::offset));
            each.accept(packAt(pack), entries);
        }
    }

    /// Takes a pack with its entries.
    @FunctionalInterface
    public interface PackConsumer {
        void accept(ObjectId pack, List<IndexEntry> entries);
    }

    /// Adds what a pack holds; entries that are there already are left out.
    public void add(ObjectId pack, List<PackedBlob> blobs) {
        lock.writeLock().lock();
        try {
            int number = packNumber(pack);
            for (PackedBlob blob : blobs) {
                add(number, blob);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private int packNumber(ObjectId pack) {
        Integer known = packNumbers.get(pack);
        if (known != null) {
            return known;
        }
        packs.add(pack);
        packNumbers.put(pack, packs.size() - 1);
        return packs.size() - 1;
    }

    private void add(int pack, PackedBlob blob) {
        if (size == Integer.MAX_VALUE >> 2) {
            throw new IllegalStateException("the index holds more than half a billion blobs");
        }
        int mask = table.length - 1;
        int slot = start(blob.id());
        for (; table[slot] != 0; slot = (slot + 1) & mask) {
            int position = table[slot] - 1;
            if (matches(position, blob.type(), blob.id())
                    && packNumber(position) == pack
                    && field(position, 1) == blob.offset()) {
                return;
            }
        }
        if (size >> SEGMENT_BITS == ids.size()) {
            ids.add(new long[FIELDS * SEGMENT]);
            places.add(new int[FIELDS * SEGMENT]);
        }
        store(size, pack, blob);
        table[slot] = size + 1;
        size++;
        if (blob.type() == BlobType.TREE) {
            trees++;
        }
        if (size > table.length / 4 * 3) {
            grow();
        }
    }

    private void store(int position, int pack, PackedBlob blob) {
        int at = FIELDS * (position & (SEGMENT - 1));
        long[] id = ids.get(position >> SEGMENT_BITS);
        id[at] = blob.id().a();
        id[at + 1] = blob.id().b();
        id[at + 2] = blob.id().c();
        id[at + 3] = blob.id().d();
        int[] place = places.get(position >> SEGMENT_BITS);
        place[at] = blob.type() == BlobType.TREE ? pack | TREE_FLAG : pack;
        place[at + 1] = blob.offset();
        place[at + 2] = blob.length();
        place[at + 3] = blob.plainLength();
    }

    private void grow() {
        int slots = 2 * table.length;
        table = new int[0]; // may be collected before the new one is made
        table = new int[slots];
        for (int position = 0; position < size; position++) {
            int slot = slot(ids.get(position >> SEGMENT_BITS)[FIELDS * (position & (SEGMENT - 1))]);
            while (table[slot] != 0) {
                slot = (slot + 1) & (slots - 1);
            }
            table[slot] = position + 1;
        }
    }

    private int start(ObjectId id) {
        return slot(id.a());
    }

    private int slot(long firstOfId) {
        return (int) (firstOfId ^ firstOfId >>> 32) & (table.length - 1);
    }

    private int next(BlobType type, ObjectId id, int from) {
        int mask = table.length - 1;
        for (int slot = from; table[slot] != 0; slot = (slot + 1) & mask) {
            if (matches(table[slot] - 1, type, id)) {
                return table[slot] - 1;
            }
        }
        return -1;
    }

    private boolean matches(int position, BlobType type, ObjectId id) {
        long[] segment = ids.get(position >> SEGMENT_BITS);
        int at = FIELDS * (position & (SEGMENT - 1));
        return segment[at] == id.a()
                && segment[at + 1] == id.b()
                && segment[at + 2] == id.c()
                && segment[at + 3] == id.d()
                && field(position, 0) < 0 == (type == BlobType.TREE);
    }

    private int field(int position, int field) {
        return places.get(position >> SEGMENT_BITS)[FIELDS * (position & (SEGMENT - 1)) + field];
    }

    private int packNumber(int position) {
        return field(position, 0) & ~TREE_FLAG;
    }

    private ObjectId packAt(int number) {
        lock.readLock().lock();
        try {
            return packs.get(number);
        } finally {
            lock.readLock().unlock();
        }
    }

    private IndexEntry entry(int position) {
        if (position < 0 || position >= size) {
            throw new IndexOutOfBoundsException(position);
        }
        long[] id = ids.get(position >> SEGMENT_BITS);
        int[] place = places.get(position >> SEGMENT_BITS);
        int at = FIELDS * (position & (SEGMENT - 1));
        return new IndexEntry(
                place[at] < 0 ? BlobType.TREE : BlobType.DATA,
                new ObjectId(id[at], id[at + 1], id[at + 2], id[at + 3]),
                packs.get(place[at] & ~TREE_FLAG),
                place[at + 1],
                place[at + 2],
                place[at + 3]);
    }

    @Override
    public String toString() {
        return size() + " blobs in " + packs().size() + " packs";
    }
}
