package holdfast.source.postgres.bare;

import holdfast.model.CheckResult;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The checksum that stands beside a file as `FILE.sha256`, as `sha256sum` writes it.
public final class Checksum {
    private static final Pattern LINE = Pattern.compile("\\\\?([0-9a-fA-F]{64})(?:[ \\t]+\\*?(.*))?");
    private static final int BYTES_MAX = 1 << 20;

    private Checksum() {}

    /// Empty when there is none.
    public static Optional<CheckResult> of(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        Path beside = file.resolveSibling(name + ".sha256");
        if (!Files.isRegularFile(file) || !Files.isRegularFile(beside)) {
            return Optional.empty();
        }
        Optional<String> wanted = wanted(beside, name);
        if (wanted.isEmpty()) {
            return Optional.of(CheckResult.fail("checksum", beside.getFileName() + " says nothing of this file"));
        }
        return Optional.of(
                wanted.get().equals(sha256(file))
                        ? CheckResult.pass("checksum", "that of " + beside.getFileName())
                        : CheckResult.fail("checksum", "not that of " + beside.getFileName()));
    }

    private static Optional<String> wanted(Path beside, String name) throws IOException {
        String text;
        try (InputStream in = Files.newInputStream(beside)) {
            text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
        }
        for (String line : text.lines().toList()) {
            Matcher parts = LINE.matcher(line.strip());
            if (parts.matches()) {
                String of = parts.group(2) == null ? name : parts.group(2).strip();
                if (of.equals(name) || of.endsWith("/" + name)) {
                    return Optional.of(parts.group(1).toLowerCase(Locale.ROOT));
                }
            }
        }
        return Optional.empty();
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = ObjectId.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
