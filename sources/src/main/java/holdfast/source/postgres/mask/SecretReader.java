package holdfast.source.postgres.mask;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds the secret that a profile names. Line feeds at its end do not count. Never tells
/// anything of it.
final class SecretReader {
    private static final int BYTES_LEAST = 16;
    private static final int BYTES_MOST = 4096;
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final Path folder;
    private final Function<String, @Nullable String> environment;
    private final Problems problems;

    /// @param folder what a relative `secret-file` is relative to
    SecretReader(Path folder, Function<String, @Nullable String> environment, Problems problems) {
        this.folder = folder;
        this.environment = environment;
        this.problems = problems;
    }

    /// A random one when none is named.
    Secret read(ProfileReader.Parsed profile) {
        if (!profile.secretEnv().isEmpty() && !profile.secretFile().isEmpty()) {
            problems.error(profile.place(), "both secret-env and secret-file are given", "keep one of them");
        }
        if (!profile.secretEnv().isEmpty()) {
            return ofEnvironment(profile).orElseGet(Secret::random);
        }
        if (!profile.secretFile().isEmpty()) {
            return ofFile(profile).orElseGet(Secret::random);
        }
        problems.warning(
                profile.place(),
                "no secret is named, so this run makes one up and forgets it",
                "name one by secret-file or secret-env to get the same masked values every time");
        return Secret.random();
    }

    private Optional<Secret> ofEnvironment(ProfileReader.Parsed profile) {
        String value = environment.apply(profile.secretEnv());
        String where = "the environment variable " + profile.secretEnv();
        if (value == null) {
            problems.error(profile.place(), where + " with the secret is not set", "");
            return Optional.empty();
        }
        return secret(profile, value.getBytes(StandardCharsets.UTF_8), where);
    }

    private Optional<Secret> ofFile(ProfileReader.Parsed profile) {
        Path file = folder.resolve(profile.secretFile());
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(BYTES_MOST + 1);
            if (Files.getFileStore(file).supportsFileAttributeView("posix")
                    && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                problems.warning(
                        profile.place(), "others may read or change the secret in " + file, "chmod 0600 keeps it");
            }
            return secret(profile, bytes, file.toString());
        } catch (IOException _) {
            problems.error(profile.place(), "cannot read the secret in " + file, "check its name and who may read it");
            return Optional.empty();
        }
    }

    private Optional<Secret> secret(ProfileReader.Parsed profile, byte[] bytes, String where) {
        int end = bytes.length;
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        if (end < BYTES_LEAST || end > BYTES_MOST) {
            problems.error(
                    profile.place(),
                    "the secret in " + where + " must have " + BYTES_LEAST + " to " + BYTES_MOST + " bytes",
                    "make one by: openssl rand -hex 32");
            return Optional.empty();
        }
        return Optional.of(new Secret(Arrays.copyOf(bytes, end)));
    }
}
