package holdfast.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// One command of one client.
///
/// @param seed of what it chooses itself
/// @param hurried whether it begins as soon as the one before has ended
record Action(int number, int client, Verb verb, long seed, boolean hurried) {
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

        /// Whether it waits for no forget and no prune, nor these for it.
        boolean isBesideOthers() {
            return this == BACKUP || this == READ || this == CHECK || this == PROVE;
        }

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

    /// In some runs the first client does nothing but back up, one backup after the other.
    static List<Action> all(Random random, int clients, int count) {
        boolean continuous = random.nextInt(3) == 0;
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int client = random.nextInt(clients);
            Verb verb = Verb.of(random);
            boolean hurried = continuous && client == 0;
            actions.add(new Action(i, client, hurried ? Verb.BACKUP : verb, random.nextLong(), hurried));
        }
        return actions;
    }

    @Override
    public String toString() {
        return number + ":" + World.CLIENTS.get(client) + " " + verb;
    }
}
