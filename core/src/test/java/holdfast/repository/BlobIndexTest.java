package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlobIndexTest {
    private final SplittableRandom random = new SplittableRandom(42);

    private ObjectId id() {
        return new ObjectId(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    private List<PackedBlob> blobs(int count) {
        List<PackedBlob> blobs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            BlobType type = i % 5 == 0 ? BlobType.TREE : BlobType.DATA;
            blobs.add(new PackedBlob(type, id(), 100 * i, 100, i % 2 == 0 ? 0 : 16_384 + i));
        }
        return blobs;
    }

    @Test
    void everyBlobIsFoundWithItsPlaceAndNoOther() {
        BlobIndex index = new BlobIndex();
        Map<ObjectId, List<PackedBlob>> packs = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            ObjectId pack = id();
            packs.put(pack, blobs(300));
            index.add(pack, packs.get(pack));
        }
        assertThat(index.size()).isEqualTo(18_000);
        assertThat(index.size(BlobType.TREE)).isEqualTo(3_600);
        assertThat(index.size(BlobType.DATA)).isEqualTo(14_400);
        assertThat(index.packs()).containsExactlyInAnyOrderElementsOf(packs.keySet());
        packs.forEach((pack, blobs) -> {
            for (PackedBlob blob : blobs) {
                IndexEntry entry =
                        new IndexEntry(blob.type(), blob.id(), pack, blob.offset(), blob.length(), blob.plainLength());
                assertThat(index.find(blob.type(), blob.id())).isEqualTo(entry);
                assertThat(index.at(index.position(blob.type(), blob.id()))).isEqualTo(entry);
                BlobType other = blob.type() == BlobType.TREE ? BlobType.DATA : BlobType.TREE;
                assertThat(index.contains(other, blob.id())).isFalse();
            }
            assertThat(index.hasPack(pack)).isTrue();
        });
        for (int i = 0; i < 10_000; i++) {
            assertThat(index.contains(BlobType.DATA, id())).isFalse();
        }
        assertThat(index.position(BlobType.DATA, id())).isEqualTo(-1);
        assertThatThrownBy(() -> index.at(18_000)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> index.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aBlobInSeveralPacksHasAllItsPlacesAndTheSamePlaceTwiceCountsOnce() {
        BlobIndex index = new BlobIndex();
        ObjectId first = id();
        ObjectId second = id();
        PackedBlob blob = new PackedBlob(BlobType.DATA, id(), 0, 50, 0);
        PackedBlob moved = new PackedBlob(BlobType.DATA, blob.id(), 70, 50, 0);
        index.add(first, List.of(blob));
        index.add(second, List.of(moved));
        index.add(first, List.of(blob));
        index.add(first, List.of(moved));
        for (int i = 0; i < 30; i++) {
            index.add(id(), blobs(100)); // makes the table grow
        }
        assertThat(index.findAll(BlobType.DATA, blob.id()))
                .containsExactly(
                        new IndexEntry(BlobType.DATA, blob.id(), first, 0, 50, 0),
                        new IndexEntry(BlobType.DATA, blob.id(), second, 70, 50, 0),
                        new IndexEntry(BlobType.DATA, blob.id(), first, 70, 50, 0));
        assertThat(index.find(BlobType.DATA, blob.id()))
                .extracting(IndexEntry::pack)
                .isEqualTo(first);
        assertThat(index.size()).isEqualTo(3_003);
    }

    @Test
    void everyPackIsGivenOnceWithItsEntriesInOrder() {
        BlobIndex index = new BlobIndex();
        Map<ObjectId, List<PackedBlob>> packs = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            ObjectId pack = id();
            List<PackedBlob> blobs = blobs(1 + 7 * i);
            packs.put(pack, blobs);
            int half = blobs.size() / 2;
            index.add(pack, blobs.subList(half, blobs.size()));
            index.add(pack, blobs.subList(0, half));
        }
        Map<ObjectId, List<PackedBlob>> seen = new HashMap<>();
        index.forEachPack((pack, entries) -> assertThat(seen.put(
                        pack,
                        entries.stream()
                                .map(e -> new PackedBlob(e.type(), e.id(), e.offset(), e.length(), e.plainLength()))
                                .toList()))
                .isNull());
        assertThat(seen).isEqualTo(packs);
        List<IndexEntry> all = new ArrayList<>();
        index.forEach(all::add);
        assertThat(all).hasSize(index.size());
    }

    @Test
    void aMillionBlobsTakeNoMoreThan70BytesEach() {
        int count = 1_000_000;
        long before = used();
        BlobIndex index = new BlobIndex();
        for (int i = 0; i < count / 500; i++) {
            index.add(id(), blobs(500));
        }
        long bytes = used() - before;
        assertThat(index.size()).isEqualTo(count);
        assertThat(bytes / count).as("bytes per blob").isBetween(48L, 70L);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    @Test
    void aPackThatIsToGoIsReadLastAndNotReliedOn() {
        BlobIndex index = new BlobIndex();
        ObjectId going = id();
        ObjectId staying = id();
        List<PackedBlob> blobs = blobs(40);
        index.add(going, blobs);
        index.add(staying, blobs.subList(0, 20));
        index.doubt(Set.of(going, id()));
        for (int i = 0; i < blobs.size(); i++) {
            PackedBlob blob = blobs.get(i);
            boolean twice = i < 20;
            assertThat(index.contains(blob.type(), blob.id())).isEqualTo(twice);
            assertThat(index.findAll(blob.type(), blob.id()))
                    .extracting(IndexEntry::pack)
                    .isEqualTo(twice ? List.of(staying, going) : List.of(going));
            assertThat(index.find(blob.type(), blob.id()))
                    .extracting(IndexEntry::pack)
                    .isEqualTo(twice ? staying : going);
            assertThat(index.position(blob.type(), blob.id())).isLessThan(40);
        }
    }
}
