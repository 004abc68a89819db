package holdfast.prune;

/// How much unused space a prune may leave behind inside packs that are partly used, so that it need
/// not write them all anew.
public sealed interface MaxUnused {
    /// restic's default.
    MaxUnused DEFAULT = new Percent(5);

    /// Bytes that may stay unused beside this many used ones.
    long limit(long usedBytes);

    /// A share of the whole, used and unused together; from 0 to below 100.
    record Percent(double percent) implements MaxUnused {
        public Percent {
            if (!(percent >= 0 && percent < 100)) {
                throw new IllegalArgumentException("a percentage from 0 to below 100: " + percent);
            }
        }

        @Override
        public long limit(long usedBytes) {
            return (long) (usedBytes * (percent / (100 - percent)));
        }
    }

    /// A fixed number of bytes.
    record Bytes(long bytes) implements MaxUnused {
        public Bytes {
            if (bytes < 0) {
                throw new IllegalArgumentException("negative number of bytes: " + bytes);
            }
        }

        @Override
        public long limit(long usedBytes) {
            return bytes;
        }
    }

    /// Any amount: only packs without any use go.
    record Unlimited() implements MaxUnused {
        @Override
        public long limit(long usedBytes) {
            return Long.MAX_VALUE;
        }
    }
}
