package holdfast.view;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.ObjectId;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdSetTest {
    @Test
    void agreesWithAnOrdinarySetWhileItGrows() {
        Random random = new Random(1);
        IdSet set = new IdSet();
        Set<ObjectId> ordinary = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            ObjectId id = new ObjectId(random.nextInt(5000), random.nextInt(2), 0, 0);
            assertThat(set.add(id)).isEqualTo(ordinary.add(id));
            assertThat(set.size()).isEqualTo(ordinary.size());
        }
        assertThat(set.add(new ObjectId(0, 0, 0, 7))).isTrue();
        assertThat(set.add(new ObjectId(0, 0, 7, 0))).isTrue();
        assertThat(set.add(new ObjectId(0, 0, 0, 7))).isFalse();
    }

    @Test
    void holdsTheIdOfZeros() {
        IdSet set = new IdSet();
        assertThat(set.add(new ObjectId(0, 0, 0, 0))).isTrue();
        assertThat(set.add(new ObjectId(0, 0, 0, 0))).isFalse();
        assertThat(set.size()).isOne();
    }
}
