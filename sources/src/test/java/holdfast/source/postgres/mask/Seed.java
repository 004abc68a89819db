package holdfast.source.postgres.mask;

import java.util.Random;

/// The seed of a test that samples: printed, and given back by `-Dseed=`.
final class Seed {
    private Seed() {}

    @SuppressWarnings("SystemOut") // so that it stands in the report of a run that failed
    static Random random() {
        long seed = Long.getLong("seed", new Random().nextLong(1L << 30));
        String test = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .getCallerClass()
                .getSimpleName();
        System.out.println(test + ": -Dseed=" + seed);
        return new Random(seed);
    }
}
