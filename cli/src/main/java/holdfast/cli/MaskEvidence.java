package holdfast.cli;

import holdfast.cli.console.JsonText;
import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/// What proves to others that a copy was masked: by which rules, what was looked for in the result
/// and what was found. Holds no value of any row.
///
/// @param file that is written
/// @param profile the file that says how
record MaskEvidence(Path file, Path profile) {
    /// @param profileSha256 of the file with the profile, as it was when the restore ended
    record Document(
            String messageType,
            String restoreId,
            String snapshotId,
            Instant startedAt,
            Instant endedAt,
            String profileFile,
            String profileSha256,
            List<DatabaseReport.Document> databases) {}

    /// @throws HoldfastException.PreCheckFailed when there is a file already: evidence is not replaced
    void requireFree() {
        if (Files.exists(file)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot write the evidence " + file + ": there is such a file", "choose another by --evidence");
        }
    }

    void write(
            String restoreId,
            String snapshotId,
            Instant startedAt,
            Instant endedAt,
            List<DatabaseReport.Document> databases)
            throws IOException {
        Document document = new Document(
                "evidence",
                restoreId,
                snapshotId,
                startedAt,
                endedAt,
                String.valueOf(profile.getFileName()),
                sha256(Files.readAllBytes(profile)),
                databases);
        Files.writeString(file, JsonText.of(document) + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
