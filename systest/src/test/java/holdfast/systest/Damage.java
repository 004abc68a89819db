package holdfast.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;

/// What happens to a file on a disk that fails, is full, or was tidied up by somebody.
enum Damage {
    /// One bit in the first three quarters, which in a pack is before the header.
    FLIPPED {
        @Override
        void apply(Path file, Path other, Random random) throws IOException {
            byte[] content = Files.readAllBytes(file);
            content[random.nextInt(content.length * 3 / 4)] ^= (byte) (1 << random.nextInt(8));
            overwrite(file, content);
        }
    },
    HALVED {
        @Override
        void apply(Path file, Path other, Random random) throws IOException {
            byte[] content = Files.readAllBytes(file);
            overwrite(file, Arrays.copyOf(content, content.length / 2));
        }
    },
    EMPTIED {
        @Override
        void apply(Path file, Path other, Random random) throws IOException {
            overwrite(file, new byte[0]);
        }
    },
    MISSING {
        @Override
        void apply(Path file, Path other, Random random) throws IOException {
            Files.delete(file);
        }
    },
    /// With another file of its kind.
    SWAPPED {
        @Override
        void apply(Path file, Path other, Random random) throws IOException {
            byte[] content = Files.readAllBytes(file);
            overwrite(file, Files.readAllBytes(other));
            overwrite(other, content);
        }
    };

    /// @param other for a swap
    abstract void apply(Path file, Path other, Random random) throws IOException;

    private static void overwrite(Path file, byte[] content) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.write(file, content);
    }
}
