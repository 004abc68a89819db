package holdfast.verify;

import holdfast.storage.StoredFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/// Which packs a check reads whole.
public sealed interface DataSubset {
    /// The chosen packs, sorted by name. Pure, but for the random numbers it takes.
    ///
    /// @param packs files in `data/`
    List<StoredFile> select(List<StoredFile> packs, RandomGenerator random);

    /// None: only structure is checked.
    record None() implements DataSubset {
        @Override
        public List<StoredFile> select(List<StoredFile> packs, RandomGenerator random) {
            return List.of();
        }
    }

    /// All.
    record All() implements DataSubset {
        @Override
        public List<StoredFile> select(List<StoredFile> packs, RandomGenerator random) {
            return sorted(packs);
        }
    }

    /// One of some parts which together are all packs, by the first byte of their ids as in restic:
    /// whoever checks 1/7 on Monday and 7/7 on Sunday has read everything that was there all week.
    record Part(int number, int of) implements DataSubset {
        /// As many values as the first byte has.
        public static final int MOST = 256;

        public Part {
            if (of < 1 || of > MOST || number < 1 || number > of) {
                throw new IllegalArgumentException("no part: " + number + "/" + of);
            }
        }

        @Override
        public List<StoredFile> select(List<StoredFile> packs, RandomGenerator random) {
            return sorted(packs.stream()
                    .filter(pack -> firstByte(pack) % of == number - 1)
                    .toList());
        }

        private static int firstByte(StoredFile pack) {
            int at = pack.name().indexOf('/') + 1;
            return Integer.parseInt(pack.name(), at, at + 2, 16);
        }
    }

    /// Packs by chance, this share of their number; at least one, if there is any.
    record Percent(double percent) implements DataSubset {
        public Percent {
            if (!(percent > 0 && percent <= 100)) {
                throw new IllegalArgumentException("a percentage above 0 and up to 100: " + percent);
            }
        }

        @Override
        public List<StoredFile> select(List<StoredFile> packs, RandomGenerator random) {
            long count = Math.max(1, Math.round(packs.size() * percent / 100));
            return sorted(shuffled(packs, random).stream().limit(count).toList());
        }
    }

    /// Packs by chance, until at least this many bytes are chosen.
    record Bytes(long bytes) implements DataSubset {
        public Bytes {
            if (bytes <= 0) {
                throw new IllegalArgumentException("a number of bytes above 0: " + bytes);
            }
        }

        @Override
        public List<StoredFile> select(List<StoredFile> packs, RandomGenerator random) {
            List<StoredFile> chosen = new ArrayList<>();
            long sum = 0;
            for (StoredFile pack : shuffled(packs, random)) {
                if (sum >= bytes) {
                    break;
                }
                chosen.add(pack);
                sum += pack.bytes();
            }
            return sorted(chosen);
        }
    }

    private static List<StoredFile> sorted(List<StoredFile> packs) {
        return packs.stream().sorted(Comparator.comparing(StoredFile::name)).toList();
    }

    /// In an order that depends on the random numbers only, not on the order of the list.
    private static List<StoredFile> shuffled(List<StoredFile> packs, RandomGenerator random) {
        List<StoredFile> shuffled = new ArrayList<>(sorted(packs));
        for (int i = shuffled.size() - 1; i > 0; i--) {
            StoredFile swapped = shuffled.set(random.nextInt(i + 1), shuffled.get(i));
            shuffled.set(i, swapped);
        }
        return shuffled;
    }
}
