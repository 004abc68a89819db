package holdfast.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// One command of one client.
///
/// @param seed of what it chooses itself
record Action(int number, int client, Verb verb, long seed) {
    /// What a command does.
    enum Verb {
        BACKUP(40),
        FORGET(15),
        PRUNE(16),
        READ(8),
        CHECK(6),
        RETAG(5),
        PROVE(4),
        UNLOCK(3);

        private final int weight;

        Verb(int weight) {
            this.weight = weight;
        }

        private static Verb of(Random random) {
            int sum = 0;
            for (Verb verb : values()) {
                sum += verb.weight;
            }
            int left = random.nextInt(sum);
            for (Verb verb : values()) {
                left -= verb.weight;
                if (left < 0) {
                    return verb;
                }
            }
            throw new IllegalStateException("weights do not add up");
        }
    }

    static List<Action> all(Random random, int clients, int count) {
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            actions.add(new Action(i, random.nextInt(clients), Verb.of(random), random.nextLong()));
        }
        return actions;
    }

    @Override
    public String toString() {
        return number + ":" + World.CLIENTS.get(client) + " " + verb;
    }
}
