package holdfast.simulation;

import java.util.Random;

/// What goes wrong in one run, and how often. Each seed chooses some kinds of trouble and leaves the others out: runs
/// in which everything happens are all alike, and hide what needs quiet elsewhere.
///
/// @param local a folder of a machine, whose removals are not forced to disk; otherwise an object store
/// @param refused chance of a call to fail without effect
/// @param lost chance of a call to have its effect and to fail all the same
/// @param slow chance of a call to take long
/// @param outage chance of a call to begin a time in which no call of its process comes through
/// @param denied chance of a call to begin a time in which nothing but locks can be removed
/// @param full chance of a call to begin a time in which nothing can be stored
/// @param stale chance of a listing to show what was there a moment ago; object stores only
/// @param crash chance of a step to be the last of a process
/// @param powerLoss chance of a step to be the last before the storage's machine is switched off; local storage only
/// @param damage chance of a step to be followed by a file's being damaged behind everybody's back
record Weather(
        boolean local,
        double refused,
        double lost,
        double slow,
        double outage,
        double denied,
        double full,
        double stale,
        double crash,
        double powerLoss,
        double damage) {
    /// Nothing ever fails.
    static final Weather FAIR = new Weather(true, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    static Weather of(Random random) {
        boolean local = random.nextBoolean();
        return new Weather(
                local,
                some(random, 0.01),
                some(random, 0.01),
                some(random, 0.02),
                some(random, 0.001),
                some(random, 0.001),
                some(random, 0.001),
                local ? 0 : some(random, 0.2),
                some(random, 0.002),
                local ? some(random, 0.0007) : 0,
                random.nextInt(4) == 0 ? 0.0005 : 0);
    }

    private static double some(Random random, double most) {
        boolean chosen = random.nextInt(3) > 0;
        double chance = random.nextDouble() * most;
        return chosen ? chance : 0;
    }

    boolean damages() {
        return damage > 0;
    }
}
